//! Schemas in TOML, with weights beside them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use ttt_adapters::Error;
use ttt_adapters::hf::{self, SaveRequest};
use ttt_adapters::registry::{FormatRegistry, OpenOptions, Opened};
use ttt_adapters::source::{TensorSource, write_safetensors};

fn open(path: &Path) -> Result<Opened, Error> {
    FormatRegistry::default().open(path, &OpenOptions::default(), &common::families())
}

/// A schema with the numbers of a fixture as its defaults, as TOML.
fn schema(opened: &Opened) -> String {
    let mut spec = opened.program.spec.clone();
    for param in &mut spec.models[0].params {
        let value = opened.values[param.name.as_str()].to_string();
        let parsed = ttt_dsl::parse::parse_text(&format!("model M {{ params {{ a: Float = {value} }} }}"));
        param.default = parsed.spec.models[0].params[0].default.clone();
    }
    ttt_dsl::print::toml(&spec)
}

#[test]
fn weights_beside_a_schema_have_its_paths_or_a_tables_names() {
    let configured = open(&common::fixture("gpt2/base")).unwrap();
    let weights = configured.weights.clone().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.toml");
    std::fs::write(&path, schema(&configured)).unwrap();
    let without = open(&path).unwrap_or_else(|error| panic!("{error}"));
    assert!(without.weights.is_none());
    assert_eq!(without.values, configured.values);

    let beside = directory.path().join("x.safetensors");
    write_safetensors(&beside, &weights).unwrap();
    let canonical = open(&path).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(canonical.report.unwrap().used.len(), weights.tensors().len());

    std::fs::copy(common::fixture("gpt2/base/model.safetensors"), &beside).unwrap();
    let named = open(&path)
        .unwrap_or_else(|error| panic!("{error}"))
        .weights
        .unwrap();
    for name in weights.tensors().keys() {
        assert!(weights.read(name).unwrap().unwrap().bytes == named.read(name).unwrap().unwrap().bytes);
    }
}

#[test]
fn a_mistake_in_a_schema_is_told_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.toml");
    let text = "[model.Tiny]\nparams = { dim = 4 }\nparts.a = \"Linaer(dim, dim)\"\n\
                forward.sig = \"(x: [B, dim]) -> [B, dim]\"\nforward.do = [\"a(x)\"]\n";
    std::fs::write(&path, text).unwrap();
    let error = open(&path).unwrap_err();
    insta::assert_snapshot!(common::text(&error, directory.path()));
}

#[test]
fn params_make_a_configuration_and_come_back() {
    let llama = open(&common::fixture("llama/rope_yarn")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let request = SaveRequest {
        program: &llama.program,
        instance: &llama.instance,
        config: None,
        shard_bytes: None,
    };
    hf::save(
        directory.path(),
        &request,
        Arc::new(llama.weights.clone().unwrap()),
    )
    .unwrap();
    let text = std::fs::read_to_string(directory.path().join("config.json")).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(open(directory.path()).unwrap().values, llama.values);
}
