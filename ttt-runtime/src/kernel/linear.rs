//! Linear layers.

use burn::tensor::{DType, Tensor, bf16, f16};
use burn_flex::FlexTensor;
use ttt_kernels::{Linear, Number, QuantisedLinear};

use super::storage::{as_singles, numbers, of, singles, tensor};
use crate::leaf::WeightValue;

/// `x · weightᵀ + bias` for `[.., inputs]` and `[outputs, inputs]`. The weight may be in 16 bits, and is widened as it
/// is read, or in blocks; then the rows are rounded to blocks of bytes too.
pub(crate) fn linear<const D: usize>(
    x: &Tensor<D>,
    weight: &WeightValue,
    bias: Option<&Tensor<1>>,
) -> Option<Tensor<D>> {
    let input = singles(x)?;
    let bias = match bias {
        Some(bias) => Some(as_singles(bias)?),
        None => None,
    };
    let mut shape = x.dims();
    let [outputs, inputs] = weight.dims();
    if shape[D - 1] != inputs {
        return None;
    }
    let rows = shape[..D - 1].iter().product();
    shape[D - 1] = outputs;
    let layer = Layer {
        input: numbers(&input),
        bias: bias.as_ref().map(numbers),
        sizes: [rows, inputs, outputs],
    };
    let product = match weight {
        WeightValue::Packed(packed) => {
            let linear = QuantisedLinear::new(packed.format(), packed.bytes(), inputs, outputs);
            match layer.bias {
                Some(bias) => linear.bias(bias).forward(layer.input, rows),
                None => linear.forward(layer.input, rows),
            }
        }
        WeightValue::Numbers(weight) => {
            let weights = of(weight).filter(FlexTensor::is_contiguous)?;
            match weights.dtype() {
                DType::F32 => layer.product::<f32>(numbers(&weights)),
                DType::F16 => layer.product::<f16>(numbers(&weights)),
                DType::BF16 => layer.product::<bf16>(numbers(&weights)),
                _ => return None,
            }
        }
    };
    Some(tensor(product, shape))
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
}
