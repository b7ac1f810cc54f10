//! Normalisation over the last dimension.

use burn::tensor::Tensor;

use super::storage::{as_singles, changed, numbers};

/// Layer normalisation with a weight and a bias `[dim]`.
pub(crate) fn layer_normed<const D: usize>(
    x: Tensor<D>,
    weight: &Tensor<1>,
    bias: Option<&Tensor<1>>,
    eps: f64,
) -> Result<Tensor<D>, Tensor<D>> {
    if x.dims()[D - 1] != weight.dims()[0] {
        return Err(x);
    }
    let Some(weight) = as_singles(weight) else {
        return Err(x);
    };
    let bias = match bias.map(as_singles) {
        Some(None) => return Err(x),
        bias => bias.flatten(),
    };
    changed(x, |x| {
        ttt_kernels::layer_norm(x, numbers(&weight), bias.as_ref().map(numbers), eps as f32);
    })
}

/// Root-mean-square normalisation with a weight `[dim]`.
pub(crate) fn rms_normed<const D: usize>(
    x: Tensor<D>,
    weight: &Tensor<1>,
    eps: f64,
) -> Result<Tensor<D>, Tensor<D>> {
    if x.dims()[D - 1] != weight.dims()[0] {
        return Err(x);
    }
    match as_singles(weight) {
        Some(weight) => changed(x, |x| ttt_kernels::rms_norm(x, numbers(&weight), eps as f32, 0.0)),
        None => Err(x),
    }
}
