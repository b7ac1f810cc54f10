//! Pipelines answer as transformers' own do: `fixtures/pipelines/expected.json`.
//!
//! Labels, texts and offsets are compared exactly, scores within 1e-4.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ttt::burn::tensor::Device;
use ttt::generate::{Finish, Settings};
use ttt::pipeline::{
    Aggregation, Answer, Answerer, Classified, Classifier, Entity, Filling, Labels, MaskFiller, NextSentence,
    Scorer, Tagger, TextGenerator, TextModel,
};
use ttt::task::{ANSWER, CLASSIFY, FILL_MASK, GENERATE, NEXT_SENTENCE, TAG, Task};
use ttt::{Init, Opened, Opener};
use ttt_tests::fixtures;

fn open(name: &str, task: Task) -> (Opened, TextModel) {
    let path = fixtures().join("pipelines").join(name);
    let opened = Opener::new().open_for(&path, task).unwrap();
    let text = ttt::text_model(&opened, &path, &Init::new(Device::flex())).unwrap();
    (opened, text)
}

/// The cases of a task.
fn cases<C: DeserializeOwned>(task: &str) -> Vec<C> {
    let bytes = std::fs::read(fixtures().join("pipelines/expected.json")).unwrap();
    let mut all: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let cases: Vec<C> = serde_json::from_value(all[task].take()).unwrap();
    assert!(!cases.is_empty(), "no cases of {task}");
    cases
}

fn assert_near(expected: f32, found: f32, what: &str) {
    assert!((expected - found).abs() < 1e-4, "{what}: {found} for {expected}");
}

#[derive(Deserialize)]
struct Classification {
    model: String,
    text: String,
    pair: Option<String>,
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    label: String,
    score: f32,
}

#[test]
fn labels_are_those_of_text_classification() {
    let cases: Vec<Classification> = cases("classify");
    for model in ["single_label", "multi_label", "regression"] {
        let (opened, text) = open(model, CLASSIFY);
        let classifier = Classifier::new(text, Labels::read(opened.config.as_ref()));
        let of_model: Vec<&Classification> = cases.iter().filter(|case| case.model == model).collect();
        let texts: Vec<(&str, Option<&str>)> = of_model
            .iter()
            .map(|case| (case.text.as_str(), case.pair.as_deref()))
            .collect();
        let found = classifier.classify(&texts).unwrap();
        assert_eq!(found.len(), of_model.len());
        for (case, found) in of_model.iter().zip(&found) {
            same_labels(case, found);
        }
    }
}

fn same_labels(case: &Classification, found: &[Classified]) {
    let what = format!("{}: {:?}", case.model, case.text);
    let expected: Vec<&str> = case.labels.iter().map(|label| label.label.as_str()).collect();
    let names: Vec<&str> = found.iter().map(|label| label.label.as_str()).collect();
    assert_eq!(names, expected, "{what}");
    for (expected, found) in case.labels.iter().zip(found) {
        assert_near(expected.score, found.score, &what);
    }
}

#[derive(Deserialize)]
struct Tagging {
    text: String,
    aggregation: String,
    entities: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    label: String,
    score: f32,
    text: String,
    start: usize,
    end: usize,
}

#[test]
fn entities_are_those_of_token_classification() {
    let cases: Vec<Tagging> = cases("tag");
    let (opened, text) = open("token_classification", TAG);
    let tagger = Tagger::new(text, Labels::read(opened.config.as_ref()));
    for (name, aggregation) in [
        ("none", Aggregation::None),
        ("simple", Aggregation::Simple),
        ("first", Aggregation::First),
        ("average", Aggregation::Average),
        ("max", Aggregation::Max),
    ] {
        let of_kind: Vec<&Tagging> = cases.iter().filter(|case| case.aggregation == name).collect();
        let texts: Vec<&str> = of_kind.iter().map(|case| case.text.as_str()).collect();
        let found = tagger.tag(&texts, aggregation).unwrap();
        assert!(!found.is_empty() && found.len() == of_kind.len());
        for (case, found) in of_kind.iter().zip(&found) {
            same_entities(case, found);
        }
    }
}

fn same_entities(case: &Tagging, found: &[Entity]) {
    let what = format!("{}: {:?}", case.aggregation, case.text);
    let expected: Vec<_> = case
        .entities
        .iter()
        .map(|entity| {
            (
                entity.label.as_str(),
                entity.text.as_str(),
                entity.start,
                entity.end,
            )
        })
        .collect();
    let ours: Vec<_> = found
        .iter()
        .map(|entity| {
            (
                entity.label.as_str(),
                entity.text.as_str(),
                entity.start,
                entity.end,
            )
        })
        .collect();
    assert_eq!(ours, expected, "{what}");
    for (expected, found) in case.entities.iter().zip(found) {
        assert_near(expected.score, found.score, &format!("{what}, {:?}", found.text));
    }
}

