//! Real checkpoints do what they are known to do, in the format they come in and in those they are converted to.
//!
//! Needs `scripts/fetch-models`; without a checkpoint its test says so and passes, but in CI it fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;
use ttt_tests::{checkpoint, fixtures};

fn fetched(name: &str) -> Option<PathBuf> {
    let found = checkpoint(name);
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI fetches {name} first: scripts/fetch-models"
        );
        eprintln!("SKIPPED: {name} is not here; run scripts/fetch-models");
    }
    found
}

/// The command, which is built beside the tests.
fn ttt(args: &[&str]) -> String {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let path = BUILT.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        let folder = tests.parent().and_then(Path::parent).unwrap();
        let path = folder.join(format!("ttt{}", std::env::consts::EXE_SUFFIX));
        assert!(path.is_file(), "{}: build the workspace first", path.display());
        path
    });
    let output = Command::new(path)
        .env("NO_COLOR", "1")
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "ttt {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[derive(Deserialize)]
struct Generated {
    prompt: String,
    token_ids: Vec<u32>,
    text: String,
}

fn generated(source: &str, prompt: &str, new: &str, chat: bool) -> Value {
    let mut args = vec![
        "generate",
        source,
        "--prompt",
        prompt,
        "--greedy",
        "--format",
        "json",
        "--max-new-tokens",
        new,
    ];
    if chat {
        args.push("--chat");
    }
    serde_json::from_str(&ttt(&args)).unwrap()
}

#[test]
fn smollm2_says_what_it_says_in_transformers() {
    let Some(source) = fetched("smollm2-135m-instruct") else {
        return;
    };
    let expected = std::fs::read_to_string(fixtures().join("smollm2/expected.json")).unwrap();
    let expected: Vec<Generated> = serde_json::from_str(&expected).unwrap();
    let mut longest = 0;
    for case in expected {
        let found = generated(text(&source), &case.prompt, "64", false);
        let ids: Vec<u32> = serde_json::from_value(found["token_ids"].clone()).unwrap();
        assert_eq!(ids, case.token_ids, "{}", case.prompt);
        assert_eq!(found["text"], case.text);
        longest = longest.max(ids.len());
    }
    assert_eq!(longest, 64);
}

#[test]
fn smollm2_answers_in_every_format() {
    let Some(source) = fetched("smollm2-135m-instruct") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (hf, gguf) = (folder.path().join("hf"), folder.path().join("q8_0.gguf"));
    ttt(&["convert", text(&source), text(&hf)]);
    ttt(&["convert", text(&hf), text(&gguf), "--encoding", "q8_0"]);
    for source in [&source, &hf, &gguf] {
        let france = generated(text(source), "The capital of France is", "4", false);
        assert!(
            france["text"].as_str().unwrap().starts_with(" Paris."),
            "{}: {france}",
            source.display()
        );
        let sum = generated(text(source), "What is 2+2?", "24", true);
        assert!(
            sum["text"].as_str().unwrap().contains('4'),
            "{}: {sum}",
            source.display()
        );
    }
}

/// The cosines of notes that sentence-transformers gives, within 1e-3.
#[test]
fn minilm_embeds_in_every_format() {
    let Some(source) = fetched("all-minilm-l6-v2") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (gguf, hf) = (folder.path().join("f32.gguf"), folder.path().join("hf"));
    ttt(&["convert", text(&source), text(&gguf), "--encoding", "f32"]);
    ttt(&["convert", text(&gguf), text(&hf)]);
    for source in [&source, &gguf, &hf] {
        let embedded = ttt(&[
            "embed",
            text(source),
            "--format",
            "json",
            "--text",
            "That is a happy person",
            "--text",
            "That is a happy dog",
            "--text",
            "That is a very happy person",
            "--text",
            "Today is a sunny day",
        ]);
        let rows: Vec<Value> = serde_json::from_str(&embedded).unwrap();
        let vectors: Vec<Vec<f32>> = rows
            .iter()
            .map(|row| serde_json::from_value(row["embedding"].clone()).unwrap())
            .collect();
        for (vector, expected) in vectors[1..].iter().zip([0.6946, 0.9429, 0.2569]) {
            let cosine: f32 = vectors[0].iter().zip(vector).map(|(a, b)| a * b).sum();
            assert!(
                (cosine - expected).abs() < 1e-3,
                "{}: {cosine}, expected {expected}",
                source.display()
            );
        }
    }
}

/// transformers gives the masked atom as `C` with the probability 0.99814.
#[test]
fn rxnfp_fills_its_mask_in_every_format() {
    let Some(source) = fetched("rxnfp-mlm") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (hf, gguf, again) = (
        folder.path().join("hf"),
        folder.path().join("f32.gguf"),
        folder.path().join("again"),
    );
    ttt(&["convert", text(&source), text(&hf)]);
    ttt(&["convert", text(&source), text(&gguf), "--encoding", "f32"]);
    ttt(&["convert", text(&gguf), text(&again), "--head", "masked_lm"]);
    for source in [&source, &hf, &gguf, &again] {
        let filled = ttt(&[
            "fill-mask",
            text(source),
            "--format",
            "json",
            "--top",
            "1",
            "--text",
            "C C ( = O ) O . O C C >> [MASK] C ( = O ) O C C . O",
        ]);
        let filled: Value = serde_json::from_str(&filled).unwrap();
        let guess = &filled["masks"][0][0];
        assert_eq!(guess["token"], "C");
        assert!(
            (guess["score"].as_f64().unwrap() - 0.99814).abs() < 1e-4,
            "{guess}"
        );
    }
}
