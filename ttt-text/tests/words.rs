//! What transformers makes of texts, pairs, batches and windows with MiniLM's WordPiece tokenizer.
//!
//! `fixtures/words.json` is what `fixtures/words.py` writes with transformers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod models;

use std::path::Path;

use serde_json::{Value, json};
use ttt_text::{Encoding, Length, Padding, Side, Strategy, Tokenizer, Truncation};

fn fixture() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/words.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn minilm() -> Option<Tokenizer> {
    Some(Tokenizer::open(&models::find("all-minilm-l6-v2")?).unwrap())
}

fn assert_same(found: &Encoding, expected: &Value) {
    assert_eq!(json!(found.ids), expected["ids"]);
    assert_eq!(json!(found.type_ids), expected["type_ids"]);
    assert_eq!(json!(found.offsets), expected["offsets"]);
    assert_eq!(json!(found.word_ids), expected["word_ids"]);
    assert_eq!(json!(found.sequence_ids), expected["sequence_ids"]);
    assert_eq!(json!(found.special_mask), expected["special_mask"]);
}

#[test]
fn texts() {
    let Some(tokenizer) = minilm() else { return };
    for case in fixture()["singles"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let encoding = tokenizer.encode(text, true).unwrap();
        assert_same(&encoding, case);
        assert_eq!(
            json!(tokenizer.encode(text, false).unwrap().ids),
            case["plain_ids"]
        );
        assert_eq!(
            tokenizer.decode(&encoding.ids, true).unwrap(),
            case["decoded"].as_str().unwrap()
        );
    }
}

#[test]
fn pairs() {
    let Some(tokenizer) = minilm() else { return };
    let fixture = fixture();
    let (question, text) = (
        fixture["question"].as_str().unwrap(),
        fixture["long"].as_str().unwrap(),
    );
    for case in fixture["pairs"].as_array().unwrap() {
        let strategy = match case["strategy"].as_str().unwrap() {
            "only_second" => Strategy::OnlySecond,
            _ => Strategy::LongestFirst,
        };
        let length = usize::try_from(case["max_length"].as_u64().unwrap()).unwrap();
        let truncation = Truncation {
            strategy,
            ..Truncation::to(length)
        };
        assert_same(
            &tokenizer.encode_pair(question, text, Some(truncation)).unwrap(),
            case,
        );
    }
}

#[test]
fn windows() {
    let Some(tokenizer) = minilm() else { return };
    let fixture = fixture();
    let (question, text) = (
        fixture["question"].as_str().unwrap(),
        fixture["long"].as_str().unwrap(),
    );
    let windows = tokenizer.encode_windows(question, text, 24, 5).unwrap();
    let expected = fixture["windows"].as_array().unwrap();
    assert_eq!(windows.len(), expected.len());
    for (window, expected) in windows.iter().zip(expected) {
        assert_same(window, expected);
    }
    let last = windows.last().unwrap();
    let offsets = last
        .offsets
        .iter()
        .zip(&last.sequence_ids)
        .filter(|(_, sequence)| **sequence == Some(1));
    let (from, to) = offsets.map(|(offsets, _)| *offsets).next_back().unwrap();
    assert_eq!(&text[from..to], ".");
}

#[test]
fn batches() {
    let Some(tokenizer) = minilm() else { return };
    let fixture = fixture();
    let texts: Vec<&str> = fixture["singles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["text"].as_str().unwrap())
        .collect();
    for case in fixture["batches"].as_array().unwrap() {
        let side = if case["side"] == "left" {
            Side::Left
        } else {
            Side::Right
        };
        let padding = Padding {
            length: Length::Longest,
            side,
        };
        let batch = tokenizer
            .encode_batch(&texts, padding, Some(Truncation::to(9)))
            .unwrap();
        let rows = |list: &[u32]| -> Value { list.chunks(batch.length).map(|row| json!(row)).collect() };
        assert_eq!(rows(&batch.ids), case["input_ids"]);
        assert_eq!(rows(&batch.attention_mask), case["attention_mask"]);
        assert_eq!(rows(&batch.type_ids), case["token_type_ids"]);
    }
}

#[test]
fn what_cannot_be_cut_or_filled_is_an_error() {
    let Some(tokenizer) = minilm() else { return };
    let exactly = |length| Padding {
        length: Length::Exactly(length),
        side: Side::Right,
    };
    let codes = [
        tokenizer
            .encode_batch(&["one two three"], exactly(3), None)
            .unwrap_err(),
        tokenizer
            .encode_batch(&["one"], exactly(3), Some(Truncation::to(2)))
            .unwrap_err(),
        tokenizer.encode_windows("one", "two three", 6, 5).unwrap_err(),
        tokenizer
            .encode_windows("one two three four", "five", 6, 1)
            .unwrap_err(),
        tokenizer.decode(&[30_522], false).unwrap_err(),
    ]
    .map(|error| error.problems[0].code.id);
    assert_eq!(codes, ["A908", "A909", "A909", "A909", "A907"]);
}
