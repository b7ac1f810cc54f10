//! The types of ggml's tensors: one row each.
//!
//! Numbers, names and sizes: `ggml.h` and `ggml-common.h` of llama.cpp, and `constants.py` of its Python package.

use std::fmt;

use super::quant::{self, Dequantise, Quantise};
use crate::tensor::Dtype;

/// A type of tensor by its number, which need not be a known one: a file with a tensor of a new type can be looked at,
/// and its other tensors read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TensorType {
    /// Its number in files.
    pub id: u32,
}

/// A row of the table of [`LAYOUTS`].
#[derive(Clone, Copy, Debug)]
pub struct TensorLayout {
    /// Its number in files.
    pub id: u32,
    /// ggml's name: `Q4_K`.
    pub name: &'static str,
    /// How many numbers are stored together.
    pub block: usize,
    /// How many bytes those take.
    pub bytes: usize,
    pub(super) coding: Coding,
}

/// How a type's bytes are numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Coding {
    /// They are numbers as they are.
    Plain(Dtype),
    /// Blocks that a function unpacks, and perhaps one packs.
    Blocks(Dequantise, Option<Quantise>),
    /// Blocks that no file of weights has: results in between, or too new.
    Opaque,
}

use Coding::{Blocks, Opaque, Plain};

/// Every type, by ascending number. Numbers that are left out were types once and are in no file any more.
pub static LAYOUTS: &[TensorLayout] = &[
    row(0, "F32", 1, 4, Plain(Dtype::F32)),
    row(1, "F16", 1, 2, Plain(Dtype::F16)),
    row(2, "Q4_0", 32, 18, Blocks(quant::q4_0, Some(quant::to_q4_0))),
    row(3, "Q4_1", 32, 20, Blocks(quant::q4_1, Some(quant::to_q4_1))),
    row(6, "Q5_0", 32, 22, Blocks(quant::q5_0, None)),
    row(7, "Q5_1", 32, 24, Blocks(quant::q5_1, None)),
    row(8, "Q8_0", 32, 34, Blocks(quant::q8_0, Some(quant::to_q8_0))),
    row(9, "Q8_1", 32, 36, Opaque),
    row(10, "Q2_K", 256, 84, Blocks(quant::q2_k, None)),
    row(11, "Q3_K", 256, 110, Blocks(quant::q3_k, None)),
    row(12, "Q4_K", 256, 144, Blocks(quant::q4_k, None)),
    row(13, "Q5_K", 256, 176, Blocks(quant::q5_k, None)),
    row(14, "Q6_K", 256, 210, Blocks(quant::q6_k, None)),
    row(15, "Q8_K", 256, 292, Opaque),
    row(16, "IQ2_XXS", 256, 66, Blocks(quant::iq2_xxs, None)),
    row(17, "IQ2_XS", 256, 74, Blocks(quant::iq2_xs, None)),
    row(18, "IQ3_XXS", 256, 98, Blocks(quant::iq3_xxs, None)),
    row(19, "IQ1_S", 256, 50, Blocks(quant::iq1_s, None)),
    row(20, "IQ4_NL", 32, 18, Blocks(quant::iq4_nl, None)),
    row(21, "IQ3_S", 256, 110, Blocks(quant::iq3_s, None)),
    row(22, "IQ2_S", 256, 82, Blocks(quant::iq2_s, None)),
    row(23, "IQ4_XS", 256, 136, Blocks(quant::iq4_xs, None)),
    row(24, "I8", 1, 1, Plain(Dtype::I8)),
    row(25, "I16", 1, 2, Plain(Dtype::I16)),
    row(26, "I32", 1, 4, Plain(Dtype::I32)),
    row(27, "I64", 1, 8, Plain(Dtype::I64)),
    row(28, "F64", 1, 8, Plain(Dtype::F64)),
    row(29, "IQ1_M", 256, 56, Blocks(quant::iq1_m, None)),
    row(30, "BF16", 1, 2, Plain(Dtype::Bf16)),
    row(34, "TQ1_0", 256, 54, Blocks(quant::tq1_0, None)),
    row(35, "TQ2_0", 256, 66, Blocks(quant::tq2_0, None)),
    row(39, "MXFP4", 32, 17, Blocks(quant::mxfp4, None)),
    row(40, "NVFP4", 64, 36, Blocks(quant::nvfp4, None)),
    row(41, "Q1_0", 128, 18, Opaque),
];

const fn row(id: u32, name: &'static str, block: usize, bytes: usize, coding: Coding) -> TensorLayout {
    TensorLayout {
        id,
        name,
        block,
        bytes,
        coding,
    }
}

impl TensorType {
    /// The type of this number.
    pub fn of_id(id: u32) -> TensorType {
        TensorType { id }
    }

    /// The type of this name, in any case: `q4_k`.
    pub fn of_name(name: &str) -> Option<TensorType> {
        let layout = LAYOUTS
            .iter()
            .find(|layout| layout.name.eq_ignore_ascii_case(name))?;
        Some(TensorType { id: layout.id })
    }

    /// Its row in the table, unless it is unknown.
    pub fn layout(self) -> Option<&'static TensorLayout> {
        LAYOUTS.iter().find(|layout| layout.id == self.id)
    }
}

impl TensorLayout {
    /// How the numbers are stored once they are unpacked: as they are, or F32. `None` when they cannot be unpacked.
    pub fn dtype(&self) -> Option<Dtype> {
        match self.coding {
            Plain(dtype) => Some(dtype),
            Blocks(..) => Some(Dtype::F32),
            Opaque => None,
        }
    }

    /// The numbers of whole blocks. `None` for a type whose bytes are numbers as they are, or that cannot be unpacked.
    pub fn dequantise(&self, packed: &[u8]) -> Option<Vec<f32>> {
        match self.coding {
            Blocks(unpack, _) => Some(quant::dequantise(unpack, self.block, self.bytes, packed)),
            Plain(_) | Opaque => None,
        }
    }

    /// The blocks of numbers, whose count is a multiple of the block. `None` for a type that is not written in blocks.
    pub fn quantise(&self, numbers: &[f32]) -> Option<Vec<u8>> {
        match self.coding {
            Blocks(_, Some(pack)) => Some(quant::quantise(pack, self.block, self.bytes, numbers)),
            Blocks(_, None) | Plain(_) | Opaque => None,
        }
    }
}

/// `Q4_K`, or `type 99` when it is unknown.
impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layout() {
            Some(layout) => f.write_str(layout.name),
            None => write!(f, "type {}", self.id),
        }
    }
}
