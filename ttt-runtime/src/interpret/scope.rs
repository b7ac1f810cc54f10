//! What the names of static expressions stand for during a call.

use ttt_dsl::instance::{Names, Scalar, Values};

/// A part's params and lets, and before them the sizes that the call binds.
pub(super) struct Scope<'s> {
    values: &'s Values,
    bound: Vec<(&'s str, Scalar)>,
}

impl<'s> Scope<'s> {
    pub fn new(values: &'s Values) -> Scope<'s> {
        Scope {
            values,
            bound: Vec::new(),
        }
    }

    /// Gives a size its name.
    pub fn bind(&mut self, name: &'s str, size: usize) {
        self.bound.push((name, Scalar::Int(size as i64)));
    }
}

impl Names for Scope<'_> {
    fn value(&self, name: &str) -> Option<&Scalar> {
        let bound = self.bound.iter().rev().find(|(bound, _)| *bound == name);
        bound.map(|(_, size)| size).or_else(|| self.values.get(name))
    }
}
