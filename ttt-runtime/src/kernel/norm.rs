//! Normalisation over the last dimension.

use burn::tensor::Tensor;

use super::storage::{Given, numbers, sizes, tensor};

/// Layer normalisation with a weight and a bias `[dim]`.
pub(crate) fn layer_normed<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    bias: Option<Tensor<1>>,
    eps: f64,
) -> Result<Tensor<D>, Tensor<D>> {
    let (x, weight, bias) = (Given::new(x), Given::new(weight), bias.map(Given::new));
    let normed = normed(&x, &weight, |x, weight| {
        let bias = match &bias {
            Some(bias) => Some(bias.as_singles()?),
            None => None,
        };
        let bias = bias.as_deref().map(numbers);
        Some(ttt_kernels::layer_norm(x, weight, bias, eps as f32))
    });
    normed.ok_or_else(|| x.back())
}

/// Root-mean-square normalisation with a weight `[dim]`.
pub(crate) fn rms_normed<const D: usize>(
    x: Tensor<D>,
    weight: Tensor<1>,
    eps: f64,
) -> Result<Tensor<D>, Tensor<D>> {
    let (x, weight) = (Given::new(x), Given::new(weight));
    let normed = normed(&x, &weight, |x, weight| {
        Some(ttt_kernels::rms_norm(x, weight, eps as f32, 0.0))
    });
    normed.ok_or_else(|| x.back())
}

/// What `norm` makes of the numbers of `x` and of the weight.
#[inline(never)]
fn normed<const D: usize>(
    x: &Given<D>,
    weight: &Given<1>,
    norm: impl FnOnce(&[f32], &[f32]) -> Option<Vec<f32>>,
) -> Option<Tensor<D>> {
    let (x, weight) = (x.singles()?, weight.as_singles()?);
    let shape = sizes::<D>(&x);
    if [shape[D - 1]] != sizes(&weight) {
        return None;
    }
    Some(tensor(norm(numbers(&x), numbers(&weight))?, shape))
}
