//! The commands that work on text, as their users call them, on the tiny checkpoints of `fixtures/pipelines`.
//!
//! That the numbers are right is tested with the pipelines; here it is what is printed and how a command exits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn ttt(args: &[&str]) -> Output {
    command(args).output().expect("the command starts")
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ttt"));
    command.current_dir(fixtures()).env("NO_COLOR", "1").args(args);
    command
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
}

fn stdout(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command prints as JSON, a value on each line.
fn lines(args: &[&str]) -> Vec<Value> {
    let text = stdout(&ttt(&[args, &["--format", "json"]].concat()));
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// The only value that a command prints.
fn line(args: &[&str]) -> Value {
    let mut lines = lines(args);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

/// What a command says that exits with 1: never a panic, and nothing on the output.
fn refusal(args: &[&str]) -> String {
    let output = ttt(args);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {message}");
    assert!(!message.contains("panicked"), "{args:?}: {message}");
    assert!(output.stdout.is_empty(), "{args:?} printed something");
    message
}

fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "there is no {part:?} in: {message}");
    }
}

/// The cases of a task.
fn expected(task: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixtures().join("pipelines/expected.json")).expect("the fixture");
    let mut all: Value = serde_json::from_str(&text).expect("JSON");
    serde_json::from_value(all[task].take()).expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn assert_near(expected: &Value, found: &Value) {
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!(
        (number(expected) - number(found)).abs() < 1e-4,
        "{found} for {expected}"
    );
}

/// A file in a directory that goes with the test.
struct Written {
    directory: TempDir,
    path: String,
}

fn written(text: &str) -> Written {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("text.txt");
    std::fs::write(&path, text).expect("the file is written");
    let path = path.to_str().expect("a path in UTF-8").to_string();
    Written { directory, path }
}

#[test]
fn classify_labels_the_lines_of_a_file() {
    let file = written("Zoë lives in London.\n\n京 is 🍣\n");
    let args = [
        "classify",
        "pipelines/single_label",
        "--file",
        &file.path,
        "--top",
        "2",
    ];
    let found = lines(&args);
    let texts: Vec<&str> = found.iter().map(|line| text(&line["text"])).collect();
    assert_eq!(texts, ["Zoë lives in London.", "京 is 🍣"]);
    let labels = found[0]["labels"].as_array().expect("labels");
    assert_eq!(labels.len(), 2);
    assert_eq!(labels[0]["label"], expected("classify")[0]["labels"][0]["label"]);
    assert_near(
        &expected("classify")[0]["labels"][0]["score"],
        &labels[0]["score"],
    );
}

#[test]
fn classify_takes_a_pair() {
    let cases = expected("classify");
    let pair = |case: &&Value| case["model"] == "single_label" && case["pair"].is_string();
    let case = cases.iter().find(pair).expect("a pair");
    let (first, second) = (text(&case["text"]), text(&case["pair"]));
    let found = line(&[
        "classify",
        "pipelines/single_label",
        "--text",
        first,
        "--pair",
        second,
    ]);
    assert_eq!(found["labels"][0]["label"], case["labels"][0]["label"]);
    assert_near(&case["labels"][0]["score"], &found["labels"][0]["score"]);
}

#[test]
fn tag_gives_offsets_in_bytes() {
    let cases = expected("tag");
    let averaged = |case: &&Value| case["aggregation"] == "average";
    let case = cases.iter().find(averaged).expect("a case");
    let found = line(&[
        "tag",
        "pipelines/token_classification",
        "--text",
        text(&case["text"]),
        "--aggregation",
        "average",
    ]);
    let places = |entities: &Value| -> Vec<Value> {
        let entities = entities.as_array().expect("entities");
        let place = |entity: &Value| json!([entity["label"], entity["text"], entity["start"], entity["end"]]);
        entities.iter().map(place).collect()
    };
    assert_eq!(places(&found["entities"]), places(&case["entities"]));
}

