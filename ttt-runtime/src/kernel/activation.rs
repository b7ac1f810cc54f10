//! Activations.

use burn::tensor::Tensor;
use ttt_kernels::{Activation, activate};

use super::storage::changed;

/// The activation of every number.
pub(crate) fn activated<const D: usize>(
    x: Tensor<D>,
    activation: Activation,
) -> Result<Tensor<D>, Tensor<D>> {
    changed(x, |numbers| activate(numbers, activation))
}
