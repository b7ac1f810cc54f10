//! Rotary position embeddings.

use std::borrow::Cow;

use burn::tensor::Tensor;
use burn_flex::FlexTensor;
use ttt_kernels::{HeadShape, Pairing, rotate};

use crate::apart::apart;

use super::storage::{Given, changed, numbers, sizes};

/// Rotates `[B, H, T, D]` by tables `[B, T, D]`, pairing `i` with `i + D / 2`. Gives all back where it does not.
pub(crate) fn rotated(
    x: Tensor<4>,
    cos: Tensor<3>,
    sin: Tensor<3>,
) -> Result<Tensor<4>, Box<(Tensor<4>, Tensor<3>, Tensor<3>)>> {
    let [batch, heads, positions, dim] = x.dims();
    let shape = HeadShape {
        batch,
        heads,
        positions,
        dim,
    };
    let (cos, sin) = (Given::new(cos), Given::new(sin));
    let table_shape = [batch, positions, dim];
    let rotated = match (fitting(&cos, table_shape), fitting(&sin, table_shape)) {
        (Some(cos), Some(sin)) => changed(x, |x| {
            rotate(x, shape, numbers(&cos), numbers(&sin), Pairing::Half);
        }),
        _ => Err(x),
    };
    rotated.map_err(|x| apart(|| Box::new((x, cos.back(), sin.back()))))
}

fn fitting(table: &Given<3>, shape: [usize; 3]) -> Option<Cow<'_, FlexTensor>> {
    table.as_singles().filter(|table| sizes(table) == shape)
}