#[test]
fn fill_mask_guesses_every_mask() {
    let case = &expected("fill_mask")[2];
    let found = line(&[
        "fill-mask",
        "pipelines/masked_lm",
        "--text",
        text(&case["text"]),
        "--top",
        "3",
    ]);
    for mask in 0..2 {
        assert_eq!(found["masks"][mask].as_array().map(Vec::len), Some(3));
        assert_eq!(found["masks"][mask][0]["text"], case["masks"][mask][0]["text"]);
    }
    assert!(found["masks"][2].is_null());
}

#[test]
fn answer_reads_the_context_from_a_file() {
    let case = &expected("answer")[3];
    let file = written(text(&case["context"]));
    let args = [
        "answer",
        "pipelines/question_answering",
        "--question",
        text(&case["question"]),
        "--context-file",
        &file.path,
        "--top",
        "3",
    ];
    let found = line(&args);
    for index in 0..3 {
        for key in ["text", "start", "end"] {
            assert_eq!(found["answers"][index][key], case["answers"][index][key]);
        }
    }
    assert!(found["answers"][3].is_null());
}

#[test]
fn next_sentence_prints_a_line_for_each_second_text() {
    let cases = expected("next_sentence");
    let args = [
        "next-sentence",
        "pipelines/next_sentence",
        "--first",
        text(&cases[0]["first"]),
        "--second",
        text(&cases[0]["second"]),
        "--second",
        "it is by the river",
    ];
    let found = lines(&args);
    assert_eq!(found.len(), 2);
    assert_near(&cases[0]["probability"], &found[0]["probability"]);
    assert_eq!(found[1]["second"], "it is by the river");
}

#[test]
fn score_reads_a_file_in_windows() {
    let cases = expected("score");
    let case = cases.last().expect("a case");
    let file = written(text(&case["text"]));
    let (window, stride) = (case["window"].to_string(), case["stride"].to_string());
    let found = line(&[
        "score",
        "pipelines/gpt2",
        &file.path,
        "--window",
        &window,
        "--stride",
        &stride,
    ]);
    assert_eq!(found["tokens"], case["tokens"]);
    assert_near(&case["loss"], &found["loss"]);
}

#[test]
fn generate_continues_prompts() {
    let case = &expected("generate")[0];
    let prompt = text(&case["prompt"]);
    let args = [
        "generate",
        "pipelines/gpt2",
        "--prompt",
        prompt,
        "--greedy",
        "--max-new-tokens",
        "8",
    ];
    let found = line(&args);
    for key in ["token_ids", "text", "prompt_tokens"] {
        assert_eq!(found[key], case[key], "{key}");
    }
    assert_eq!(found["finish"], "length");
    // As text the prompt is not repeated, and grows to the same.
    assert_eq!(stdout(&ttt(&args)), format!("{}\n", text(&case["text"])));
    let both = lines(&[&args[..], &["--prompt", "the"]].concat());
    assert_eq!(both.len(), 2);
    assert_eq!(both[0]["token_ids"], case["token_ids"]);
}

#[test]
fn generate_draws_the_same_with_the_same_seed() {
    let args = [
        "generate",
        "pipelines/gpt2",
        "--prompt",
        "the cat",
        "--temperature",
        "1.5",
        "--seed",
        "7",
        "--max-new-tokens",
        "6",
    ];
    assert_eq!(line(&args)["token_ids"], line(&args)["token_ids"]);
}

#[test]
fn tokenizer_info_tells_kind_and_special_tokens() {
    let bert = line(&["tokenizer", "info", "pipelines/masked_lm"]);
    assert_eq!(
        (&bert["kind"], &bert["vocab_size"]),
        (&json!("WordPiece"), &json!(81))
    );
    assert_eq!(bert["special_tokens"]["mask"], "[MASK]");
    assert_eq!(bert["source"]["format"], "vocab.txt");
    let gpt2 = line(&["tokenizer", "info", "pipelines/gpt2"]);
    assert_eq!((&gpt2["kind"], &gpt2["vocab_size"]), (&json!("BPE"), &json!(290)));
    assert_eq!(gpt2["special"]["eos"], 0);
    assert_eq!(gpt2["source"]["format"], "tokenizer.json");
}

