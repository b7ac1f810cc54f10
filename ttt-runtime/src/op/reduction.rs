//! Reductions. `E` is `D` when the axis is kept, with size 1, and `D - 1` when it goes.

use burn::tensor::Tensor;

use super::axis::resolve;
use crate::precision::in_f32;
use crate::tensor::AnyTensor;

/// The mean along `axis`.
pub fn mean<const D: usize, const E: usize>(x: Tensor<D>, axis: i64, keep: bool) -> Tensor<E> {
    let axis = resolve(axis, D);
    in_f32(x, |x| drop_axis(x.mean_dim(axis), axis, keep))
}

/// The sum along `axis`.
pub fn sum<const D: usize, const E: usize>(x: Tensor<D>, axis: i64, keep: bool) -> Tensor<E> {
    let axis = resolve(axis, D);
    in_f32(x, |x| drop_axis(x.sum_dim(axis), axis, keep))
}

/// The largest value along `axis`.
pub fn max<const D: usize, const E: usize>(x: Tensor<D>, axis: i64, keep: bool) -> Tensor<E> {
    let axis = resolve(axis, D);
    drop_axis(x.max_dim(axis), axis, keep)
}

/// Removes a reduced axis unless it is kept.
fn drop_axis<const D: usize, const E: usize>(x: Tensor<D>, axis: usize, keep: bool) -> Tensor<E> {
    let mut shape = x.dims().to_vec();
    if !keep {
        shape.remove(axis);
    }
    AnyTensor::from(x).reshape(&shape).into_tensor()
}
