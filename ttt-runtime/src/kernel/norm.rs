//! Normalisation over the last dimension.

use burn::tensor::Tensor;

use super::storage::{as_singles, numbers, singles, tensor};

/// Layer normalisation with a weight and a bias `[dim]`.
pub(crate) fn layer_normed<const D: usize>(
    x: &Tensor<D>,
    weight: &Tensor<1>,
    bias: Option<&Tensor<1>>,
    eps: f64,
) -> Option<Tensor<D>> {
    if x.dims()[D - 1] != weight.dims()[0] {
        return None;
    }
    let (input, weight) = (singles(x)?, as_singles(weight)?);
    let bias = match bias {
        Some(bias) => Some(as_singles(bias)?),
        None => None,
    };
    let bias = bias.as_ref().map(numbers);
    let normal = ttt_kernels::layer_norm(numbers(&input), numbers(&weight), bias, eps as f32);
    Some(tensor(normal, x.dims()))
}

/// Root-mean-square normalisation with a weight `[dim]`.
pub(crate) fn rms_normed<const D: usize>(x: &Tensor<D>, weight: &Tensor<1>, eps: f64) -> Option<Tensor<D>> {
    if x.dims()[D - 1] != weight.dims()[0] {
        return None;
    }
    let (input, weight) = (singles(x)?, as_singles(weight)?);
    let normal = ttt_kernels::rms_norm(numbers(&input), numbers(&weight), eps as f32, 0.0);
    Some(tensor(normal, x.dims()))
}