#[test]
fn tokenizer_encodes_and_decodes() {
    let encode = [
        "tokenizer",
        "encode",
        "pipelines/masked_lm",
        "--text",
        "Zoë lives.",
    ];
    assert_eq!(stdout(&ttt(&encode)), "2 37 27 5 3\n");
    let bare = [&encode[..], &["--no-special"]].concat();
    assert_eq!(stdout(&ttt(&bare)), "37 27 5\n");
    let found = line(&encode);
    assert_eq!(found["tokens"], json!(["[CLS]", "zoe", "lives", ".", "[SEP]"]));
    assert_eq!(
        found["offsets"],
        json!([[0, 0], [0, 4], [5, 10], [10, 11], [0, 0]])
    );
    let decode = ["tokenizer", "decode", "pipelines/masked_lm", "2,37,27", "5", "3"];
    assert_eq!(
        stdout(&ttt(&[&decode[..], &["--skip-special"]].concat())),
        "zoe lives.\n"
    );
    assert_eq!(stdout(&ttt(&decode)), "[CLS] zoe lives. [SEP]\n");
}

#[test]
fn tokenizer_trains_one_that_opens() {
    let file = written("the cat sat on the mat, the cats sat on the mats — café\n");
    let out = file.directory.path().join("trained");
    let out = out.to_str().expect("a path in UTF-8");
    for (kind, size) in [
        ("bpe", "270"),
        ("wordpiece", "60"),
        ("unigram", "60"),
        ("char", "60"),
    ] {
        let args = ["tokenizer", "train", &file.path, "--kind", kind];
        let printed = stdout(&ttt(&[&args[..], &["--vocab-size", size, "--out", out]].concat()));
        assert_says(&printed, &["tokenizer.json", "tokens"]);
        let encoded = stdout(&ttt(&["tokenizer", "encode", out, "--text", "the cats — café"]));
        let ids: Vec<&str> = encoded.split_whitespace().collect();
        let decode = [&["tokenizer", "decode", out, "--skip-special"], &ids[..]].concat();
        let text = stdout(&ttt(&decode));
        // WordPiece takes accents away.
        let text = text.replace("café", "cafe");
        assert_eq!(text.trim(), "the cats — cafe", "{kind}");
    }
}

/// The command with a store of its own, and without the network.
fn with_store(store: &Path, args: &[&str]) -> Output {
    let mut command = command(args);
    command.env("TTT_MODELS", store.join("models"));
    command
        .env("HF_HUB_CACHE", store.join("hub"))
        .env("HF_HUB_OFFLINE", "1");
    command.output().expect("the command starts")
}

#[test]
fn models_are_added_used_by_name_and_removed() {
    let store = tempfile::tempdir().expect("a temporary directory");
    let run = |args: &[&str]| with_store(store.path(), args);
    let listed = || -> Value {
        let text = stdout(&run(&["models", "list", "--format", "json"]));
        serde_json::from_str(&text).expect("JSON")
    };
    assert_eq!(listed(), json!([]));
    let add = ["models", "add", "pipelines/masked_lm", "--name", "tiny"];
    assert_says(&stdout(&run(&add)), &["tiny"]);
    stdout(&run(&[
        "models",
        "add",
        "pipelines/gpt2",
        "--name",
        "linked",
        "--link",
    ]));

    let entries = listed();
    let names: Vec<&Value> = entries
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| &entry["name"])
        .collect();
    assert_eq!(names, ["linked", "tiny"]);
    assert_eq!(
        (&entries[0]["family"], &entries[0]["placement"]),
        (&json!("Gpt2"), &json!("linked"))
    );
    assert_eq!(
        (&entries[1]["family"], &entries[1]["placement"]),
        (&json!("Bert"), &json!("copied"))
    );

    let path = stdout(&run(&["models", "path", "tiny"]));
    let path = Path::new(path.trim());
    assert!(path.starts_with(store.path()) && path.join("vocab.txt").is_file());
    let filled = stdout(&run(&["fill-mask", "tiny", "--text", "the [MASK]", "--top", "1"]));
    assert_says(&filled, &["the "]);
    stdout(&run(&["models", "verify", "tiny"]));

    let again = run(&add);
    assert_eq!(again.status.code(), Some(1));
    assert_says(&String::from_utf8_lossy(&again.stderr), &["A803", "tiny"]);

    stdout(&run(&["models", "remove", "tiny"]));
    stdout(&run(&["models", "remove", "linked"]));
    assert_eq!(listed(), json!([]));
    assert!(fixtures().join("pipelines/gpt2/config.json").is_file());
    let gone = run(&["models", "path", "tiny"]);
    assert_eq!(gone.status.code(), Some(1));
    assert_says(
        &String::from_utf8_lossy(&gone.stderr),
        &["no stored model is called `tiny`"],
    );
}

