//! Shapes at the borders of blocks.

/// Compares a tensor's sizes with its declared shape.
///
/// # Panics
///
/// When they differ. `place` names the block and the tensor, `declared` is the type in the schema.
#[track_caller]
pub fn check_shape<const D: usize>(place: &str, declared: &str, found: [usize; D], expected: [usize; D]) {
    assert!(
        found == expected,
        "{place} is {found:?}, but its declared shape {declared} is {expected:?} here"
    );
}
