//! Half precision computed in `f32`, and beside it.

use burn::tensor::kind::Basic;
use burn::tensor::{DType, Tensor};

/// Whether sums and exponentials of this type must be computed in `f32`.
pub(crate) fn is_half(dtype: DType) -> bool {
    matches!(dtype, DType::F16 | DType::BF16)
}

/// Applies `compute` in `f32` to a tensor of half precision and gives the result in the tensor's own type.
pub(crate) fn in_f32<const D: usize, const E: usize>(
    x: Tensor<D>,
    compute: impl FnOnce(Tensor<D>) -> Tensor<E>,
) -> Tensor<E> {
    let dtype = x.dtype();
    if is_half(dtype) {
        compute(x.cast(DType::F32)).cast(dtype)
    } else {
        compute(x)
    }
}

/// The tensor in another type; itself when it has that type already.
pub(crate) fn cast_to<const D: usize>(x: Tensor<D>, dtype: DType) -> Tensor<D> {
    if x.dtype() == dtype { x } else { x.cast(dtype) }
}

/// Two sides in the finer of their precisions.
pub(crate) fn alike<const A: usize, const B: usize, K: Basic>(
    a: Tensor<A, K>,
    b: Tensor<B, K>,
) -> (Tensor<A, K>, Tensor<B, K>) {
    match (a.dtype(), b.dtype()) {
        (half, DType::F32) if is_half(half) => (widened(a), b),
        (DType::F32, half) if is_half(half) => (a, widened(b)),
        _ => (a, b),
    }
}

/// A tensor of real numbers in single precision; its kind is not known to the compiler here.
fn widened<const D: usize, K: Basic>(x: Tensor<D, K>) -> Tensor<D, K> {
    let real = Tensor::<D>::from_dispatch(x.into_dispatch());
    Tensor::from_dispatch(real.cast(DType::F32).into_dispatch())
}