#[test]
fn verify_finds_a_changed_file() {
    let store = tempfile::tempdir().expect("a temporary directory");
    let run = |args: &[&str]| with_store(store.path(), args);
    stdout(&run(&["models", "add", "pipelines/regression"]));
    let vocabulary = store.path().join("models/regression/vocab.txt");
    std::fs::write(vocabulary, "[PAD]\n").expect("the file is written");
    let output = run(&["models", "verify", "regression"]);
    assert_eq!(output.status.code(), Some(1));
    assert_says(&String::from_utf8_lossy(&output.stdout), &["vocab.txt"]);
}

#[test]
fn a_model_without_the_head_is_told_with_its_heads() {
    let message = refusal(&["fill-mask", "pipelines/gpt2", "--text", "a [MASK]"]);
    assert_says(
        &message,
        &["Gpt2 has no head for `fill-mask`", "help:", "`lm`", "`masked_lm`"],
    );
    // The model has the head, and the checkpoint nothing to fill it with.
    let message = refusal(&["tag", "pipelines/masked_lm", "--text", "Zoë"]);
    assert_says(
        &message,
        &[
            "no numbers for the head `token_classification`",
            "classifier.weight",
            "help: ",
        ],
    );
    // A head that gives something else.
    let message = refusal(&[
        "classify",
        "pipelines/masked_lm",
        "--head",
        "masked_lm",
        "--text",
        "Zoë",
    ]);
    assert_says(&message, &["error: ", "`logits` of 2 dimensions", "help:"]);
}

#[test]
fn a_missing_tokenizer_is_told_with_what_was_looked_for() {
    let message = refusal(&["fill-mask", "bert/masked_lm", "--text", "a [MASK]"]);
    assert_says(&message, &["A901", "bert/masked_lm", "vocab.txt", "help:"]);
    let message = refusal(&["tokenizer", "info", "bert/masked_lm"]);
    assert_says(&message, &["A901", "bert/masked_lm"]);
}

#[test]
fn texts_that_a_task_cannot_take_are_told() {
    let empty = written("\n  \n");
    let path = empty.path.as_str();
    let cases: &[(&[&str], &str)] = &[
        (
            &["classify", "pipelines/single_label", "--file", path],
            "there is no text",
        ),
        (
            &["tag", "pipelines/token_classification", "--file", path],
            "there is no text",
        ),
        (
            &["fill-mask", "pipelines/masked_lm", "--text", "no mask"],
            "there is no `[MASK]` in the text",
        ),
        (
            &[
                "answer",
                "pipelines/question_answering",
                "--question",
                "who?",
                "--context-file",
                path,
            ],
            "there is no text to look for an answer in",
        ),
        (
            &["generate", "pipelines/gpt2", "--chat", "--prompt", "the"],
            "the checkpoint has no chat template",
        ),
        (
            &["score", "pipelines/gpt2", path, "--window", "1"],
            "a window of 1 tokens",
        ),
    ];
    for (args, says) in cases {
        assert_says(&refusal(args), &["error: ", says, "help: "]);
    }
    let nothing = written("");
    let message = refusal(&["score", "pipelines/gpt2", &nothing.path]);
    assert_says(&message, &["fewer than two tokens", "help: "]);
    let message = refusal(&["generate", "pipelines/gpt2", "--prompt", ""]);
    assert_says(&message, &["prompt 1 has no token", "help: "]);
    let message = refusal(&["tokenizer", "decode", "pipelines/gpt2", "999"]);
    assert_says(&message, &["A907", "999", "below 290"]);
    let message = refusal(&["classify", "pipelines/single_label", "--file", "nonexistent.txt"]);
    assert_says(&message, &["nonexistent.txt"]);
}
