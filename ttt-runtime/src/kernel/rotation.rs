//! Rotary position embeddings.

use burn::tensor::Tensor;
use ttt_kernels::{HeadShape, Pairing, rotate};

use super::storage::{as_singles, changed, numbers};

/// Rotates `[B, H, T, D]` by tables `[B, T, D]`, pairing `i` with `i + D / 2`.
pub(crate) fn rotated(x: Tensor<4>, cos: &Tensor<3>, sin: &Tensor<3>) -> Result<Tensor<4>, Tensor<4>> {
    let [batch, heads, positions, dim] = x.dims();
    let table = |table: &Tensor<3>| {
        let fits = table.dims() == [batch, positions, dim];
        fits.then(|| as_singles(table)).flatten()
    };
    let (Some(cos), Some(sin)) = (table(cos), table(sin)) else {
        return Err(x);
    };
    let shape = HeadShape {
        batch,
        heads,
        positions,
        dim,
    };
    changed(x, |x| {
        rotate(x, shape, numbers(&cos), numbers(&sin), Pairing::Half)
    })
}
