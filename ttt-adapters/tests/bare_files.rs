//! safetensors without a configuration: the model from its names, the params from its shapes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use ttt_adapters::Error;
use ttt_adapters::registry::{FormatRegistry, OpenOptions, Opened};
use ttt_adapters::source::{MemorySource, write_safetensors};
use ttt_adapters::tensor::{Dtype, HostTensor};
use ttt_dsl::spec::{HeadChoice, Name};

fn open(case: &str, settings: &[(&str, &str)], options: OpenOptions) -> Result<Opened, Error> {
    let set = settings
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let options = OpenOptions { set, ..options };
    let path = common::fixture(case).join("model.safetensors");
    FormatRegistry::default().open(&path, &options, &common::families())
}

fn with_head(head: &str) -> OpenOptions {
    OpenOptions {
        head: Some(HeadChoice::Head(Name::new(head))),
        ..OpenOptions::default()
    }
}

#[test]
fn shapes_tell_what_the_configuration_says() {
    let heads: &[&str] = &["heads"];
    let cases = [
        ("gpt2/tied", heads, with_head("lm")),
        ("bert/pooled", heads, OpenOptions::default()),
        ("bert/no_pooler", heads, OpenOptions::default()),
        ("llama/biases", &["heads", "ctx"], OpenOptions::default()),
    ];
    for (case, asked, options) in cases {
        let configured = FormatRegistry::default()
            .open(
                &common::fixture(case),
                &OpenOptions::default(),
                &common::families(),
            )
            .unwrap();
        let texts: Vec<String> = asked
            .iter()
            .map(|name| configured.values[*name].to_string())
            .collect();
        let settings: Vec<(&str, &str)> = asked
            .iter()
            .copied()
            .zip(texts.iter().map(String::as_str))
            .collect();
        let bare = open(case, &settings, options).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(bare.head, configured.head, "{case}");
        for (name, value) in &configured.values {
            let is_shape = !matches!(name.as_str(), "eps" | "act" | "dropout" | "theta");
            if is_shape {
                assert_eq!(bare.values.get(name), Some(value), "{case} {name}");
            }
        }
    }
}

#[test]
fn what_no_shape_tells_is_asked_for_by_name() {
    let error = open("gpt2/tied", &[], OpenOptions::default()).unwrap_err();
    insta::assert_snapshot!(common::text(&error, &common::fixture("gpt2/tied")));
}

#[test]
fn what_was_assumed_is_told() {
    let opened = open("bert/pooled", &[("heads", "2")], OpenOptions::default()).unwrap();
    let texts: Vec<String> = opened
        .warnings
        .iter()
        .map(|warning| {
            format!(
                "{}: {}",
                warning.message,
                warning.found.clone().unwrap_or_default()
            )
        })
        .collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_setting_that_is_none_is_told() {
    let settings = [("head", "4"), ("layers", "many"), ("act", "snake")];
    let error = open("gpt2/tied", &settings, OpenOptions::default()).unwrap_err();
    insta::assert_snapshot!(common::text(&error, &common::fixture("gpt2/tied")));
}

#[test]
fn a_stranger_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.safetensors");
    let mut source = MemorySource::new("memory");
    for name in ["wte.weight", "mystery.0.weight", "mystery.1.weight"] {
        let tensor = HostTensor {
            dtype: Dtype::F32,
            shape: vec![1],
            bytes: vec![0; 4].into(),
        };
        source.insert(name, tensor);
    }
    write_safetensors(&path, &source).unwrap();
    let error = FormatRegistry::default()
        .open(&path, &OpenOptions::default(), &common::families())
        .unwrap_err();
    insta::assert_snapshot!(common::text(&error, directory.path()));
}

#[test]
fn a_file_of_no_format_is_told_with_the_formats() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.onnx");
    std::fs::write(&path, b"\x08\x07\x12\x07pytorch").unwrap();
    let formats = FormatRegistry::default();
    let open = |path: &Path| {
        let error = formats
            .open(path, &OpenOptions::default(), &common::families())
            .unwrap_err();
        common::text(&error, directory.path())
    };
    let missing = open(&directory.path().join("nowhere"));
    insta::assert_snapshot!(format!(
        "{}\n\n{}\n\n{missing}",
        open(&path),
        open(directory.path())
    ));
}
