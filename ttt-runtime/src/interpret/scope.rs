//! What the names of static expressions stand for during a call.

use smallvec::SmallVec;
use ttt_dsl::instance::{Names, Scalar};

use super::forward::Signature;

/// The sizes that a call binds, and behind them the params and lets of what is called.
pub(super) struct Scope<'s> {
    signature: &'s Signature,
    /// One per name that the call binds.
    bound: SmallVec<[Option<Bound>; 4]>,
}

/// A size that a call binds.
struct Bound {
    size: Scalar,
    /// The index of the input that it was taken from.
    input: usize,
}

impl<'s> Scope<'s> {
    /// No size is bound yet.
    pub fn new(signature: &'s Signature) -> Scope<'s> {
        let bound = signature.bound.iter().map(|_| None);
        Scope {
            signature,
            bound: bound.collect(),
        }
    }

    /// Gives the name of this index a size, taken from an input, unless it has one.
    pub fn bind(&mut self, name: usize, size: usize, input: usize) {
        if let Some(bound @ None) = self.bound.get_mut(name) {
            let size = Scalar::Int(size as i64);
            *bound = Some(Bound { size, input });
        }
    }

    /// The size of the name of this index.
    pub fn size(&self, name: usize) -> Option<usize> {
        match &self.bound.get(name)?.as_ref()?.size {
            Scalar::Int(size) => usize::try_from(*size).ok(),
            _ => None,
        }
    }

    /// The input that the name of this index was taken from.
    pub fn binder(&self, name: usize) -> Option<&'s str> {
        let input = self.bound.get(name)?.as_ref()?.input;
        let input = self.signature.inputs.get(input)?;
        Some(&input.declared.name)
    }
}

impl Names for Scope<'_> {
    fn value(&self, name: &str) -> Option<&Scalar> {
        let names = self.signature.bound.iter().zip(&self.bound);
        let bound = names
            .filter(|(bound, _)| *bound == name)
            .find_map(|(_, bound)| bound.as_ref());
        bound
            .map(|bound| &bound.size)
            .or_else(|| self.signature.values.get(name))
    }
}
