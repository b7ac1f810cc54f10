//! The command as its users call it: what it prints, what it writes, how it exits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn ttt(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ttt"));
    command.current_dir(fixtures()).env("NO_COLOR", "1").args(args);
    command.output().expect("the command starts")
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

#[test]
fn show_prints_the_tree_of_a_preset() {
    insta::assert_snapshot!(stdout(&ttt(&[
        "show",
        "Llama",
        "--preset",
        "llama3.2-1b",
        "--head",
        "lm"
    ])));
}

#[test]
fn show_prints_the_tree_of_a_checkpoint() {
    insta::assert_snapshot!(stdout(&ttt(&["show", "bert/pooled"])));
}

#[test]
fn show_prints_a_schema_that_reads_back() {
    let text = stdout(&ttt(&["show", "Gpt2", "--as", "toml"]));
    let file = tempfile::Builder::new()
        .suffix(".toml")
        .tempfile()
        .expect("a temporary file");
    std::fs::write(file.path(), &text).expect("the file is written");
    let path = file.path().to_str().expect("a path in UTF-8");
    assert_eq!(stdout(&ttt(&["show", path, "--as", "toml"])), text);
}

#[test]
fn the_plan_connects_every_layer() {
    let text = stdout(&ttt(&["show", "Gpt2", "--set", "layers=1", "--as", "plan"]));
    let plan: serde_json::Value = serde_json::from_str(&text).expect("the plan is JSON");
    let layers = plan["layers"].as_array().expect("layers");
    let connections = plan["connections"].as_array().expect("connections");
    let fed = |layer: &serde_json::Value| {
        connections
            .iter()
            .any(|connection| connection["to"] == layer["name"])
    };
    let unfed: Vec<_> = layers
        .iter()
        .filter(|layer| !fed(layer))
        .map(|layer| &layer["name"])
        .collect();
    assert!(unfed.is_empty(), "no connection leads to {unfed:?}");
    assert_eq!(plan["outputs"]["last_hidden_state"], "ln_f");
}

#[test]
fn show_draws_a_picture_and_a_page() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (format, begins) in [("svg", "<svg "), ("html", "<!doctype html>")] {
        let path = dir.path().join(format!("model.{format}"));
        let file = path.to_str().expect("a path in UTF-8");
        let printed = stdout(&ttt(&["show", "bert/pooled", "--format", format, "-o", file]));
        assert_eq!(printed, "", "what goes to a file is not printed");
        let drawn = std::fs::read_to_string(&path).expect("the file is written");
        assert!(drawn.starts_with(begins), "{format}");
        assert!(drawn.contains("embeddings"), "{format}");
    }
}

#[test]
fn diff_exits_as_diff_does() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let text = stdout(&ttt(&["show", "Gpt2", "--as", "toml"]));
    let path = dir.path().join("edited.toml");
    std::fs::write(
        &path,
        text.replace("LayerNorm(dim, eps: eps)", "RmsNorm(dim, eps: eps)"),
    )
    .expect("written");
    let file = path.to_str().expect("a path in UTF-8");
    let code = |output: &Output| output.status.code();

    let equal = ttt(&["diff", "Gpt2", "Gpt2"]);
    assert_eq!((code(&equal), equal.stdout.len()), (Some(0), 0));
    let edited = ttt(&["diff", "Gpt2", file]);
    assert_eq!(code(&edited), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&edited.stdout), @r"
    ~ part Gpt2Block.ln_1: LayerNorm(dim, eps: eps) → RmsNorm(dim, eps: eps)
    ~ part Gpt2Block.ln_2: LayerNorm(dim, eps: eps) → RmsNorm(dim, eps: eps)
    ~ part Gpt2.ln_f: LayerNorm(dim, eps: eps) → RmsNorm(dim, eps: eps)
    ");
    assert_eq!(code(&ttt(&["diff", "Gpt2", "no-such-model"])), Some(2));
}

#[test]
fn diff_compares_a_schema_with_a_checkpoint() {
    let output = ttt(&["diff", "Gpt2", "gpt2/base", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let changes: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let whats: Vec<_> = changes
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| &change["what"])
        .collect();
    // The sizes of tensors follow from params, so they are not told beside them.
    assert!(
        !whats.is_empty() && whats.iter().all(|what| *what == "param value"),
        "{whats:?}"
    );
}

#[test]
fn check_prints_every_mistake_and_exits_with_one() {
    let schema = "[model.M]\nparams = { dim = 8 }\nparts.a = \"Linear(dmi, dim)\"\nparts.b = \"Linaer(dim, dim)\"\n\
                  forward.sig = \"(x: [B, dim]) -> [B, dim]\"\nforward.do = [\"b(a(x))\"]\n";
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("m.toml"), schema).expect("the file is written");
    let output = Command::new(env!("CARGO_BIN_EXE_ttt"))
        .current_dir(dir.path())
        .env("NO_COLOR", "1")
        .args(["check", "m.toml"])
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}

