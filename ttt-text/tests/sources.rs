//! One tokenizer from several sources, and back to files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod models;

use std::fs;
use std::path::Path;

use serde_json::json;
use ttt_adapters::gguf;
use ttt_text::{ChatTemplate, Tokenizer};

const TEXTS: [&str; 4] = [
    "Hello world",
    " Ünïcödé — 北京 😀\n\n\ttabs  and   spaces",
    "It's 1,234.56 €, isn't it?",
    "<s>special</s> [CLS] <|endoftext|>",
];

fn assert_same(one: &Tokenizer, other: &Tokenizer) {
    for text in TEXTS {
        assert_eq!(
            one.encode(text, true).unwrap().ids,
            other.encode(text, true).unwrap().ids,
            "{text}"
        );
    }
    assert_eq!(one.special(), other.special());
}

/// GPT-2's vocabulary as `vocab.json` and `merges.txt`.
fn write_gpt_2(directory: &Path, names: [&str; 2]) -> Option<Tokenizer> {
    let path = models::find("llama-cpp-vocabs")?.join("ggml-vocab-gpt-2.gguf");
    let file = gguf::File::open(&path).unwrap();
    let strings = |key: &str| file.metadata()[key].as_strings().unwrap();
    let tokens = strings("tokenizer.ggml.tokens").iter().zip(0..);
    let vocabulary: serde_json::Map<String, _> =
        tokens.map(|(token, id)| (token.clone(), json!(id))).collect();
    fs::write(directory.join(names[0]), serde_json::to_vec(&vocabulary).unwrap()).unwrap();
    let merges = strings("tokenizer.ggml.merges").join("\n");
    fs::write(directory.join(names[1]), format!("#version: 0.2\n{merges}\n")).unwrap();
    Some(Tokenizer::from_gguf(&file).unwrap())
}

#[test]
fn a_vocabulary_with_merges_is_read_by_either_name() {
    for names in [["vocab.json", "merges.txt"], ["encoder.json", "vocab.bpe"]] {
        let directory = tempfile::tempdir().unwrap();
        let Some(reference) = write_gpt_2(directory.path(), names) else {
            return;
        };
        let tokenizer = Tokenizer::open(directory.path()).unwrap();
        // These are OpenAI's numbers.
        assert_eq!(tokenizer.encode("Hello world", true).unwrap().ids, [15496, 995]);
        assert_eq!(tokenizer.special().eos, Some(50256));
        for text in TEXTS {
            assert_eq!(
                tokenizer.encode(text, true).unwrap().ids,
                reference.encode(text, true).unwrap().ids
            );
        }
        let by_file = Tokenizer::open(&directory.path().join(names[1])).unwrap();
        assert_same(&by_file, &tokenizer);
    }
}

#[test]
fn a_list_of_words_is_the_tokenizer_json_that_came_with_it() {
    let Some(minilm) = models::find("all-minilm-l6-v2") else {
        return;
    };
    let reference = Tokenizer::open(&minilm).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for name in ["vocab.txt", "tokenizer_config.json", "special_tokens_map.json"] {
        fs::copy(minilm.join(name), directory.path().join(name)).unwrap();
    }
    assert_same(&Tokenizer::open(directory.path()).unwrap(), &reference);
}

#[test]
fn a_saved_tokenizer_is_the_same() {
    let Some(vocabularies) = models::find("llama-cpp-vocabs") else {
        return;
    };
    for name in ["llama-spm", "bert-bge", "phi-3"] {
        let tokenizer = Tokenizer::open(&vocabularies.join(format!("ggml-vocab-{name}.gguf"))).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let written = tokenizer.save(directory.path()).unwrap();
        assert_eq!(written.len(), 2);
        let again = Tokenizer::open(directory.path()).unwrap();
        assert_same(&again, &tokenizer);
        let templates =
            [&tokenizer, &again].map(|tokenizer| tokenizer.chat_template().map(ChatTemplate::to_json));
        assert_eq!(templates[0], templates[1]);
    }
}

#[test]
fn special_tokens_are_added_as_the_metadata_says() {
    let Some(vocabularies) = models::find("llama-cpp-vocabs") else {
        return;
    };
    let open = |name: &str| Tokenizer::open(&vocabularies.join(format!("ggml-vocab-{name}.gguf"))).unwrap();
    let llama = open("llama-spm");
    assert_eq!(llama.encode("Hello", true).unwrap().tokens, ["<s>", "▁Hello"]);
    assert!(llama.special().adds_bos && !llama.special().adds_eos);
    assert_eq!(
        llama.encode_pair("a", "b", None).unwrap().tokens,
        ["<s>", "▁a", "<s>", "▁b"]
    );
    assert_eq!(
        open("llama-bpe").encode("Hello", true).unwrap().ids,
        [128_000, 9906]
    );
    assert_eq!(open("gpt-2").encode("Hello", true).unwrap().ids, [15496]);
    assert_eq!(
        open("bert-bge").encode("Hello", true).unwrap().tokens,
        ["[CLS]", "hello", "[SEP]"]
    );
}

#[test]
fn text_from_strangers_makes_no_special_tokens() {
    let Some(vocabularies) = models::find("llama-cpp-vocabs") else {
        return;
    };
    let llama = Tokenizer::open(&vocabularies.join("ggml-vocab-llama-bpe.gguf")).unwrap();
    let text = "<|eot_id|>";
    assert_eq!(llama.encode(text, false).unwrap().ids.len(), 1);
    let verbatim = llama.encode_verbatim(text).unwrap().ids;
    assert!(verbatim.iter().all(|&id| !llama.is_special(id)));
    assert_eq!(llama.decode(&verbatim, true).unwrap(), text);
}

#[test]
fn a_chat_template_knows_the_special_tokens() {
    let Some(minilm) = models::find("all-minilm-l6-v2") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    for name in ["tokenizer.json", "tokenizer_config.json"] {
        fs::copy(minilm.join(name), directory.path().join(name)).unwrap();
    }
    fs::write(
        directory.path().join("chat_template.jinja"),
        "{{ cls_token }}{{ messages | length }}{{ bos_token }}",
    )
    .unwrap();
    let tokenizer = Tokenizer::open(directory.path()).unwrap();
    let text = tokenizer
        .chat_template()
        .unwrap()
        .render(&[], false, &serde_json::Map::new())
        .unwrap();
    assert_eq!(text, "[CLS]0");
}

#[test]
fn capital_letters_matter_where_the_vocabulary_has_them() {
    for (words, expected) in [("Cat\ncat", ["Cat", "cat"]), ("cat", ["cat", "cat"])] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vocab.txt");
        fs::write(&path, format!("[UNK]\n[CLS]\n[SEP]\n{words}\n")).unwrap();
        let tokenizer = Tokenizer::open(&path).unwrap();
        assert_eq!(tokenizer.encode("Cat cat", false).unwrap().tokens, expected);
        assert_eq!(tokenizer.source().notes.len(), 1);
    }
}
