//! Files that are damaged or mean harm: an error, never a panic, and soon.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::{Value, json};
use ttt_text::train::{Kind, Options, train};
use ttt_text::{Padding, Tokenizer, Truncation};

const TEXT: &str = "the cat sat on the mat, the cats sat on the mats: é 😀 1234\n";

/// Opens a directory with these files and uses whatever opens.
fn open(files: &[(&str, &[u8])]) -> Result<Tokenizer, ttt_text::Error> {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    let start = Instant::now();
    let tokenizer = Tokenizer::open(directory.path());
    if let Ok(tokenizer) = &tokenizer {
        exercise(tokenizer, directory.path());
    }
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "took {:?}",
        start.elapsed()
    );
    tokenizer
}

/// Everything that reads the vocabulary. Errors are as good as results.
fn exercise(tokenizer: &Tokenizer, directory: &Path) {
    let ids: Vec<u32> = (0..40).collect();
    let _ = tokenizer.encode(TEXT, true);
    let _ = tokenizer.encode_pair(TEXT, TEXT, Some(Truncation::to(9)));
    let _ = tokenizer.encode_batch(&[TEXT, ""], Padding::LEFT, None);
    let _ = tokenizer.decode(&ids, false);
    let mut stream = tokenizer.stream();
    for id in ids {
        let _ = stream.push(id);
    }
    let _ = stream.finish();
    let _ = tokenizer.save(&directory.join("saved"));
    tokenizer.info();
}

fn code(files: &[(&str, &[u8])]) -> &'static str {
    open(files).unwrap_err().problems[0].code.id
}

fn bpe(vocabulary: Value, merges: Value) -> Vec<u8> {
    json!({ "version": "1.0", "model": { "type": "BPE", "vocab": vocabulary, "merges": merges } })
        .to_string()
        .into_bytes()
}

#[test]
fn vocabularies_that_contradict_themselves_are_refused() {
    let refused: [(&str, Vec<u8>, &str); 12] = [
        ("tokenizer.json", b"{\"model\"".to_vec(), "A007"),
        ("tokenizer.json", b"[]".to_vec(), "A902"),
        ("tokenizer.json", br#"{"model":{"type":"BPE"}}"#.to_vec(), "A902"),
        ("tokenizer.json", "[".repeat(100_000).into_bytes(), "A007"),
        (
            "tokenizer.json",
            bpe(json!({ "a": 0, "b": 0 }), json!([])),
            "A904",
        ),
        (
            "tokenizer.json",
            bpe(json!({ "a": 0, "b": 4_294_967_295u32 }), json!([])),
            "A904",
        ),
        (
            "tokenizer.json",
            bpe(json!({ "a": 0, "b": -1 }), json!([])),
            "A904",
        ),
        (
            "tokenizer.json",
            bpe(json!({ "a": 0, "b": 1 }), json!(["a b"])),
            "A905",
        ),
        (
            "tokenizer.json",
            bpe(json!({ "a": 0, "b": 1 }), json!(["ab"])),
            "A905",
        ),
        (
            "tokenizer.json",
            bpe(json!({ "a": 0, "b": 1 }), json!([["a"]])),
            "A905",
        ),
        ("vocab.txt", b"[UNK]\n[CLS]\n[SEP]\nword\nword\n".to_vec(), "A904"),
        ("vocab.txt", b"one\ntwo\n".to_vec(), "A902"),
    ];
    for (name, bytes, expected) in refused {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!(code(&[(name, &bytes)]), expected, "{name}: {shown}");
    }
    assert_eq!(code(&[("vocab.json", b"{\"a\": 0}")]), "A001");
    assert_eq!(code(&[("vocab.json", b"[]"), ("merges.txt", b"")]), "A902");
    assert_eq!(
        code(&[("vocab.json", b"{\"a\": 0}"), ("merges.txt", b"a\n")]),
        "A905"
    );
    assert_eq!(code(&[("tokenizer.model", b"")]), "A901");
}

#[test]
fn templates_of_special_tokens_name_what_is_there() {
    let piece = |kind: &str, id: &str| json!([{ kind: { "id": id, "type_id": 0 } }]);
    for single in [piece("Sequence", "B"), piece("SpecialToken", "[CLS]")] {
        let tokenizer = json!({
            "version": "1.0",
            "model": { "type": "BPE", "vocab": { "a": 0 }, "merges": [] },
            "post_processor": { "type": "Sequence", "processors": [
                { "type": "TemplateProcessing", "single": single, "pair": [], "special_tokens": {} }
            ] },
        });
        assert_eq!(
            code(&[("tokenizer.json", tokenizer.to_string().as_bytes())]),
            "A902"
        );
    }
}

#[test]
fn a_tokenizer_that_cannot_say_a_text_is_an_error() {
    let model = json!({ "type": "WordLevel", "vocab": { "a": 0 }, "unk_token": "missing" });
    let tokenizer = json!({ "version": "1.0", "model": model }).to_string();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("tokenizer.json"), tokenizer).unwrap();
    let opened = Tokenizer::open(directory.path()).unwrap();
    assert_eq!(opened.encode("b", true).unwrap_err().problems[0].code.id, "A906");
}

