//! One position of every sequence.

use burn::tensor::{Int, Tensor};

/// The last position whose id is not `pad`, `[.., B, T]` to `[.., B]`; 0 where all are. `E` is `D - 1`.
pub fn last_token<const D: usize, const E: usize>(input_ids: Tensor<D, Int>, pad: i64) -> Tensor<E, Int> {
    let dims = input_ids.dims();
    let length = dims[D - 1];
    let mut leading = [0; E];
    leading.copy_from_slice(&dims[..E]);
    let rows: usize = leading.iter().product();
    let positions = Tensor::<1, Int>::arange(0..length as i64, &input_ids.device()).unsqueeze::<2>();
    let real = input_ids.reshape([rows, length]).not_equal_elem(pad).int();
    (real * positions).max_dim(1).reshape(leading)
}

/// The vector at one position of each sequence, `[.., B, T, D]` at `[.., B]` to `[.., B, D]`; a negative position
/// counts from the end. `I` is `D - 2`, `E` is `D - 1`.
///
/// # Panics
///
/// When a position is outside its sequence.
pub fn pick<const D: usize, const I: usize, const E: usize>(x: Tensor<D>, at: Tensor<I, Int>) -> Tensor<E> {
    let dims = x.dims();
    let (length, width) = (dims[D - 2], dims[D - 1]);
    assert!(
        outside(&at, length).is_none(),
        "{:?} of sequences of length {length}",
        outside(&at, length)
    );
    let rows: usize = dims[..I].iter().product();
    let at = at.reshape([rows]);
    let from_end = at.clone().lower_elem(0);
    let at = at.clone().mask_where(from_end, at.add_scalar(length as i64));
    let starts = Tensor::<1, Int>::arange(0..rows as i64, &at.device()).mul_scalar(length as i64);
    let mut shape = [width; E];
    shape[..I].copy_from_slice(&dims[..I]);
    x.reshape([rows * length, width])
        .select(0, starts + at)
        .reshape(shape)
}

/// The first position that is outside sequences of this length.
pub(crate) fn outside<const D: usize>(at: &Tensor<D, Int>, length: usize) -> Option<i64> {
    let length = length as i64;
    let positions = at.to_data();
    let mut positions = positions.iter::<i64>();
    positions.find(|position| !(-length..length).contains(position))
}
