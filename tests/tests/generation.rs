//! Generation agrees with the reference, and a cache changes nothing but the time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde::Deserialize;
use ttt::burn::tensor::{Device, TensorData};
use ttt::cache::Cache;
use ttt::generate::{Finish, GenerateError, Generator, Memory, Penalties, Sampling, Settings};
use ttt::{AnyTensor, Context, DynModel, Init, Int, Opener, Tensor};
use ttt_tests::{Case, Reference, fixtures};

fn open(case: &Case) -> (DynModel, usize) {
    let opened = Opener::new().head("lm").open(&case.folder).unwrap();
    let model = ttt::load(&opened, &Init::new(Device::flex())).unwrap();
    (model, opened.ctx().unwrap())
}

fn generator<'m>(model: &'m DynModel, ctx: usize, new: usize) -> Generator<'m, DynModel> {
    let settings = Settings {
        max_new_tokens: new,
        ..Settings::default()
    };
    Generator::new(model, settings, ctx, &Device::flex()).unwrap()
}

fn rows(reference: &Reference) -> Vec<Vec<u32>> {
    let columns = *reference.shape().last().unwrap();
    let ids: Vec<u32> = reference
        .ints()
        .iter()
        .map(|&id| u32::try_from(id).unwrap())
        .collect();
    ids.chunks(columns).map(<[u32]>::to_vec).collect()
}

fn decoders() -> Vec<Case> {
    let families = ["gpt2", "llama"].into_iter().flat_map(Case::of);
    families
        .filter(|case| case.about.head == "lm" && case.about.tolerance < 1e-3)
        .collect()
}

/// Prompts of three lengths.
fn prompts(case: &Case) -> Vec<Vec<u32>> {
    let ids = rows(case.inputs().get("input_ids").unwrap());
    let longest = ids[0].clone();
    vec![
        longest.clone(),
        longest[2..].to_vec(),
        longest[longest.len() - 1..].to_vec(),
    ]
}

#[test]
fn the_likeliest_tokens_are_transformers() {
    let mut compared = 0;
    for case in decoders() {
        let Some(greedy) = case.outputs().get("greedy").map(rows) else {
            continue;
        };
        let (model, ctx) = open(&case);
        let prompts = rows(case.inputs().get("input_ids").unwrap());
        let generated = generator(&model, ctx, greedy[0].len())
            .generate(&prompts)
            .unwrap();
        for (ours, theirs) in generated.iter().zip(&greedy) {
            assert_eq!(&ours.token_ids, theirs, "{}", case.name);
            assert_eq!(ours.finish, Finish::Length);
        }
        compared += 1;
    }
    assert!(compared >= 3, "only {compared} cases have greedy tokens");
}

/// Rounding differs where sums are taken in another order: a thousandth of the tolerance to the reference.
#[test]
fn a_cache_gives_the_scores_of_the_whole_sequence() {
    for case in decoders() {
        let (model, _) = open(&case);
        let ids = rows(case.inputs().get("input_ids").unwrap())[0].clone();
        let whole = logits(&model, &mut Context::new(), &ids);
        let mut cx = Context::new().with_cache(Cache::new(ids.len()));
        let mut pieces = Vec::new();
        for piece in [&ids[..2], &ids[2..3], &ids[3..]] {
            pieces.extend(logits(&model, &mut cx, piece));
            cx.cache.as_mut().unwrap().advance(piece.len());
        }
        let largest = whole
            .iter()
            .zip(&pieces)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert_eq!(whole.len(), pieces.len());
        assert!(largest < 1e-5, "{}: {largest}", case.name);
    }
}

fn logits(model: &DynModel, cx: &mut Context, ids: &[u32]) -> Vec<f32> {
    let values: Vec<i64> = ids.iter().map(|&id| i64::from(id)).collect();
    let ids = Tensor::<2, Int>::from_data(TensorData::new(values, [1, ids.len()]), &Device::flex());
    let mut outputs = model.run(cx, [("input_ids", AnyTensor::from(ids))]).unwrap();
    let logits = outputs.shift_remove("logits").unwrap();
    logits.into_data().iter::<f32>().collect()
}

#[test]
fn prompts_of_unequal_lengths_do_not_disturb_each_other() {
    for case in decoders() {
        let (model, ctx) = open(&case);
        let prompts = prompts(&case);
        let generator = generator(&model, ctx, 5);
        let together = generator.generate(&prompts).unwrap();
        for (prompt, together) in prompts.iter().zip(together) {
            let alone = generator.generate(std::slice::from_ref(prompt)).unwrap();
            assert_eq!(alone, [together], "{}: {prompt:?}", case.name);
        }
    }
}

#[test]
fn a_memory_changes_no_token() {
    let case = &decoders()[0];
    let (model, ctx) = open(case);
    let generator = generator(&model, ctx, 4);
    let first = prompts(case)[1].clone();
    let mut tokens = generator.tokens_after(Memory::default(), &first).unwrap();
    let mut next: Vec<u32> = first;
    next.extend(tokens.by_ref().map(Result::unwrap));
    next.push(3);
    let remembered: Vec<u32> = generator
        .tokens_after(tokens.into_memory(), &next)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let fresh: Vec<u32> = generator.tokens(&next).unwrap().map(Result::unwrap).collect();
    assert_eq!(remembered, fresh);
}

