//! Heads: what their checkpoints are called, what starts fresh and what is left out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use ttt_adapters::Error;
use ttt_adapters::hf::{self, SaveRequest};
use ttt_adapters::registry::{FormatRegistry, OpenOptions, Opened};
use ttt_adapters::source::{MemorySource, TensorSource, write_safetensors};
use ttt_dsl::spec::{HeadChoice, Name};

fn open_with(path: &Path, options: &OpenOptions) -> Result<Opened, Error> {
    FormatRegistry::default().open(path, options, &common::families())
}

fn open(path: &Path) -> Opened {
    open_with(path, &OpenOptions::default()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn with_head(head: &str) -> OpenOptions {
    OpenOptions {
        head: Some(HeadChoice::Head(Name::new(head))),
        ..OpenOptions::default()
    }
}

/// The fixture folder of every head.
fn heads() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(common::fixture("heads"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

fn save(opened: &Opened, config: Option<&Value>, directory: &Path) {
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        config,
        shard_bytes: None,
    };
    hf::save(directory, &request, Arc::new(opened.weights.clone().unwrap())).unwrap();
}

fn config(directory: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(directory.join("config.json")).unwrap()).unwrap()
}

/// Saved without the configuration it came with, so that all of it is written anew.
#[test]
fn every_head_is_saved_under_the_names_it_was_read_from() {
    for folder in heads() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&folder);
        let directory = tempfile::tempdir().unwrap();
        save(&opened, None, directory.path());
        let again = open(directory.path());
        assert_eq!(again.values, opened.values, "{name}");
        assert_eq!(again.head, opened.head, "{name}");
        let (was, is) = (config(&folder), config(directory.path()));
        assert_eq!(is["architectures"], was["architectures"], "{name}");
        for key in ["problem_type", "pad_token_id"] {
            let stated = was[key] != Value::Null && key_is_read(&opened, key);
            assert_eq!(is[key] != Value::Null, stated, "{name}: {key}");
        }
        let (was, is) = (opened.weights.unwrap(), again.weights.unwrap());
        for stored in was.source().tensors().keys() {
            let (was, is) = (
                was.source().read(stored).unwrap(),
                is.source().read(stored).unwrap(),
            );
            assert_eq!(was.bytes, is.bytes, "{name}: {stored}");
        }
    }
}

fn key_is_read(opened: &Opened, key: &str) -> bool {
    let table = opened.program.model(&opened.model).unwrap().config("hf").unwrap();
    ttt_dsl::print::rust(&opened.program.spec).contains(&format!("\"{key}\" or"))
        && !table.ignores.iter().any(|ignored| ignored.as_str() == key)
}

/// A masked-token checkpoint has no next-sentence scores, nor the pooler that they need. What it has is used.
#[test]
fn parts_that_a_checkpoint_has_nothing_of_start_fresh() {
    let masked_lm = common::fixture("bert/masked_lm");
    let opened = open_with(&masked_lm, &with_head("pre_training")).unwrap();
    insta::assert_snapshot!(opened.report.unwrap().notes().join("\n"), @"fresh: pooler.dense.weight, pooler.dense.bias, pre_training.seq_relationship.weight, pre_training.seq_relationship.bias");
}

/// One tensor of a leaf without the others is a damaged file, not a head that is to be trained.
#[test]
fn half_a_leaf_is_refused() {
    let folder = common::fixture("heads/bert_token_classification");
    let stored = open(&folder).weights.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let renamed = |name: &str| (name != "classifier.bias").then(|| name.to_string());
    copy(&folder, stored.source().as_ref(), renamed, directory.path());
    let error = open_with(directory.path(), &with_head("sequence_classification")).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("classifier.bias"), "{text}");
}

#[test]
fn a_base_says_which_head_it_left_out() {
    let options = OpenOptions {
        head: Some(HeadChoice::Base),
        ..OpenOptions::default()
    };
    let opened = open_with(&common::fixture("heads/gpt2_question_answering"), &options).unwrap();
    insta::assert_snapshot!(opened.report.unwrap().notes().join("\n"), @"left out with question_answering: qa_outputs.bias, qa_outputs.weight");
}

#[test]
fn an_unknown_head_is_told_with_those_there_are() {
    let folder = common::fixture("bert/pooled");
    let error = open_with(&folder, &with_head("classifier")).unwrap_err();
    insta::assert_snapshot!(common::text(&error, &folder), @r"
    error[A005]: `Bert` has no head `classifier`
      --> config.json
      expected: base, masked_lm (BertForMaskedLM), next_sentence (BertForNextSentencePrediction), pre_training (BertForPreTraining), sequence_classification (BertForSequenceClassification), token_classification (BertForTokenClassification), question_answering (BertForQuestionAnswering), multiple_choice (BertForMultipleChoice)
      help: name one of these; `base` is the model without a head
    ");
}

/// Older releases of transformers wrote this head's base under `model.`, as any other's.
#[test]
fn a_head_with_a_prefix_of_its_own_may_have_the_usual_one() {
    let folder = common::fixture("heads/llama_question_answering");
    let opened = open(&folder);
    let stored = opened.weights.clone().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let renamed = |name: &str| Some(name.replace("transformer.", "model."));
    copy(&folder, stored.source().as_ref(), renamed, directory.path());
    let again = open(directory.path());
    assert_eq!(
        again.report.unwrap().used.len(),
        opened.report.unwrap().used.len()
    );
}

/// A checkpoint's folder with other names; a tensor without one is left out.
fn copy(folder: &Path, source: &dyn TensorSource, rename: impl Fn(&str) -> Option<String>, to: &Path) {
    let mut copy = MemorySource::new(to);
    for name in source.tensors().keys() {
        if let Some(renamed) = rename(name) {
            copy.insert(renamed, source.read(name).unwrap());
        }
    }
    write_safetensors(&to.join("model.safetensors"), &copy).unwrap();
    std::fs::copy(folder.join("config.json"), to.join("config.json")).unwrap();
}
