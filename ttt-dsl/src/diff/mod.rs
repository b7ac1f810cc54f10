//! What differs between two schemas, structurally.
//!
//! Both are written down as trees of named pieces ([`outline()`]). Pieces are matched by name, then by likeness, so that
//! what was renamed is told as that, and what follows from a new name is not told again.

mod change;
mod compare;
mod likeness;
mod outline;
mod paths;
mod sequence;
mod tensors;
mod words;

pub use change::{Change, ChangeKind, render};
pub use outline::{Item, outline};
pub use tensors::{TensorRow, tensors};

use crate::instance::Values;
use crate::spec::Spec;

/// What turns `left` into `right`; nothing when they are equal. Where they were written does not count.
pub fn diff(left: &Spec, right: &Spec) -> Vec<Change> {
    compare::compare(outline(left), outline(right))
}

/// What differs between the values of two models' params.
pub fn values(left: &Values, right: &Values) -> Vec<Change> {
    let items = |values: &Values| {
        let item = |(name, value): (&String, &crate::instance::Scalar)| {
            Item::leaf("param value", name.clone(), value.to_string())
        };
        values.iter().map(item).collect()
    };
    compare::compare_named(items(left), items(right))
}
