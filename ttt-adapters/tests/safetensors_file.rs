//! What the reader says of damaged files, and that what we write others read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use bytes::Bytes;
use proptest::prelude::*;
use ttt_adapters::source::{MemorySource, SafetensorsFile, TensorSource, write_safetensors};
use ttt_adapters::tensor::{Dtype, HostTensor};

fn open(bytes: &[u8]) -> Result<SafetensorsFile, String> {
    SafetensorsFile::from_bytes(Path::new("x.safetensors"), Bytes::copy_from_slice(bytes))
        .map_err(|error| error.to_string())
}

/// A file with this header and this many bytes of data.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 7);
    bytes
}

fn whole() -> Vec<u8> {
    let header = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I64","shape":[1],"data_offsets":[24,32]}}"#;
    file(header, 32)
}

#[test]
fn a_tensor_is_a_window_into_the_file() {
    let bytes = Bytes::from(whole());
    let source = SafetensorsFile::from_bytes(Path::new("x"), bytes.clone()).unwrap();
    let tensor = source.read("b").unwrap();
    assert_eq!(
        (tensor.dtype, tensor.shape.as_slice()),
        (Dtype::I64, [1].as_slice())
    );
    assert_eq!(tensor.bytes.as_ptr(), bytes[bytes.len() - 8..].as_ptr());
    assert_eq!(source.metadata()["format"], "pt");
}

#[test]
fn every_kind_of_damage_is_told() {
    let cut = whole();
    let mut past_the_end = whole();
    past_the_end[0] = 0xff;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("header past the end", past_the_end),
        ("truncated", cut[..cut.len() - 5].to_vec()),
        ("too long", [whole(), vec![0; 3]].concat()),
        ("not JSON", file(r#"{"a":"#, 0)),
        ("not an object", file("[1]", 0)),
        (
            "twice",
            file(
                r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
                2,
            ),
        ),
        (
            "overlap",
            file(
                r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
                3,
            ),
        ),
        (
            "gap",
            file(
                r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
                3,
            ),
        ),
        (
            "unknown dtype",
            file(r#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, 1),
        ),
        (
            "wrong size",
            file(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
        ),
        (
            "enormous",
            file(
                r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#,
                4,
            ),
        ),
        (
            "no shape, no dtype",
            file(
                r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]},"b":{"shape":[]},"c":3}"#,
                4,
            ),
        ),
    ];
    let texts = cases
        .iter()
        .map(|(name, bytes)| format!("## {name}\n{}", open(bytes).unwrap_err()));
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn what_we_write_others_read_and_we_read_what_others_write() {
    let mut source = MemorySource::new("memory");
    let tensor = |dtype: Dtype, shape: &[usize], fill: u8| HostTensor {
        dtype,
        shape: shape.to_vec(),
        bytes: vec![fill; shape.iter().product::<usize>() * dtype.size()].into(),
    };
    source.insert("z", tensor(Dtype::F16, &[3], 1));
    source.insert("a \"quoted\"", tensor(Dtype::F32, &[2, 2], 2));
    source.insert("empty", tensor(Dtype::I64, &[0, 4], 3));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.safetensors");
    write_safetensors(&path, &source).unwrap();

    let bytes = std::fs::read(&path).unwrap();
    let theirs = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(theirs.tensor("z").unwrap().data(), [1; 6]);
    assert_eq!(theirs.tensor("a \"quoted\"").unwrap().shape(), [2, 2]);

    let written_by_theirs = safetensors::serialize(theirs.tensors(), None).unwrap();
    let ours = SafetensorsFile::from_bytes(&path, written_by_theirs.into()).unwrap();
    assert_eq!(ours.read("a \"quoted\"").unwrap().bytes, [2; 16].as_slice());
    assert_eq!(ours.tensors().len(), 3);
}

proptest! {
    /// Whatever a file holds, opening it gives tensors that can all be read, or an error that fits one screen.
    #[test]
    fn damaged_files_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), is_cut: bool) {
        let mut bytes = whole();
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match open(&bytes) {
            Ok(source) => for name in source.tensors().keys() {
                let tensor = source.read(name).unwrap();
                prop_assert_eq!(tensor.bytes.len(), tensor.shape.iter().product::<usize>() * tensor.dtype.size());
            },
            Err(text) => prop_assert!(text.lines().count() < 40),
        }
    }
}