/// Small tokenizers of every kind, as files.
fn seeds() -> Vec<Vec<(&'static str, Vec<u8>)>> {
    let mut seeds: Vec<_> = [Kind::Bpe, Kind::WordPiece, Kind::Unigram, Kind::Char]
        .into_iter()
        .map(|kind| {
            let directory = tempfile::tempdir().unwrap();
            train(&[TEXT], &Options::new(kind, 280))
                .unwrap()
                .save(directory.path())
                .unwrap();
            let read = |name| (name, fs::read(directory.path().join(name)).unwrap());
            vec![read("tokenizer.json"), read("tokenizer_config.json")]
        })
        .collect();
    let sentence_piece = json!({
        "version": "1.0",
        "normalizer": { "type": "Sequence", "normalizers": [
            { "type": "Prepend", "prepend": "▁" },
            { "type": "Replace", "pattern": { "String": " " }, "content": "▁" },
        ] },
        "pre_tokenizer": { "type": "FixedLength", "length": 5 },
        "post_processor": { "type": "TemplateProcessing",
            "single": [{ "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }],
            "pair": [{ "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }],
            "special_tokens": { "<s>": { "id": "<s>", "ids": [0], "tokens": ["<s>"] } },
        },
        "decoder": { "type": "Sequence", "decoders": [
            { "type": "Replace", "pattern": { "String": "▁" }, "content": " " },
            { "type": "ByteFallback" },
            { "type": "Fuse" },
            { "type": "Strip", "content": " ", "start": 1, "stop": 1 },
        ] },
        "added_tokens": [{ "id": 0, "content": "<s>", "single_word": false, "lstrip": true, "rstrip": true,
            "normalized": true, "special": true }],
        "model": { "type": "BPE", "vocab": { "<s>": 0, "▁": 1, "t": 2, "h": 3, "▁t": 4, "▁th": 5, "<0x0A>": 6 },
            "merges": ["▁ t", ["▁t", "h"]], "unk_token": "<s>", "byte_fallback": true, "fuse_unk": true },
    });
    seeds.push(vec![("tokenizer.json", sentence_piece.to_string().into_bytes())]);
    seeds.push(vec![
        (
            "vocab.json",
            json!({ "a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3 })
                .to_string()
                .into_bytes(),
        ),
        ("merges.txt", b"#version: 0.2\na b\n".to_vec()),
        ("added_tokens.json", b"{\"<new>\": 4}".to_vec()),
    ]);
    seeds.push(vec![(
        "vocab.txt",
        b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n".to_vec(),
    )]);
    seeds
}

/// One damage to a file. The first two are likely to leave JSON behind.
#[derive(Clone, Debug)]
enum Damage {
    Digit(usize, u8),
    Swap(usize, usize),
    Flip(usize, u8),
    Cut(usize),
    Repeat(usize, usize),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let damage = prop_oneof![
        (any::<usize>(), b'0'..=b'9').prop_map(|(at, digit)| Damage::Digit(at, digit)),
        (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Damage::Swap(one, other)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        any::<usize>().prop_map(Damage::Cut),
        (any::<usize>(), 1usize..60).prop_map(|(at, length)| Damage::Repeat(at, length)),
    ];
    proptest::collection::vec(damage, 1..4)
}

fn damage(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let length = bytes.len();
    let numbers: Vec<usize> = (0..length).filter(|&at| bytes[at].is_ascii_digit()).collect();
    let words: Vec<usize> = (0..length)
        .filter(|&at| bytes[at].is_ascii_alphabetic())
        .collect();
    match *damage {
        Damage::Digit(at, digit) if !numbers.is_empty() => bytes[numbers[at % numbers.len()]] = digit,
        Damage::Swap(one, other) if !words.is_empty() => {
            bytes.swap(words[one % words.len()], words[other % words.len()])
        }
        Damage::Digit(at, byte) | Damage::Flip(at, byte) => bytes[at % length] = byte,
        Damage::Swap(at, _) | Damage::Cut(at) => bytes.truncate(at % length),
        Damage::Repeat(at, many) => {
            let from = at % length;
            let copy = bytes[from..(from + many).min(length)].to_vec();
            bytes.splice(from..from, copy);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn damaged_files_do_not_panic(seed in 0usize..7, file in 0usize..3, damages in damages()) {
        let mut files = SEEDS.with(|seeds| seeds[seed].clone());
        let file = file % files.len();
        for each in &damages {
            damage(&mut files[file].1, each);
        }
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let _ = open(&files);
    }
}

thread_local! {
    static SEEDS: Vec<Vec<(&'static str, Vec<u8>)>> = seeds();
}
