//! Tensors as bytes: what formats give and the runtime takes.

use std::fmt;

use bytes::Bytes;
use half::{bf16, f16};

use crate::source::TensorInfo;

/// How the numbers of a tensor are stored; little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the types' own names")]
pub enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

impl Dtype {
    /// Every dtype.
    pub const ALL: [Dtype; 10] = [
        Dtype::F64,
        Dtype::F32,
        Dtype::F16,
        Dtype::Bf16,
        Dtype::I64,
        Dtype::I32,
        Dtype::I16,
        Dtype::I8,
        Dtype::U8,
        Dtype::Bool,
    ];

    /// The dtype that safetensors writes like this; its spelling is ours.
    pub fn from_safetensors(text: &str) -> Option<Dtype> {
        Dtype::ALL.into_iter().find(|dtype| dtype.to_string() == text)
    }

    /// Bytes per number.
    pub fn size(self) -> usize {
        match self {
            Dtype::F64 | Dtype::I64 => 8,
            Dtype::F32 | Dtype::I32 => 4,
            Dtype::F16 | Dtype::Bf16 | Dtype::I16 => 2,
            Dtype::I8 | Dtype::U8 | Dtype::Bool => 1,
        }
    }

    /// Whether it holds real numbers.
    pub fn is_float(self) -> bool {
        matches!(self, Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::Bf16)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dtype::F64 => "F64",
            Dtype::F32 => "F32",
            Dtype::F16 => "F16",
            Dtype::Bf16 => "BF16",
            Dtype::I64 => "I64",
            Dtype::I32 => "I32",
            Dtype::I16 => "I16",
            Dtype::I8 => "I8",
            Dtype::U8 => "U8",
            Dtype::Bool => "BOOL",
        })
    }
}

/// A contiguous, row-major tensor. Its bytes may be a window into a mapped file: cloning never copies them.
#[derive(Clone, Debug)]
pub struct HostTensor {
    /// How its numbers are stored.
    pub dtype: Dtype,
    /// Its sizes, outermost first.
    pub shape: Vec<usize>,
    /// `shape.product() * dtype.size()` bytes.
    pub bytes: Bytes,
}

impl HostTensor {
    /// Its description.
    pub fn info(&self) -> TensorInfo {
        TensorInfo {
            dtype: self.dtype,
            shape: self.shape.clone(),
        }
    }

    /// Its real numbers in single precision. `None` when it holds whole ones.
    pub fn to_f32(&self) -> Option<Vec<f32>> {
        let bytes = &self.bytes;
        match self.dtype {
            Dtype::F64 => Some(each(bytes, |bytes| f64::from_le_bytes(bytes) as f32)),
            Dtype::F32 => Some(each(bytes, f32::from_le_bytes)),
            Dtype::F16 => Some(each(bytes, |bytes| f16::from_le_bytes(bytes).to_f32())),
            Dtype::Bf16 => Some(each(bytes, |bytes| bf16::from_le_bytes(bytes).to_f32())),
            Dtype::I64 | Dtype::I32 | Dtype::I16 | Dtype::I8 | Dtype::U8 | Dtype::Bool => None,
        }
    }
}

fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|bytes| number(*bytes)).collect()
}
