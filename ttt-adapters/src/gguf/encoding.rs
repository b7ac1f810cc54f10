//! How tensors are stored when a model is written.

use bytes::Bytes;
use half::{bf16, f16};

use super::tensor_type::{LAYOUTS, TensorLayout, TensorType};
use crate::error::{Error, Problem, codes};
use crate::source::TensorInfo;
use crate::tensor::{Dtype, HostTensor};

/// How the matrices of a model are stored. Vectors, such as norms and biases, are always F32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the types' own names")]
pub enum Encoding {
    F32,
    F16,
    Bf16,
    Q8_0,
    Q4_0,
    Q4_1,
}

/// Matrices that llama.cpp adds to others as they are, and so wants in F32.
const ALWAYS_F32: [&str; 2] = ["position_embd.weight", "token_types.weight"];

/// Matrices whose rows are whole tokens, of which four bits lose too much; llama.cpp's quantiser spares them as well.
const AT_LEAST_8_BITS: [&str; 2] = ["token_embd.weight", "output.weight"];

impl Encoding {
    /// Every encoding.
    pub const ALL: [Encoding; 6] = [
        Encoding::F32,
        Encoding::F16,
        Encoding::Bf16,
        Encoding::Q8_0,
        Encoding::Q4_0,
        Encoding::Q4_1,
    ];

    /// The encoding of this name, in any case: `q8_0`.
    pub fn of_name(name: &str) -> Option<Encoding> {
        Encoding::ALL
            .into_iter()
            .find(|encoding| encoding.name().eq_ignore_ascii_case(name))
    }

    /// ggml's name for the type: `Q8_0`.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::F32 => "F32",
            Encoding::F16 => "F16",
            Encoding::Bf16 => "BF16",
            Encoding::Q8_0 => "Q8_0",
            Encoding::Q4_0 => "Q4_0",
            Encoding::Q4_1 => "Q4_1",
        }
    }

    /// `general.file_type`: llama.cpp's number for what most tensors of a file are stored as.
    pub(super) fn file_type(self) -> u32 {
        match self {
            Encoding::F32 => 0,
            Encoding::F16 => 1,
            Encoding::Q4_0 => 2,
            Encoding::Q4_1 => 3,
            Encoding::Q8_0 => 7,
            Encoding::Bf16 => 32,
        }
    }

    /// The row of ggml's types. Every name is in the table, whose first row is F32.
    pub(super) fn layout(self) -> &'static TensorLayout {
        let known = TensorType::of_name(self.name()).and_then(TensorType::layout);
        known.unwrap_or(&LAYOUTS[0])
    }

    /// How a tensor is stored in a file of this encoding: with whole tokens in more bits, and as it can be.
    pub(super) fn of_tensor(self, name: &str, info: &TensorInfo) -> Encoding {
        if info.shape.len() < 2 || ALWAYS_F32.contains(&name) {
            return Encoding::F32;
        }
        let is_four_bits = matches!(self, Encoding::Q4_0 | Encoding::Q4_1);
        let encoding = match is_four_bits && AT_LEAST_8_BITS.contains(&name) {
            true => Encoding::Q8_0,
            false => self,
        };
        let row = info.shape.last().copied().unwrap_or(1);
        match row % encoding.layout().block {
            0 => encoding,
            _ => Encoding::F16,
        }
    }

    /// The bytes of a tensor stored like this: the tensor's own where it is stored so already.
    pub(super) fn encode(self, name: &str, tensor: &HostTensor) -> Result<Bytes, Error> {
        let layout = self.layout();
        if layout.block == 1 && layout.dtype() == Some(tensor.dtype) {
            return Ok(tensor.bytes.clone());
        }
        let numbers = tensor.to_f32().ok_or_else(|| whole_numbers(name, tensor.dtype))?;
        if let Some(packed) = layout.quantise(&numbers) {
            check_finite(name, &numbers)?;
            return Ok(packed.into());
        }
        Ok(match self {
            Encoding::F16 => bytes_of(&numbers, |number| f16::from_f32(number).to_le_bytes()),
            Encoding::Bf16 => bytes_of(&numbers, |number| bf16::from_f32(number).to_le_bytes()),
            _ => bytes_of(&numbers, f32::to_le_bytes),
        })
    }
}

fn bytes_of<const N: usize>(numbers: &[f32], bytes: impl Fn(f32) -> [u8; N]) -> Bytes {
    numbers
        .iter()
        .flat_map(|number| bytes(*number))
        .collect::<Vec<u8>>()
        .into()
}

fn whole_numbers(name: &str, dtype: Dtype) -> Problem {
    Problem::new(codes::TENSOR_DTYPE, format!("`{name}` holds whole numbers"))
        .tensor(name)
        .found(dtype)
        .expected("F64, F32, F16 or BF16")
        .help("convert it to real numbers first")
}

/// A block with an infinity would lose its other numbers too.
fn check_finite(name: &str, numbers: &[f32]) -> Result<(), Error> {
    let Some(index) = numbers.iter().position(|number| !number.is_finite()) else {
        return Ok(());
    };
    Err(
        Problem::new(codes::GGUF_WRITE, "a tensor has numbers that no block can hold")
            .tensor(name)
            .found(format!("{} as number {index}", numbers[index]))
            .expected("finite numbers")
            .help("the weights are damaged; or write them as F32 or F16")
            .into(),
    )
}
