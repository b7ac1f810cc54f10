//! Axes.

/// The index of an axis of a tensor of this rank.
///
/// # Panics
///
/// When there is no such axis. The checker refuses such a schema.
pub(crate) fn resolve(axis: i64, rank: usize) -> usize {
    let index = if axis < 0 { axis + rank as i64 } else { axis };
    assert!(
        (0..rank as i64).contains(&index),
        "axis {axis} of a tensor of {rank} dimensions"
    );
    index as usize
}
