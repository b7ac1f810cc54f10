//! Real layouts of the three families: every tensor is accounted for, and saving gives the same file back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use ttt_adapters::hf::{self, SaveRequest};
use ttt_adapters::registry::{FormatRegistry, OpenOptions, Opened};
use ttt_adapters::source::TensorSource;
use ttt_dsl::spec::{HeadChoice, Name};

fn open(path: &Path) -> Opened {
    let formats = FormatRegistry::default();
    formats
        .open(path, &OpenOptions::default(), &common::families())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn cases(family: &str) -> Vec<String> {
    let entries = std::fs::read_dir(common::fixture(family)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| format!("{family}/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    names.sort();
    names
}

#[test]
fn every_tensor_is_accounted_for() {
    let mut lines = Vec::new();
    for case in ["gpt2", "llama", "bert"].into_iter().flat_map(cases) {
        let path = common::fixture(&case);
        let opened = open(&path);
        let said: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path.join("case.json")).unwrap()).unwrap();
        let head = opened.head.as_deref().unwrap_or("base");
        assert_eq!(said["head"], head, "{case}");
        let warnings: Vec<&str> = opened
            .warnings
            .iter()
            .map(|warning| warning.message.as_str())
            .collect();
        lines.push(format!(
            "{case} {head}: {} {}",
            opened.report.unwrap(),
            warnings.join("; ")
        ));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

/// The tensors of `opened`, saved and opened again, are the same bytes; so are the params.
fn save_and_reopen(opened: &Opened, config: bool, shard_bytes: Option<usize>) -> Opened {
    let directory = tempfile::tempdir().unwrap();
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        config: opened.config.as_ref().filter(|_| config),
        shard_bytes,
    };
    hf::save(
        directory.path(),
        &request,
        Arc::new(opened.weights.clone().unwrap()),
    )
    .unwrap();
    let again = open(directory.path());
    assert_eq!(opened.values, again.values);
    assert_eq!(opened.head, again.head);
    same_tensors(opened.weights.as_ref().unwrap(), again.weights.as_ref().unwrap());
    again
}

fn same_tensors(a: &dyn TensorSource, b: &dyn TensorSource) {
    let names = |source: &dyn TensorSource| {
        let mut names: Vec<String> = source.tensors().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(a), names(b));
    for name in a.tensors().keys() {
        let (a, b) = (a.read(name).unwrap(), b.read(name).unwrap());
        assert_eq!((a.dtype, &a.shape), (b.dtype, &b.shape), "{name}");
        assert!(a.bytes == b.bytes, "{name}");
    }
}

#[test]
fn saving_gives_the_same_model_back() {
    for case in ["gpt2", "llama", "bert"].into_iter().flat_map(cases) {
        let opened = open(&common::fixture(&case));
        save_and_reopen(&opened, true, None);
        save_and_reopen(&opened, false, Some(4000));
    }
}

#[test]
fn saving_what_transformers_saved_gives_its_tensors_back() {
    for case in ["gpt2/tied", "llama/grouped", "bert/masked_lm"] {
        let opened = open(&common::fixture(case));
        let stored = Arc::clone(opened.weights.as_ref().unwrap().source());
        let again = save_and_reopen(&opened, true, None);
        let saved = again.weights.unwrap();
        for (name, info) in stored.tensors() {
            assert_eq!(saved.source().tensors().get(name), Some(info), "{case} {name}");
            assert!(
                stored.read(name).unwrap().bytes == saved.source().read(name).unwrap().bytes,
                "{case} {name}"
            );
        }
        let (before, after) = (opened.config.unwrap(), again.config.unwrap());
        assert_eq!(before, after, "{case}");
    }
}

#[test]
fn what_needs_no_other_layout_is_a_window_into_the_file() {
    let opened = open(&common::fixture("llama/grouped"));
    let weights = opened.weights.unwrap();
    let ours = weights.read("layer.0.attn.q.weight").unwrap().unwrap();
    let stored = weights
        .source()
        .read("model.layers.0.self_attn.q_proj.weight")
        .unwrap();
    assert_eq!(ours.bytes.as_ptr(), stored.bytes.as_ptr());
}

#[test]
fn a_head_may_start_fresh_on_a_base_when_asked_for() {
    let options = OpenOptions {
        head: Some(HeadChoice::Head(Name::new("masked_lm"))),
        ..OpenOptions::default()
    };
    let opened = FormatRegistry::default()
        .open(&common::fixture("bert/pooled"), &options, &common::families())
        .unwrap();
    insta::assert_snapshot!(opened.report.unwrap().fresh.join("\n"), @r"
    masked_lm.transform.dense.weight
    masked_lm.transform.dense.bias
    masked_lm.transform.norm.weight
    masked_lm.transform.norm.bias
    masked_lm.decoder.bias
    ");
}

#[test]
fn a_head_that_is_not_built_is_left_out() {
    let options = OpenOptions {
        head: Some(HeadChoice::Base),
        ..OpenOptions::default()
    };
    let opened = FormatRegistry::default()
        .open(&common::fixture("bert/masked_lm"), &options, &common::families())
        .unwrap();
    let report = opened.report.unwrap();
    assert!(report.left_out.iter().all(|(_, head)| head == "masked_lm"));
    assert_eq!(report.left_out.len(), 5);
}

#[test]
fn a_part_that_the_caller_does_without_is_left_out() {
    let options = OpenOptions {
        set: vec![("pooled".to_string(), "false".to_string())],
        ..OpenOptions::default()
    };
    let opened = FormatRegistry::default()
        .open(&common::fixture("bert/pooled"), &options, &common::families())
        .unwrap();
    let left_out = opened.report.unwrap().left_out;
    assert!(
        left_out
            .iter()
            .all(|(name, part)| name.starts_with("pooler.") && part == "pooler.dense")
    );
    assert_eq!(left_out.len(), 2);
}

/// Run `scripts/fetch-models` to have it.
#[test]
fn minilm_is_filled_completely() {
    let home = std::env::var("TTT_MODELS")
        .or_else(|_| std::env::var("HOME").map(|home| home + "/.cache/ttt/models"));
    let path = Path::new(&home.unwrap()).join("all-minilm-l6-v2");
    if !path.exists() {
        eprintln!(
            "SKIPPED: there is no {}; run scripts/fetch-models",
            path.display()
        );
        return;
    }
    let opened = open(&path);
    assert_eq!(opened.report.unwrap().to_string(), "103 tensors used, 1 skipped");
    assert!(opened.warnings.is_empty(), "{:?}", opened.warnings);
}