#[derive(Deserialize)]
struct Masked {
    text: String,
    masks: Vec<Vec<Guess>>,
}

#[derive(Deserialize)]
struct Guess {
    token_id: u32,
    token: String,
    score: f32,
    text: String,
}

#[test]
fn guesses_are_those_of_fill_mask() {
    let filler = MaskFiller::new(open("masked_lm", FILL_MASK).1).unwrap();
    assert_eq!(filler.mask_token(), "[MASK]");
    for case in cases::<Masked>("fill_mask") {
        let found = filler.fill(&case.text, 5).unwrap();
        assert_eq!(found.len(), case.masks.len(), "{}", case.text);
        for (expected, found) in case.masks.iter().zip(&found) {
            same_guesses(&case.text, expected, found);
        }
    }
}

fn same_guesses(text: &str, expected: &[Guess], found: &[Filling]) {
    let theirs: Vec<_> = expected
        .iter()
        .map(|guess| (guess.token_id, guess.token.as_str(), guess.text.as_str()))
        .collect();
    let ours: Vec<_> = found
        .iter()
        .map(|guess| (guess.token_id, guess.token.as_str(), guess.text.as_str()))
        .collect();
    assert_eq!(ours, theirs, "{text}");
    for (expected, found) in expected.iter().zip(found) {
        assert_near(expected.score, found.score, text);
    }
}

#[derive(Deserialize)]
struct Question {
    question: String,
    context: String,
    answers: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    text: String,
    score: f32,
    start: usize,
    end: usize,
}

#[test]
fn answers_are_those_of_question_answering() {
    let answerer = Answerer::new(open("question_answering", ANSWER).1);
    for case in cases::<Question>("answer") {
        let found: Vec<Answer> = answerer
            .answer(&case.question, &case.context, case.answers.len())
            .unwrap();
        let spans: Vec<_> = found
            .iter()
            .map(|answer| (answer.text.as_str(), answer.start, answer.end))
            .collect();
        let expected: Vec<_> = case
            .answers
            .iter()
            .map(|answer| (answer.text.as_str(), answer.start, answer.end))
            .collect();
        assert_eq!(spans, expected, "{}", case.question);
        for (expected, found) in case.answers.iter().zip(&found) {
            assert_near(expected.score, found.score, &case.question);
        }
    }
}

#[derive(Deserialize)]
struct Following {
    first: String,
    second: String,
    probability: f32,
}

#[test]
fn next_sentences_are_as_likely() {
    let cases: Vec<Following> = cases("next_sentence");
    let pairs: Vec<(&str, &str)> = cases
        .iter()
        .map(|case| (case.first.as_str(), case.second.as_str()))
        .collect();
    let model = NextSentence::new(open("next_sentence", NEXT_SENTENCE).1);
    let found = model.probability(&pairs).unwrap();
    assert_eq!(found.len(), cases.len());
    for (case, found) in cases.iter().zip(found) {
        assert_near(case.probability, found, &case.second);
    }
}

#[derive(Deserialize)]
struct Scoring {
    text: String,
    window: usize,
    stride: usize,
    windows: usize,
    tokens: usize,
    loss: f64,
    perplexity: f64,
}

#[test]
fn perplexity_is_that_of_strided_windows() {
    let (_, text) = open("gpt2", GENERATE);
    for case in cases::<Scoring>("score") {
        let scorer = Scorer::new(text.clone())
            .with_windows(case.window, case.stride)
            .unwrap();
        let mut windows = 0;
        let found = scorer.score(&case.text, &mut |_, _| windows += 1).unwrap();
        assert_eq!(
            (found.tokens, windows),
            (case.tokens, case.windows),
            "{}",
            case.text
        );
        assert!(
            (found.loss - case.loss).abs() < 1e-4,
            "{} for {}",
            found.loss,
            case.loss
        );
        let ratio = found.perplexity / case.perplexity;
        assert!(
            (ratio - 1.0).abs() < 1e-4,
            "{} for {}",
            found.perplexity,
            case.perplexity
        );
    }
}

#[derive(Deserialize)]
struct Continuation {
    prompt: String,
    prompt_tokens: usize,
    token_ids: Vec<u32>,
    text: String,
}

#[test]
fn the_likeliest_continuation_is_text_again() {
    for case in cases::<Continuation>("generate") {
        let settings = Settings {
            max_new_tokens: case.token_ids.len(),
            ..Settings::default()
        };
        let generator = TextGenerator::new(open("gpt2", GENERATE).1, settings).unwrap();
        let prompt = generator.prompt(&case.prompt).unwrap();
        let completions = generator.complete(&[prompt]).unwrap();
        let [found] = completions.as_slice() else {
            panic!("{completions:?}");
        };
        assert_eq!(found.token_ids, case.token_ids);
        assert_eq!(found.text, case.text);
        assert_eq!(
            (found.prompt_tokens, found.finish),
            (case.prompt_tokens, Finish::Length)
        );
    }
}
