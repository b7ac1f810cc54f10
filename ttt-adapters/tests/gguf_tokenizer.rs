//! Tokenizers of Hugging Face become the metadata that llama.cpp's package makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use ttt_adapters::gguf::{Array, Value, tokenizer_metadata};

fn metadata(directory: &Path) -> BTreeMap<String, Value> {
    tokenizer_metadata(directory).unwrap().into_iter().collect()
}

fn texts(value: &Json) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[test]
fn tokens_merges_and_special_tokens_are_converted() {
    for name in ["word_piece", "byte_level"] {
        let folder = common::fixture("gguf").join(name);
        let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
        let expected: Json = serde_json::from_str(&text).unwrap();
        let found = metadata(&folder);
        let key = |key: &str| found.get(&format!("tokenizer.{key}"));
        let string = |name: &str| key(name).and_then(Value::as_str);
        assert_eq!(string("ggml.model"), expected["model"].as_str());
        assert_eq!(string("ggml.pre"), expected["pre"].as_str());
        assert_eq!(string("chat_template"), expected["chat_template"].as_str());
        assert_eq!(
            key("ggml.tokens").unwrap().as_strings().unwrap(),
            texts(&expected["tokens"])
        );
        let types: Vec<i64> = serde_json::from_value(expected["types"].clone()).unwrap();
        assert_eq!(key("ggml.token_type").unwrap().as_integers().unwrap(), types);
        let merges = key("ggml.merges").map_or(&[][..], |merges| merges.as_strings().unwrap());
        assert_eq!(merges, texts(&expected["merges"]));
        for (role, id) in expected["special"].as_object().unwrap() {
            let name = match role.as_str() {
                "unk" => "unknown",
                "pad" => "padding",
                "sep" => "seperator",
                other => other,
            };
            let found = key(&format!("ggml.{name}_token_id")).and_then(Value::as_u64);
            assert_eq!(found, id.as_u64(), "{name}");
        }
        for role in ["bos", "eos"] {
            let added = key(&format!("ggml.add_{role}_token")).and_then(Value::as_bool);
            assert_eq!(
                added,
                Some(expected["add"][role].as_bool().unwrap_or(false)),
                "{role}"
            );
        }
    }
}

#[test]
fn a_directory_without_a_tokenizer_has_no_metadata() {
    assert!(metadata(&common::fixture("gpt2/tied")).is_empty());
}

/// `tokenizer.json` of a fixture with something changed.
fn changed(name: &str, change: impl FnOnce(&mut Json)) -> Result<Vec<(String, Value)>, String> {
    let folder = common::fixture("gguf").join(name);
    let text = std::fs::read_to_string(folder.join("tokenizer.json")).unwrap();
    let mut tokenizer: Json = serde_json::from_str(&text).unwrap();
    change(&mut tokenizer);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let found = tokenizer_metadata(directory.path());
    found.map_err(|error| common::text(&error, directory.path()))
}

#[test]
fn tokenizers_that_gguf_does_not_have_are_refused() {
    let errors = [
        changed("byte_level", |tokenizer| {
            tokenizer["model"]["type"] = "Unigram".into()
        }),
        changed("byte_level", |tokenizer| {
            tokenizer["model"]["byte_fallback"] = true.into()
        }),
        changed("byte_level", |tokenizer| tokenizer["pre_tokenizer"] = Json::Null),
        changed("byte_level", |tokenizer| {
            tokenizer["model"]["merges"] = vec![1].into()
        }),
        changed("byte_level", |tokenizer| {
            tokenizer["added_tokens"][0]["id"] = 4_000_000_000u64.into()
        }),
        changed("byte_level", |tokenizer| {
            tokenizer["added_tokens"][0]["id"] = "1".into()
        }),
        changed("word_piece", |tokenizer| {
            tokenizer["model"]["continuing_subword_prefix"] = "@@".into()
        }),
    ];
    let told = errors.into_iter().filter_map(Result::err);
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn unused_numbers_are_filled_up() {
    let found = changed("word_piece", |tokenizer| {
        let vocab = tokenizer["model"]["vocab"].as_object_mut().unwrap();
        vocab.insert("zzz".into(), 70.into());
    });
    let found: BTreeMap<String, Value> = found.unwrap().into_iter().collect();
    let tokens = found["tokenizer.ggml.tokens"].as_strings().unwrap();
    assert_eq!(
        (tokens.len(), tokens[69].as_str(), tokens[70].as_str()),
        (71, "[PAD69]", "\u{2581}zzz")
    );
    let Value::Array(Array::I32(types)) = &found["tokenizer.ggml.token_type"] else {
        panic!("no types");
    };
    assert_eq!(types[69..], [5, 1]);
}
