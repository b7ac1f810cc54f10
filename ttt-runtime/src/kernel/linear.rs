//! Linear layers.

use burn::tensor::{DType, Tensor, bf16, f16};
use ttt_kernels::{Linear, Number, QuantisedLinear};

use super::storage::{Given, numbers, sizes, tensor};
use crate::leaf::{Packed, WeightValue};

/// `x · weightᵀ + bias` for `[.., inputs]` and `[outputs, inputs]`. The weight may be in 16 bits, and is widened as it
/// is read, or in blocks; then the rows are rounded to blocks of bytes too.
pub(crate) fn linear<const D: usize>(
    x: Tensor<D>,
    weight: WeightValue,
    bias: Option<Tensor<1>>,
) -> Result<Tensor<D>, Box<(Tensor<D>, WeightValue)>> {
    let operands = Operands {
        x: Given::new(x),
        weight: match weight {
            WeightValue::Numbers(numbers) => Matrix::Numbers(Given::new(numbers)),
            WeightValue::Packed(packed) => Matrix::Packed(packed),
        },
        bias: bias.map(Given::new),
    };
    operands.product().ok_or_else(|| operands.back())
}

struct Operands<const D: usize> {
    x: Given<D>,
    weight: Matrix,
    bias: Option<Given<1>>,
}

enum Matrix {
    Numbers(Given<2>),
    Packed(Packed),
}

impl<const D: usize> Operands<D> {
    #[inline(never)]
    fn product(&self) -> Option<Tensor<D>> {
        let x = self.x.singles()?;
        let bias = match &self.bias {
            Some(bias) => Some(bias.as_singles()?),
            None => None,
        };
        let [outputs, inputs] = self.weight.dims()?;
        let mut shape = sizes::<D>(&x);
        if shape[D - 1] != inputs {
            return None;
        }
        let rows = shape[..D - 1].iter().product();
        shape[D - 1] = outputs;
        let layer = Layer {
            input: numbers(&x),
            bias: bias.as_deref().map(numbers),
            sizes: [rows, inputs, outputs],
        };
        let product = match &self.weight {
            Matrix::Packed(packed) => layer.quantised(packed),
            Matrix::Numbers(weight) => {
                let weight = weight.storage().filter(|storage| storage.is_contiguous())?;
                match weight.dtype() {
                    DType::F32 => layer.product::<f32>(numbers(weight)),
                    DType::F16 => layer.product::<f16>(numbers(weight)),
                    DType::BF16 => layer.product::<bf16>(numbers(weight)),
                    _ => return None,
                }
            }
        };
        Some(tensor(product, shape))
    }

    #[inline(never)]
    fn back(self) -> Box<(Tensor<D>, WeightValue)> {
        let weight = match self.weight {
            Matrix::Numbers(numbers) => WeightValue::Numbers(numbers.back()),
            Matrix::Packed(packed) => WeightValue::Packed(packed),
        };
        Box::new((self.x.back(), weight))
    }
}

impl Matrix {
    fn dims(&self) -> Option<[usize; 2]> {
        match self {
            Matrix::Numbers(numbers) => numbers.storage().map(sizes),
            Matrix::Packed(packed) => Some(packed.dims()),
        }
    }
}

struct Layer<'a> {
    input: &'a [f32],
    bias: Option<&'a [f32]>,
    /// Rows, inputs, outputs.
    sizes: [usize; 3],
}

impl Layer<'_> {
    fn product<N: Number>(&self, weight: &[N]) -> Vec<f32> {
        let [rows, inputs, outputs] = self.sizes;
        let mut linear = Linear::new(weight, inputs, outputs);
        if let Some(bias) = self.bias {
            linear = linear.bias(bias);
        }
        linear.forward(self.input, rows)
    }

    fn quantised(&self, weight: &Packed) -> Vec<f32> {
        let [rows, inputs, outputs] = self.sizes;
        let mut linear = QuantisedLinear::new(weight.format(), weight.bytes(), inputs, outputs);
        if let Some(bias) = self.bias {
            linear = linear.bias(bias);
        }
        linear.forward(self.input, rows)
    }
}