#[test]
fn check_accounts_for_every_tensor() {
    insta::assert_snapshot!(stdout(&ttt(&["check", "bert/pooled", "gpt2/base"])));
}

#[test]
fn check_speaks_json() {
    let output = ttt(&["check", "bad/unknown_model_type", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(all[0]["ok"], false);
    assert_eq!(all[0]["errors"][0]["code"], "A004");
}

/// Checkpoints that can be opened all the same: fresh weights are the caller's choice, and a key that nothing reads may be
/// anybody's note.
const WARNED: [&str; 2] = ["no_weights", "unknown_field"];

#[test]
fn every_bad_checkpoint_is_refused_in_one_screen() {
    let mut dirs: Vec<PathBuf> = std::fs::read_dir(fixtures().join("bad"))
        .expect("the bad fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    let mut text = String::new();
    for dir in dirs {
        let name = dir
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name")
            .to_string();
        let output = ttt(&["check", &format!("bad/{name}")]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        let warned = WARNED.contains(&name.as_str());
        assert_eq!(
            output.status.code(),
            Some(i32::from(!warned)),
            "{name}: {message}"
        );
        assert!(message.lines().count() <= 24, "{name}: {message}");
        text.push_str(&format!("== {name}\n{message}\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn run_writes_outputs_and_a_trace() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| {
        dir.path()
            .join(name)
            .to_str()
            .expect("a path in UTF-8")
            .to_string()
    };
    let (outputs, trace) = (path("out.safetensors"), path("trace.safetensors"));
    let output = ttt(&[
        "run",
        "gpt2/base",
        "--inputs",
        "gpt2/base/inputs.safetensors",
        "--outputs",
        &outputs,
        "--trace",
        &trace,
    ]);
    stdout(&output);
    let names = |path: &str| -> Vec<String> {
        let bytes = std::fs::read(path).expect("the file is there");
        let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("it is safetensors");
        let mut names: Vec<String> = tensors.names().iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    assert_eq!(names(&outputs), ["last_hidden_state"]);
    let traced = names(&trace);
    for part in ["wte", "h.0.attn", "h.1.mlp.down", "ln_f"] {
        assert!(
            traced.iter().any(|name| name == part),
            "{part} is not in {traced:?}"
        );
    }
}

/// A head with inputs of its own, whose mask carries the dimension that the head folds.
#[test]
fn run_takes_the_inputs_of_the_head() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let outputs = dir.path().join("out.safetensors");
    let output = ttt(&[
        "run",
        "heads/gpt2_double_heads",
        "--inputs",
        "heads/gpt2_double_heads/inputs.safetensors",
        "--outputs",
        outputs.to_str().expect("a path in UTF-8"),
    ]);
    let text = stdout(&output);
    let shapes: Vec<&str> = text.lines().take(3).collect();
    assert_eq!(
        shapes,
        [
            "logits [2, 3, 7, 23]",
            "mc_logits [2, 3]",
            "last_hidden_state [2, 3, 7, 15]"
        ]
    );
}

#[test]
fn what_is_fresh_and_what_is_left_out_is_told() {
    let output = ttt(&[
        "show",
        "heads/bert_next_sentence",
        "--head",
        "token_classification",
    ]);
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @r"
    fresh: token_classification.classifier.weight, token_classification.classifier.bias
    left out with next_sentence: cls.seq_relationship.bias, cls.seq_relationship.weight
    ");
}

#[test]
fn run_refuses_what_does_not_fit_the_model() {
    let output = ttt(&[
        "run",
        "gpt2/base",
        "--inputs",
        "gpt2/base/outputs.safetensors",
        "--outputs",
        "/nonexistent/out.safetensors",
    ]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}

#[test]
fn new_leaves_an_existing_directory_alone() {
    let output = ttt(&["new", "gpt2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("gpt2 exists already"));
}

#[test]
fn a_schema_is_compared_with_its_checkpoint_and_then_with_its_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let schema = path("gpt2.toml");
    let text = stdout(&ttt(&["show", "Gpt2", "--as", "toml"]));
    let text = text.replace(
        "[model.Gpt2]\n",
        "[model.Gpt2]\ncheckpoint = { path = \"base\" }\n",
    );
    std::fs::write(&schema, text).expect("the file is written");
    let schema = schema.to_str().expect("a path in UTF-8");
    assert!(
        !ttt(&["check", schema]).status.success(),
        "neither a checkpoint nor a lock"
    );

    std::fs::create_dir(path("base")).expect("a folder");
    for file in ["config.json", "model.safetensors"] {
        let source = fixtures().join("gpt2/base").join(file);
        std::fs::copy(source, path("base").join(file)).expect("the file is copied");
    }
    stdout(&ttt(&["check", schema]));
    assert!(stdout(&ttt(&["lock", schema])).contains("base.lock: written"));
    assert!(stdout(&ttt(&["lock", schema])).contains("base.lock: as it was"));
    std::fs::remove_dir_all(path("base")).expect("the folder is removed");
    stdout(&ttt(&["check", schema]));
}
