//! Einops' `rearrange`.

use burn::tensor::Tensor;
use burn::tensor::kind::Basic;

use crate::tensor::AnyTensor;

/// `rearrange(x, "b t (h d) -> b h t d", h: heads)`. Every new axis of a group but one is given a size.
///
/// # Panics
///
/// When the pattern does not fit the tensor. The checker refuses such a schema.
pub fn rearrange<const D: usize, const E: usize, K: Basic>(
    x: Tensor<D, K>,
    pattern: &str,
    sizes: &[(&str, usize)],
) -> Tensor<E, K> {
    let (input, output) = pattern.split_once("->").unwrap_or((pattern, pattern));
    let (input, output) = (parse(input), parse(output));
    let x = AnyTensor::from(x);
    let axes = Axes::new(&input, &output, sizes, &x.shape());
    assert!(
        axes.is_some(),
        "`{pattern}` with {sizes:?} does not fit {:?}",
        x.shape()
    );
    match axes {
        Some(axes) => axes.apply(x).into_tensor(),
        None => x.into_tensor(),
    }
}

/// The groups of axes of one side of a pattern: `b t (h d)` is `[[b], [t], [h, d]]`.
fn parse(side: &str) -> Vec<Vec<&str>> {
    let mut groups = Vec::new();
    let mut rest = side.trim();
    while !rest.is_empty() {
        let group = match rest.strip_prefix('(') {
            Some(inner) => {
                let (group, after) = inner.split_once(')').unwrap_or((inner, ""));
                rest = after.trim_start();
                group
            }
            None => {
                let end = rest.find([' ', '(']).unwrap_or(rest.len());
                let (group, after) = rest.split_at(end);
                rest = after.trim_start();
                group
            }
        };
        groups.push(group.split_whitespace().filter(|axis| *axis != "1").collect());
    }
    groups
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
        input: &[Vec<S>],
        output: &[Vec<S>],
        sizes: &[(&str, usize)],
        shape: &[usize],
    ) -> Option<Axes> {
        if input.len() != shape.len() {
            return None;
        }
        let mut split = Vec::new();
        for (group, size) in input.iter().zip(shape) {
            split.extend(split_group(group, sizes, *size)?);
        }
        let names: Vec<&str> = input.iter().flatten().map(AsRef::as_ref).collect();
        let index = |axis: &S| names.iter().position(|name| *name == axis.as_ref());
        let order: Vec<usize> = output.iter().flatten().map(index).collect::<Option<_>>()?;
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
            .map(|group| group.iter().map(size_of).product())
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
