//! Tensors that a tie may have taken away.

use burn::module::Param;
use burn::tensor::Tensor;

/// The value of a tieable weight.
///
/// # Panics
///
/// When the weight was released. The checker only lets a tied weight be read through its owner.
#[expect(
    clippy::expect_used,
    reason = "a schema that reads a released weight is refused before it runs"
)]
pub(super) fn value<const D: usize>(weight: &Option<Param<Tensor<D>>>) -> Tensor<D> {
    weight
        .as_ref()
        .expect("a tied weight is read through its owner")
        .val()
}
