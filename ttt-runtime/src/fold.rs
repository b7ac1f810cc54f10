//! A dimension of a head's own, folded into the first of the model's tensors.

use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

use crate::tensor::AnyTensor;

/// `[B, C, ..]` as `[B * C, ..]`; `E` is `D - 1`.
pub fn fold<const D: usize, const E: usize, K: Basic>(tensor: Tensor<D, K>) -> Tensor<E, K> {
    fold_any(tensor.into()).into_tensor()
}

/// `[B * C, ..]` as `[B, C, ..]` again; `E` is `D + 1`.
pub fn unfold<const D: usize, const E: usize, K: Basic>(
    tensor: Tensor<D, K>,
    leading: [usize; 2],
) -> Tensor<E, K> {
    unfold_any(tensor.into(), leading).into_tensor()
}

/// The first two sizes.
pub fn leading<const D: usize, K: Basic>(tensor: &Tensor<D, K>) -> [usize; 2] {
    let dims = tensor.dims();
    [dims[0], dims[1]]
}

/// [`fold`] of any tensor of at least two dimensions.
pub(crate) fn fold_any(tensor: AnyTensor) -> AnyTensor {
    let shape = tensor.shape();
    let [first, second, rest @ ..] = shape.as_slice() else {
        return tensor;
    };
    let folded: Vec<usize> = std::iter::once(first * second)
        .chain(rest.iter().copied())
        .collect();
    tensor.reshape(&folded)
}

/// [`unfold`] of any tensor.
pub(crate) fn unfold_any(tensor: AnyTensor, leading: [usize; 2]) -> AnyTensor {
    let shape = tensor.shape();
    let unfolded: Vec<usize> = leading.into_iter().chain(shape.into_iter().skip(1)).collect();
    tensor.reshape(&unfolded)
}
