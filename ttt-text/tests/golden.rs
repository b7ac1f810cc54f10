//! Ids that llama.cpp gives, for every vocabulary that comes with such a list.
//!
//! `scripts/fetch-models llama-cpp-vocabs` fetches them: pairs of texts (`.inp`) and ids (`.out`) beside each vocabulary,
//! without special tokens, neither added nor read from the text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod models;

use std::fs;
use std::path::Path;

use ttt_text::Tokenizer;

/// The vocabularies that the three families use, and those that read the same way. `baichuan` reads as `llama-spm` does,
/// but no list of ids comes with it.
const VOCABULARIES: [&str; 14] = [
    "llama-spm",
    "llama-bpe",
    "gpt-2",
    "bert-bge",
    "phi-3",
    "starcoder",
    "refact",
    "falcon",
    "mpt",
    "command-r",
    "qwen2",
    "qwen35",
    "deepseek-llm",
    "deepseek-coder",
];

/// Those that are left out, and what is said of them.
const REFUSED: [(&str, &str); 4] = [
    // No list of ids comes with these two, and llama.cpp itself only guesses how they split words.
    ("aquila", "tokenizer.ggml.pre"),
    ("gpt-neox", "tokenizer.ggml.pre"),
    // Merges of a kind and a Unigram model that none of the three families uses.
    ("gemma-4", "gpt2, llama or bert"),
    ("nomic-bert-moe", "gpt2, llama or bert"),
];

#[test]
fn ids_are_those_of_llama_cpp() {
    let Some(directory) = models::find("llama-cpp-vocabs") else {
        return;
    };
    let wrong: Vec<String> = VOCABULARIES
        .iter()
        .flat_map(|name| differences(&directory, name))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_others_are_refused_with_the_reason() {
    let Some(directory) = models::find("llama-cpp-vocabs") else {
        return;
    };
    for (name, reason) in REFUSED {
        let error = Tokenizer::open(&directory.join(format!("ggml-vocab-{name}.gguf")))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("A903") && error.contains(reason),
            "{name}: {error}"
        );
    }
}

fn differences(directory: &Path, name: &str) -> Vec<String> {
    let path = directory.join(format!("ggml-vocab-{name}.gguf"));
    let tokenizer = Tokenizer::open(&path).unwrap();
    let read = |end: &str| fs::read_to_string(format!("{}.{end}", path.display())).unwrap();
    let texts = read("inp");
    let texts = texts.split("\n__ggml_vocab_test__\n");
    let lines = read("out");
    let mut wrong = Vec::new();
    let mut count = 0;
    for (text, line) in texts.zip(lines.lines()) {
        let expected: Vec<u32> = line.split_whitespace().map(|id| id.parse().unwrap()).collect();
        let ids = tokenizer.encode_verbatim(text).unwrap().ids;
        count += 1;
        if ids != expected {
            wrong.push(format!(
                "{name}: {text:?}\n  found:    {ids:?}\n  expected: {expected:?}"
            ));
        }
    }
    assert!(count > 40, "{name}: {count} texts only");
    wrong
}
