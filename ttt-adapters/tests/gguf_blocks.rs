//! Blocks of every type hold the numbers that llama.cpp's Python package reads in them, to the last bit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use ttt_adapters::gguf::{LAYOUTS, TensorType};
use ttt_adapters::source::{SafetensorsFile, TensorSource};

fn reference() -> SafetensorsFile {
    SafetensorsFile::open(&common::fixture("gguf/blocks.safetensors")).unwrap()
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}

#[test]
fn every_type_is_unpacked_as_the_reference_does() {
    let reference = reference();
    let mut compared = 0;
    for layout in LAYOUTS {
        let Ok(packed) = reference.read(&format!("{}.packed", layout.name)) else {
            continue;
        };
        let expected = floats(&reference.read(&format!("{}.numbers", layout.name)).unwrap().bytes);
        assert_eq!(
            packed.shape[1], layout.bytes,
            "bytes of a block of {}",
            layout.name
        );
        assert_eq!(expected.len(), packed.shape[0] * layout.block, "{}", layout.name);
        let Some(numbers) = layout.dequantise(&packed.bytes) else {
            assert_eq!(layout.name, "BF16", "{} is not unpacked", layout.name);
            continue;
        };
        for (index, (number, expected)) in numbers.iter().zip(&expected).enumerate() {
            assert_eq!(
                number.to_bits(),
                expected.to_bits(),
                "{} number {index}: {number} {expected}",
                layout.name
            );
        }
        compared += 1;
    }
    assert_eq!(compared, 23);
}

#[test]
fn numbers_are_packed_as_the_reference_does() {
    let reference = reference();
    let numbers = floats(&reference.read("source").unwrap().bytes);
    for name in ["Q4_0", "Q4_1", "Q8_0"] {
        let expected = reference.read(&format!("{name}.quantised")).unwrap().bytes;
        let layout = TensorType::of_name(name).unwrap().layout().unwrap();
        assert_eq!(layout.quantise(&numbers).unwrap(), expected, "{name}");
    }
}

#[test]
fn a_large_tensor_is_unpacked_the_same_on_several_threads() {
    let reference = reference();
    let packed = reference.read("Q6_K.packed").unwrap().bytes;
    let expected = floats(&reference.read("Q6_K.numbers").unwrap().bytes);
    let layout = TensorType::of_name("Q6_K").unwrap().layout().unwrap();
    let repeated = packed.repeat(1000);
    let numbers = layout.dequantise(&repeated).unwrap();
    assert_eq!(numbers.len(), expected.len() * 1000);
    assert!(numbers.chunks(expected.len()).all(|numbers| numbers == expected));
}
