//! Einops' `rearrange`.

use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

use crate::tensor::AnyTensor;

/// `rearrange(x, "b t (h d) -> b h t d", h: heads)`: the axes of each dimension before and after, none where the pattern has
/// `1`. Every new axis of a group but one is given a size.
///
/// # Panics
///
/// When the groups do not fit the tensor. The checker refuses such a schema.
pub fn rearrange<const D: usize, const E: usize, K: Basic>(
    x: Tensor<D, K>,
    input: [&[&str]; D],
    output: [&[&str]; E],
    sizes: &[(&str, usize)],
) -> Tensor<E, K> {
    let x = AnyTensor::from(x);
    let axes = Axes::new(&input, &output, sizes, &x.sizes());
    assert!(
        axes.is_some(),
        "{input:?} to {output:?} with {sizes:?} does not fit {x:?}"
    );
    match axes {
        Some(axes) => axes.apply(x).into_tensor(),
        None => x.into_tensor(),
    }
}

/// A rearrangement with all sizes known.
pub(crate) struct Axes {
    /// The size of every axis, in the input's order.
    split: Vec<usize>,
    /// The input's index of every axis of the output.
    order: Vec<usize>,
    /// The output's sizes.
    merged: Vec<usize>,
}

impl Axes {
    /// `None` when the groups do not fit the shape.
    pub(crate) fn new<S: AsRef<str>>(
        input: &[impl AsRef<[S]>],
        output: &[impl AsRef<[S]>],
        sizes: &[(&str, usize)],
        shape: &[usize],
    ) -> Option<Axes> {
        if input.len() != shape.len() {
            return None;
        }
        let mut split = Vec::new();
        for (group, size) in input.iter().zip(shape) {
            split.extend(split_group(group.as_ref(), sizes, *size)?);
        }
        let names: Vec<&str> = input.iter().flat_map(AsRef::as_ref).map(AsRef::as_ref).collect();
        let index = |axis: &S| names.iter().position(|name| *name == axis.as_ref());
        let order = output.iter().flat_map(AsRef::as_ref).map(index);
        let order: Vec<usize> = order.collect::<Option<_>>()?;
        let mut seen = order.clone();
        seen.sort_unstable();
        if !seen.iter().copied().eq(0..names.len()) {
            return None;
        }
        let size_of = |axis: &S| {
            index(axis)
                .and_then(|index| split.get(index))
                .copied()
                .unwrap_or(1)
        };
        let merged = output
            .iter()
            .map(|group| group.as_ref().iter().map(size_of).product())
            .collect();
        Some(Axes { split, order, merged })
    }

    /// Splits, reorders and merges.
    pub(crate) fn apply(&self, x: AnyTensor) -> AnyTensor {
        x.reshape(&self.split).permute(&self.order).reshape(&self.merged)
    }
}

/// The sizes of the axes of one group whose product is `size`; one of them may be left to follow.
fn split_group<S: AsRef<str>>(group: &[S], sizes: &[(&str, usize)], size: usize) -> Option<Vec<usize>> {
    let given = |axis: &S| {
        sizes
            .iter()
            .find(|(name, _)| *name == axis.as_ref())
            .map(|(_, size)| *size)
    };
    let known: usize = group.iter().filter_map(given).product();
    let mut open = group.iter().filter(|axis| given(axis).is_none());
    let rest = match (open.next(), open.next()) {
        (None, _) => 1,
        (Some(_), None) if known != 0 => size / known,
        (Some(_), _) => return None,
    };
    (known * rest == size).then(|| group.iter().map(|axis| given(axis).unwrap_or(rest)).collect())
}
