//! The committed model, `ttt/demo`, against transformers: what `scripts/demo` shows where nothing can be fetched.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use serde::Deserialize;
use ttt::Init;
use ttt::burn::tensor::Device;
use ttt::generate::{Finish, Settings};
use ttt::pipeline::{Completion, Scorer, TextGenerator, TextModel};

/// Of a text that the model was not trained on; it is 44.7. As many tokens as there are, 1024, would be a guess.
const HIGHEST_PERPLEXITY: f64 = 50.0;

#[derive(Deserialize)]
struct Expected {
    prompt: String,
    prompt_ids: Vec<u32>,
    greedy_ids: Vec<u32>,
    greedy_text: String,
    text: String,
    text_loss: f64,
    round_trips: Vec<RoundTrip>,
}

#[derive(Deserialize)]
struct RoundTrip {
    text: String,
    ids: Vec<u32>,
}

fn expected() -> Expected {
    let text = std::fs::read(ttt_tests::fixtures().join("demo/expected.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn model() -> TextModel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ttt/demo");
    let opened = ttt::open(&folder).unwrap();
    ttt::text_model(&opened, &folder, &Init::new(Device::flex())).unwrap()
}

#[test]
fn texts_become_transformers_ids_and_come_back() {
    let tokenizer = model().tokenizer;
    for RoundTrip { text, ids } in expected().round_trips {
        assert_eq!(tokenizer.encode(&text, true).unwrap().ids, ids, "{text:?}");
        assert_eq!(tokenizer.decode(&ids, false).unwrap(), text);
    }
}

#[test]
fn it_continues_as_transformers_does_each_time() {
    let expected = expected();
    let settings = Settings {
        max_new_tokens: expected.greedy_ids.len(),
        ..Settings::default()
    };
    let generator = TextGenerator::new(model(), settings).unwrap();
    let prompt = generator.prompt(&expected.prompt).unwrap();
    assert_eq!(prompt, expected.prompt_ids);
    let wanted = Completion {
        text: expected.greedy_text,
        token_ids: expected.greedy_ids,
        finish: Finish::Length,
        prompt_tokens: prompt.len(),
    };
    for _ in 0..2 {
        let found = generator.complete(std::slice::from_ref(&prompt)).unwrap();
        assert_eq!(found, std::slice::from_ref(&wanted));
    }
}

#[test]
fn it_expects_shakespeare() {
    let expected = expected();
    let score = Scorer::new(model())
        .score(&expected.text, &mut |_, _| {})
        .unwrap();
    assert!(
        (score.loss - expected.text_loss).abs() < 1e-4,
        "{} for {}",
        score.loss,
        expected.text_loss
    );
    assert!(score.perplexity < HIGHEST_PERPLEXITY, "{}", score.perplexity);
}
