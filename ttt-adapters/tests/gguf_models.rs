//! Models written as GGUF and read again: the same tensors and params, or an error that says what GGUF cannot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use ttt_adapters::Error;
use ttt_adapters::gguf::{self, Encoding, SaveRequest, Saved, Value};
use ttt_adapters::hf;
use ttt_adapters::registry::{FormatRegistry, OpenOptions, Opened, open_named};
use ttt_adapters::source::{MemorySource, TensorSource};
use ttt_adapters::tensor::{Dtype, HostTensor};
use ttt_dsl::spec::{HeadChoice, Name};

fn open(path: &Path) -> Opened {
    open_with_head(path, None)
}

fn open_with_head(path: &Path, head: Option<&str>) -> Opened {
    let formats = FormatRegistry::default();
    let options = OpenOptions {
        head: head.map(|head| HeadChoice::Head(Name::new(head))),
        ..OpenOptions::default()
    };
    formats
        .open(path, &options, &common::families())
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
        // The format does not say that there is a head of which only this project knows.
        let is_ours = saved.written.iter().any(|name| name.starts_with("ttt."));
        let head = opened.head.as_deref().filter(|_| is_ours);
        let again = open_with_head(directory.path(), head);
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

/// A model of these params, all numbers of which differ.
fn random(model: &str, params: &[(&str, &str)]) -> (Opened, Arc<MemorySource>) {
    let pair = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
    let options = OpenOptions {
        set: params.iter().map(pair).collect(),
        head: Some(HeadChoice::Head(Name::new("lm"))),
        ..OpenOptions::default()
    };
    let opened = open_named(model, &options, &common::families()).unwrap();
    let mut source = MemorySource::new("memory");
    let mut state = 1u32;
    for slot in opened.instance.tensors() {
        let count = slot.shape.iter().product::<usize>();
        let numbers = (0..count).flat_map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / 8_388_608.0 - 1.0).to_le_bytes()
        });
        let tensor = HostTensor {
            dtype: Dtype::F32,
            shape: slot.shape,
            bytes: numbers.collect::<Vec<u8>>().into(),
        };
        source.insert(slot.path, tensor);
    }
    (opened, Arc::new(source))
}

/// A small model whose rows are whole blocks, except those of one matrix.
fn wide() -> (Opened, Arc<MemorySource>) {
    let params = [
        ("vocab", "40"),
        ("ctx", "16"),
        ("dim", "64"),
        ("heads", "4"),
        ("kv_heads", "2"),
        ("head_dim", "16"),
        ("hidden", "72"),
        ("layers", "1"),
    ];
    random("llama", &params)
}

/// The factors are transformers', which are what llama.cpp's converter writes.
#[test]
fn llama_3s_scaling_is_a_tensor_of_factors() {
    let one = [1.0; 15];
    for (params, blended, last) in [
        (
            [
                ("theta", "500000.0"),
                ("rope_factor", "32.0"),
                ("rope_original_ctx", "8192"),
                ("rope_high_freq_factor", "4.0"),
            ],
            [1.0, 1.651329, 3.292263, 9.66673],
            32.0,
        ),
        (
            [
                ("theta", "10000.0"),
                ("rope_factor", "7.5"),
                ("rope_original_ctx", "1000"),
                ("rope_high_freq_factor", "3.0"),
            ],
            [1.079414, 1.613706, 2.566265, 4.604463],
            7.5,
        ),
    ] {
        let sizes = [
            ("vocab", "8"),
            ("ctx", "32000"),
            ("dim", "8"),
            ("heads", "1"),
            ("head_dim", "64"),
            ("hidden", "8"),
            ("layers", "1"),
            ("rope_scaling", "llama3"),
            ("rope_low_freq_factor", "1.0"),
        ];
        let (opened, source) = random("llama", &[&sizes[..], &params[..]].concat());
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.gguf");
        let request = SaveRequest {
            program: &opened.program,
            instance: &opened.instance,
            encoding: Encoding::F32,
            metadata: &[],
        };
        gguf::save(&path, &request, source).unwrap();

        let file = gguf::File::open(&path).unwrap();
        assert!(!file.metadata().keys().any(|key| key.contains("scaling")));
        let again = open(&path);
        let stored = again.weights.as_ref().unwrap().source();
        let factors = floats(stored.as_ref(), "rope_freqs.weight");
        let expected = [&one[..14], &blended[..], &[last; 14]].concat();
        assert_eq!(factors.len(), expected.len());
        for (found, expected) in factors.iter().zip(&expected) {
            assert!((found / expected - 1.0).abs() < 1e-5, "{factors:?}");
        }
        assert_eq!(opened.values, again.values);
        assert_eq!(again.report.unwrap().params, ["rope_freqs.weight"]);
    }
}

#[test]
fn fewer_bits_are_nearly_the_same_numbers() {
    let (opened, before) = wide();
    for (encoding, tolerance) in [
        (Encoding::F32, 0.0),
        (Encoding::F16, 1e-3),
        (Encoding::Bf16, 4e-3),
        (Encoding::Q8_0, 5e-3),
        (Encoding::Q4_0, 0.13),
        (Encoding::Q4_1, 0.08),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("model.gguf");
        let request = SaveRequest {
            program: &opened.program,
            instance: &opened.instance,
            encoding,
            metadata: &[],
        };
        let saved = gguf::save(&path, &request, before.clone()).unwrap();
        let after = open(&path).weights.unwrap();
        for name in before.tensors().keys() {
            let (before, after) = (floats(before.as_ref(), name), floats(&after, name));
            let differences: Vec<f32> = before.iter().zip(&after).map(|(a, b)| a - b).collect();
            assert!(
                largest(&differences) <= tolerance,
                "{encoding:?} {name} {}",
                largest(&differences)
            );
        }
        let types = |name: &str| {
            let file = gguf::File::open(&path).unwrap();
            file.tensors()[name].tensor_type.to_string()
        };
        let is_blocks = !["F32", "F16", "BF16"].contains(&encoding.name());
        let of_tokens = if is_blocks { "Q8_0" } else { encoding.name() };
        let of_odd_rows = if is_blocks { "F16" } else { encoding.name() };
        assert_eq!(types("blk.0.attn_q.weight"), encoding.name());
        assert_eq!(types("token_embd.weight"), of_tokens);
        assert_eq!(types("blk.0.ffn_down.weight"), of_odd_rows);
        assert_eq!(types("blk.0.attn_norm.weight"), "F32");
        let unquantised: &[&str] = if is_blocks {
            &["blk.0.ffn_down.weight"]
        } else {
            &[]
        };
        assert_eq!(saved.unquantised, unquantised);
    }
}

#[test]
fn numbers_that_no_block_holds_are_refused() {
    let (opened, source) = wide();
    let mut source = Arc::unwrap_or_clone(source);
    let mut tensor = source.read("layer.0.attn.o.weight").unwrap();
    let mut bytes = tensor.bytes.to_vec();
    bytes[40..44].copy_from_slice(&f32::NAN.to_le_bytes());
    tensor.bytes = bytes.into();
    source.insert("layer.0.attn.o.weight", tensor);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding: Encoding::Q8_0,
        metadata: &[],
    };
    let error = gguf::save(&path, &request, Arc::new(source))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("blk.0.attn_output.weight") && error.contains("NaN as number 10"),
        "{error}"
    );
    assert!(!path.exists());
}

#[test]
fn blocks_are_reached_through_the_models_paths() {
    let (opened, source) = wide();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.gguf");
    let request = SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding: Encoding::Q8_0,
        metadata: &[],
    };
    gguf::save(&path, &request, source).unwrap();
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
