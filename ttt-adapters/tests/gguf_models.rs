//! Models written as GGUF and read again: the same tensors and params, or an error that says what GGUF cannot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use ttt_adapters::Error;
use ttt_adapters::gguf::{self, Encoding, SaveRequest, Saved, Value};
use ttt_adapters::hf;
use ttt_adapters::registry::{FormatRegistry, OpenOptions, Opened};
use ttt_adapters::source::TensorSource;

fn open(path: &Path) -> Opened {
    let formats = FormatRegistry::default();
    formats
        .open(path, &OpenOptions::default(), &common::families())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn save(
    opened: &Opened,
    path: &Path,
    encoding: Encoding,
    metadata: &[(String, Value)],
) -> Result<Saved, Error> {
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding,
        metadata,
    };
    gguf::save(path, &request, Arc::new(opened.weights.clone().unwrap()))
}

fn floats(source: &dyn TensorSource, name: &str) -> Vec<f32> {
    source.read(name).unwrap().to_f32().unwrap()
}

fn largest(numbers: &[f32]) -> f32 {
    numbers.iter().fold(0.0, |most, number| most.max(number.abs()))
}

fn cases() -> Vec<String> {
    let of = |family: &'static str| {
        let entries = std::fs::read_dir(common::fixture(family)).unwrap();
        entries.map(move |entry| format!("{family}/{}", entry.unwrap().file_name().to_string_lossy()))
    };
    let mut names: Vec<String> = ["gpt2", "llama", "bert"].into_iter().flat_map(of).collect();
    names.sort();
    names
}

/// Each case of each family: what does not come back is left out and said, or the case is refused as a whole.
#[test]
fn what_is_written_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    let mut lines = Vec::new();
    for case in cases() {
        let opened = open(&common::fixture(&case));
        let saved = match save(&opened, &path, Encoding::F32, &[]) {
            Ok(saved) => saved,
            Err(error) => {
                let messages: Vec<&str> = error
                    .problems
                    .iter()
                    .map(|problem| problem.message.as_str())
                    .collect();
                lines.push(format!("{case}: {}", messages.join("; ")));
                continue;
            }
        };
        let again = open(directory.path());
        let (before, after) = (opened.weights.as_ref().unwrap(), again.weights.as_ref().unwrap());
        assert!(again.warnings.is_empty(), "{case}: {:?}", again.warnings);
        for name in before.tensors().keys() {
            if saved.left_out.contains(name) {
                continue;
            }
            assert_eq!(
                before.tensors()[name].shape,
                after.tensors()[name].shape,
                "{case} {name}"
            );
            assert!(floats(before, name) == floats(after, name), "{case} {name}");
        }
        let head = again.head.as_deref().unwrap_or("base");
        lines.push(format!("{case}: {head}, without {:?}", saved.left_out));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn hugging_face_to_gguf_and_back_gives_the_same_file() {
    for case in [
        "gpt2/tied",
        "gpt2/untied",
        "llama/grouped",
        "llama/biases",
        "llama/tied",
        "bert/no_pooler",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.gguf");
        let original = open(&common::fixture(case));
        save(&original, &path, Encoding::F32, &[]).unwrap();
        let opened = open(&path);
        let request = hf::SaveRequest {
            program: &opened.program,
            instance: &opened.instance,
            config: None,
            shard_bytes: None,
        };
        let folder = directory.path().join("hf");
        hf::save(&folder, &request, Arc::new(opened.weights.clone().unwrap())).unwrap();
        let again = open(&folder);
        assert_eq!(original.head, again.head, "{case}");
        let stored = |opened: &Opened| Arc::clone(opened.weights.as_ref().unwrap().source());
        let (before, after) = (stored(&original), stored(&again));
        assert_eq!(before.tensors().len(), after.tensors().len(), "{case}");
        for (name, info) in before.tensors() {
            assert_eq!(after.tensors().get(name), Some(info), "{case} {name}");
            assert!(
                before.read(name).unwrap().bytes == after.read(name).unwrap().bytes,
                "{case} {name}"
            );
        }
    }
}

#[test]
fn fewer_bits_are_nearly_the_same_numbers() {
    let opened = open(&common::fixture("llama/grouped"));
    let before = opened.weights.as_ref().unwrap();
    for (encoding, tolerance) in [
        (Encoding::F16, 1e-3),
        (Encoding::Bf16, 8e-3),
        (Encoding::Q8_0, 8e-3),
        (Encoding::Q4_0, 0.13),
        (Encoding::Q4_1, 0.13),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.gguf");
        let saved = save(&opened, &path, encoding, &[]).unwrap();
        let after = open(&path).weights.unwrap();
        for name in before.tensors().keys() {
            let (before, after) = (floats(before, name), floats(&after, name));
            let differences: Vec<f32> = before.iter().zip(&after).map(|(a, b)| a - b).collect();
            assert!(
                largest(&differences) <= tolerance * largest(&before),
                "{encoding:?} {name}"
            );
        }
        let file = gguf::File::open(&path).unwrap();
        for (name, info) in file.tensors() {
            let kind = info.tensor_type.to_string();
            match info.shape.len() {
                1 => assert_eq!(kind, "F32", "{name}"),
                _ if saved.unquantised.contains(name) => assert_eq!(kind, "F16", "{name}"),
                _ => assert!(kind == encoding.name() || kind == "Q8_0", "{name} {kind}"),
            }
        }
    }
}

#[test]
fn blocks_are_reached_through_the_models_paths() {
    let opened = open(&common::fixture("llama/grouped"));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    save(&opened, &path, Encoding::Q8_0, &[]).unwrap();
    let weights = open(&path).weights.unwrap();
    for (name, info) in weights.tensors() {
        let packed = weights.packed(name).unwrap();
        assert_eq!(packed.shape, info.shape, "{name}");
        let layout = packed.tensor_type.layout().unwrap();
        if let Some(numbers) = layout.dequantise(&packed.bytes) {
            assert!(numbers == floats(&weights, name), "{name}");
        }
    }
}

#[test]
fn a_file_is_complete_or_not_there() {
    let opened = open(&common::fixture("llama/gelu"));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    std::fs::write(&path, "what was there").unwrap();
    assert!(save(&opened, &path, Encoding::F32, &[]).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"what was there");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}
