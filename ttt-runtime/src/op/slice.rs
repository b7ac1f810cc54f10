//! Slices.

use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

use crate::tensor::AnyTensor;

/// One dimension of a slice. Negative indices count from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// `:`
    Whole,
    /// `start:end`; the dimension stays.
    Range {
        /// First index, 0 when absent.
        start: Option<i64>,
        /// One past the last, the size when absent.
        end: Option<i64>,
    },
    /// `i`; the dimension goes.
    At(i64),
}

impl Slice {
    /// The indices from the first to one past the last, within a dimension of this size. As in NumPy, a range is cut
    /// at the dimension's ends; an index beyond them is `None`.
    pub(crate) fn bounds(self, size: usize) -> Option<(usize, usize)> {
        let length = size as i64;
        let from_end = |index: i64| if index < 0 { index + length } else { index };
        match self {
            Slice::Whole => Some((0, size)),
            Slice::Range { start, end } => {
                let start = from_end(start.unwrap_or(0)).clamp(0, length);
                let end = from_end(end.unwrap_or(length)).clamp(start, length);
                Some((start as usize, end as usize))
            }
            Slice::At(index) => {
                let index = from_end(index);
                (0..length)
                    .contains(&index)
                    .then_some((index as usize, index as usize + 1))
            }
        }
    }
}

/// `x[…]`, one item per dimension; `E` is `D` less the dimensions that go.
///
/// # Panics
///
/// When an index is beyond its dimension.
pub fn slice<const D: usize, const E: usize, K: Basic>(x: Tensor<D, K>, items: &[Slice]) -> Tensor<E, K> {
    slice_any(x.into(), items).into_tensor()
}

/// [`slice`] of any tensor.
pub(crate) fn slice_any(x: AnyTensor, items: &[Slice]) -> AnyTensor {
    let shape = x.shape();
    assert_eq!(items.len(), shape.len(), "one item per dimension");
    let mut ranges = Vec::with_capacity(items.len());
    let mut kept = Vec::with_capacity(items.len());
    for (item, size) in items.iter().zip(shape) {
        let bounds = item.bounds(size);
        assert!(bounds.is_some(), "{item:?} of a dimension of size {size}");
        let (start, end) = bounds.unwrap_or_default();
        ranges.push(start..end);
        if !matches!(item, Slice::At(_)) {
            kept.push(end - start);
        }
    }
    x.narrow(&ranges).reshape(&kept)
}