#[test]
fn a_stop_token_ends_one_sequence_and_not_the_others() {
    let case = &decoders()[0];
    let (model, ctx) = open(case);
    let prompts = prompts(case);
    let free = generator(&model, ctx, 6).generate(&prompts).unwrap();
    let stop = free[0].token_ids[2];
    let settings = Settings {
        max_new_tokens: 6,
        stop_tokens: vec![stop],
        ..Settings::default()
    };
    let stopped = Generator::new(&model, settings, ctx, &Device::flex())
        .unwrap()
        .generate(&prompts)
        .unwrap();
    for (free, stopped) in free.iter().zip(&stopped) {
        let end = free.token_ids.iter().position(|&id| id == stop);
        let expected = &free.token_ids[..end.unwrap_or(6)];
        assert_eq!(stopped.token_ids, expected);
        assert_eq!(stopped.finish, end.map_or(Finish::Length, |_| Finish::Stop));
    }
}

#[test]
fn the_context_ends_a_sequence() {
    let case = &decoders()[0];
    let (model, _) = open(case);
    let prompt = prompts(case)[0].clone();
    let generated = generator(&model, prompt.len() + 2, 10)
        .generate(&[prompt])
        .unwrap();
    assert_eq!(
        (generated[0].token_ids.len(), generated[0].finish),
        (3, Finish::Context)
    );
}

#[test]
fn a_prompt_may_be_as_long_as_the_context() {
    for case in decoders() {
        let (model, ctx) = open(&case);
        let ids = prompts(&case)[0].clone();
        let full: Vec<u32> = ids.iter().copied().cycle().take(ctx).collect();
        let shorter = full[1..].to_vec();
        let generator = generator(&model, ctx, 10);
        let generated = generator.generate(&[full.clone(), shorter.clone()]).unwrap();
        for (prompt, generated, count) in [(&full, &generated[0], 1), (&shorter, &generated[1], 2)] {
            assert_eq!(generated.token_ids.len(), count);
            assert_eq!(generated.finish, Finish::Context);
            let alone = generator.generate(std::slice::from_ref(prompt)).unwrap();
            assert_eq!(alone[0], *generated);
        }
        let longer = [&full[..], &ids[..1]].concat();
        let refused = generator.generate(&[longer]);
        assert!(matches!(refused, Err(GenerateError::LongPrompt { .. })));
    }
}

#[derive(Deserialize)]
struct Drawn {
    settings: Warped,
    prompt: Vec<u32>,
    scores: Vec<f32>,
    probabilities: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Warped {
    temperature: Option<f32>,
    top_k: Option<usize>,
    top_p: Option<f32>,
    min_p: Option<f32>,
    repetition_penalty: Option<f32>,
}

/// 1e-6 absolute: both compute in f32, in another order.
#[test]
fn probabilities_are_transformers() {
    let cases = std::fs::read_to_string(fixtures().join("sampling/cases.json")).unwrap();
    let cases: Vec<Drawn> = serde_json::from_str(&cases).unwrap();
    for (index, case) in cases.into_iter().enumerate() {
        let (mut scores, settings) = (case.scores, case.settings);
        let penalties = Penalties {
            repetition: settings.repetition_penalty.unwrap_or(1.0),
            ..Penalties::default()
        };
        penalties.apply(&mut scores, &case.prompt, &[]);
        let sampling = Sampling {
            temperature: settings.temperature.unwrap_or(1.0),
            top_k: settings.top_k.unwrap_or(0),
            top_p: settings.top_p.unwrap_or(1.0),
            min_p: settings.min_p.unwrap_or(0.0),
        };
        let mut found = vec![0.0; case.probabilities.len()];
        for (id, probability) in sampling.candidates(&scores).unwrap() {
            found[id as usize] = probability;
        }
        for (id, (ours, theirs)) in found.iter().zip(&case.probabilities).enumerate() {
            assert!(
                (ours - theirs).abs() < 1e-6,
                "case {index}, token {id}: {ours}, expected {theirs}"
            );
        }
    }
}

/// The cache has room for the shorter prompt's padding besides all its tokens.
#[test]
fn a_shorter_prompt_reaches_the_context_too() {
    let case = &decoders()[0];
    let (model, _) = open(case);
    let prompts = prompts(case);
    let ctx = prompts[0].len() + 2;
    let generator = generator(&model, ctx, 100);
    let together = generator.generate(&prompts).unwrap();
    for (prompt, together) in prompts.iter().zip(together) {
        assert_eq!(prompt.len() + together.token_ids.len(), ctx + 1);
        assert_eq!(together.finish, Finish::Context);
        assert_eq!(
            generator.generate(std::slice::from_ref(prompt)).unwrap(),
            [together]
        );
    }
}
