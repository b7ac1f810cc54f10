//! What is told of tokenizers and templates that are wrong; the catalogue shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Map, Value, json};
use ttt_text::train::{Kind, Options, train};
use ttt_text::{ChatTemplate, Error, Padding, Tokenizer, Truncation};

#[test]
fn every_mistake_is_told() {
    let small = || open(&bpe(json!({ "a": 0, "b": 1, "ab": 2 }), json!(["a b"]))).unwrap();
    let words = json!({ "type": "WordLevel", "vocab": { "a": 0 }, "unk_token": "missing" });
    let speechless = open(&json!({ "version": "1.0", "model": words })).unwrap();
    let short = Some(Truncation::to(0));
    let texts = [
        told(
            "no tokenizer",
            Tokenizer::open(tempfile::tempdir().unwrap().path()),
        ),
        told("files of another family", roberta()),
        told("half a tokenizer", open(&json!({ "model": { "type": "BPE" } }))),
        told(
            "two tokens of one id",
            open(&bpe(json!({ "a": 0, "b": 0 }), json!([]))),
        ),
        told(
            "a merge to nothing",
            open(&bpe(json!({ "a": 0, "b": 1 }), json!(["a b"]))),
        ),
        told("a text that cannot be said", speechless.encode("b", true)),
        told("an id that is none", small().decode(&[999_999], false)),
        told(
            "nothing to fill rows with",
            small().encode_batch(&["a", "ab a"], Padding::LEFT, None),
        ),
        told(
            "a text cut to nothing",
            small().encode_batch(&["a"], Padding::LEFT, short),
        ),
        told("nothing to train on", train(&[""], &Options::new(Kind::Bpe, 300))),
        told(
            "a template that is not closed",
            ChatTemplate::new("a\n{% for x in %}"),
        ),
        told("a template that refuses", refused()),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

fn told<T>(heading: &str, result: Result<T, Error>) -> String {
    let Err(mut error) = result else {
        panic!("{heading}: nothing is wrong");
    };
    for problem in &mut error.problems {
        let file = problem.file.take();
        problem.file = file.and_then(|file| file.file_name().map(Into::into));
        // A folder of the test has another name each time.
        problem.file = problem
            .file
            .take()
            .filter(|file| file.extension().is_some_and(|end| end == "json"));
    }
    format!("## {heading}\n{error}")
}

fn bpe(vocabulary: Value, merges: Value) -> Value {
    json!({ "version": "1.0", "model": { "type": "BPE", "vocab": vocabulary, "merges": merges } })
}

fn open(tokenizer: &Value) -> Result<Tokenizer, Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokenizer.json"), tokenizer.to_string()).unwrap();
    Tokenizer::open(folder.path())
}

/// Files that GPT-2's tokenizer has too, and that are read in another way.
fn roberta() -> Result<Tokenizer, Error> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [
        ("vocab.json", r#"{ "a": 0, "b": 1, "ab": 2 }"#),
        ("merges.txt", "#version: 0.2\na b\n"),
        (
            "tokenizer_config.json",
            r#"{ "tokenizer_class": "RobertaTokenizer" }"#,
        ),
    ] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    Tokenizer::open(folder.path())
}

fn refused() -> Result<String, Error> {
    let template = ChatTemplate::new("{{ raise_exception('Roles must alternate') }}")?;
    template.render(&[], false, &Map::new())
}
