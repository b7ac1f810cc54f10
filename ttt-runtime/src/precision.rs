//! Half precision computed in `f32`.

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
