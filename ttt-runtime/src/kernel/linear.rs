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
) -> Result<Tensor<D>, (Tensor<D>, WeightValue)> {
    let (x, bias) = (Given::new(x), bias.map(Given::new));
    match weight {
        WeightValue::Packed(packed) => {
            let product = product(&x, bias.as_ref(), packed.dims(), |layer| {
                Some(layer.quantised(&packed))
            });
            product.ok_or_else(|| (x.back(), WeightValue::Packed(packed)))
        }
        WeightValue::Numbers(weight) => {
            let dims = weight.dims();
            let weight = Given::new(weight);
            let product = product(&x, bias.as_ref(), dims, |layer| {
                let weight = weight.storage().filter(|storage| storage.is_contiguous())?;
                match weight.dtype() {
                    DType::F32 => Some(layer.product::<f32>(numbers(weight))),
                    DType::F16 => Some(layer.product::<f16>(numbers(weight))),
                    DType::BF16 => Some(layer.product::<bf16>(numbers(weight))),
                    _ => None,
                }
            });
            product.ok_or_else(|| (x.back(), WeightValue::Numbers(weight.back())))
        }
    }
}

/// What `multiply` makes of the numbers of `x` and the bias.
fn product<const D: usize>(
    x: &Given<D>,
    bias: Option<&Given<1>>,
    [outputs, inputs]: [usize; 2],
    multiply: impl FnOnce(Layer<'_>) -> Option<Vec<f32>>,
) -> Option<Tensor<D>> {
    let x = x.singles()?;
    let bias = match bias {
        Some(bias) => Some(bias.as_singles()?),
        None => None,
    };
    let mut shape = sizes::<D>(&x);
    if shape[D - 1] != inputs {
        return None;
    }
    let rows = shape[..D - 1].iter().product();
    shape[D - 1] = outputs;
    let product = multiply(Layer {
        input: numbers(&x),
        bias: bias.as_deref().map(numbers),
        sizes: [rows, inputs, outputs],
    });
    product.map(|product| tensor(product, shape))
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
