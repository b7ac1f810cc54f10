//! The types of ggml's tensors: one row each.
//!
//! Numbers, names and sizes: `ggml.h` and `ggml-common.h` of llama.cpp, and `constants.py` of its Python package.

use std::fmt;

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
}

/// Every type, by ascending number. Numbers that are left out were types once and are in no file any more.
pub static LAYOUTS: &[TensorLayout] = &[
    row(0, "F32", 1, 4),
    row(1, "F16", 1, 2),
    row(2, "Q4_0", 32, 18),
    row(3, "Q4_1", 32, 20),
    row(6, "Q5_0", 32, 22),
    row(7, "Q5_1", 32, 24),
    row(8, "Q8_0", 32, 34),
    row(9, "Q8_1", 32, 36),
    row(10, "Q2_K", 256, 84),
    row(11, "Q3_K", 256, 110),
    row(12, "Q4_K", 256, 144),
    row(13, "Q5_K", 256, 176),
    row(14, "Q6_K", 256, 210),
    row(15, "Q8_K", 256, 292),
    row(16, "IQ2_XXS", 256, 66),
    row(17, "IQ2_XS", 256, 74),
    row(18, "IQ3_XXS", 256, 98),
    row(19, "IQ1_S", 256, 50),
    row(20, "IQ4_NL", 32, 18),
    row(21, "IQ3_S", 256, 110),
    row(22, "IQ2_S", 256, 82),
    row(23, "IQ4_XS", 256, 136),
    row(24, "I8", 1, 1),
    row(25, "I16", 1, 2),
    row(26, "I32", 1, 4),
    row(27, "I64", 1, 8),
    row(28, "F64", 1, 8),
    row(29, "IQ1_M", 256, 56),
    row(30, "BF16", 1, 2),
    row(34, "TQ1_0", 256, 54),
    row(35, "TQ2_0", 256, 66),
    row(39, "MXFP4", 32, 17),
    row(40, "NVFP4", 64, 36),
    row(41, "Q1_0", 128, 18),
];

const fn row(id: u32, name: &'static str, block: usize, bytes: usize) -> TensorLayout {
    TensorLayout {
        id,
        name,
        block,
        bytes,
    }
}

impl TensorType {
    /// The type of this number.
    pub fn of_id(id: u32) -> TensorType {
        TensorType { id }
    }

    /// Its row in the table, unless it is unknown.
    pub fn layout(self) -> Option<&'static TensorLayout> {
        LAYOUTS.iter().find(|layout| layout.id == self.id)
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
