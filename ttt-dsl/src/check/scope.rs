//! What the body of a block, model or head may name.

use indexmap::IndexMap;

use super::specialise::Declaration;
use super::statics::{Facts, Formula, Names};
use crate::place::Place;
use crate::program::Callee;
use crate::spec::{Expr, LeafWeight, Param, Signature};

/// Static names, what is known of them, and parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'a> {
    pub(super) names: Names,
    pub(super) facts: Facts,
    /// A part whose mistake is already reported is nothing.
    pub(super) parts: IndexMap<String, Option<PartScope<'a>>>,
}

/// A part as its caller sees it.
#[derive(Clone, Debug)]
pub(super) struct PartScope<'a> {
    pub(super) place: Place,
    pub(super) callee: Declaration<'a>,
    /// The callee's params and lets, over the caller's names.
    pub(super) names: Names,
    /// The callee's params as expressions over the caller's names.
    pub(super) args: Vec<(String, Expr)>,
    pub(super) repeated: bool,
    pub(super) condition: Option<Condition>,
    /// Whether a mistake in its declaration is reported, from which others may follow.
    pub(super) doubtful: bool,
}

/// A condition as it is written and in normal form.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) expr: Expr,
    /// Nothing when a mistake in it is already reported.
    pub(super) formula: Option<Formula>,
}

impl Declaration<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Declaration::Leaf(leaf) => leaf.name.as_str(),
            Declaration::Block(block) => block.name.as_str(),
        }
    }

    pub(super) fn params(&self) -> &[Param] {
        match self {
            Declaration::Leaf(leaf) => &leaf.params,
            Declaration::Block(block) => &block.params,
        }
    }

    pub(super) fn signature(&self) -> Option<&Signature> {
        match self {
            Declaration::Leaf(leaf) => leaf.signature.as_ref(),
            Declaration::Block(block) => block.body.forward.as_ref().map(|forward| &forward.signature),
        }
    }

    /// Whether something of it could not be read.
    pub(super) fn is_incomplete(&self) -> bool {
        let incomplete = match self {
            Declaration::Leaf(leaf) => leaf.incomplete,
            Declaration::Block(block) => block.body.incomplete,
        };
        incomplete || self.signature().is_some_and(|signature| !signature.is_whole())
    }

    /// The tensors of a leaf; a block has none of its own.
    pub(super) fn weights(&self) -> &[LeafWeight] {
        match self {
            Declaration::Leaf(leaf) => &leaf.weights,
            Declaration::Block(_) => &[],
        }
    }

    pub(super) fn as_callee(&self) -> Callee {
        match self {
            Declaration::Leaf(leaf) => Callee::Leaf(leaf.name.text.clone()),
            Declaration::Block(block) => Callee::Block(block.name.text.clone()),
        }
    }
}

impl<'a> Scope<'a> {
    /// What may be named before anything is declared. Where an item is lost, names and conditions may be.
    pub(super) fn new(incomplete: bool) -> Scope<'a> {
        Scope::default().continued(incomplete)
    }

    /// The same scope for a body within.
    pub(super) fn continued(mut self, incomplete: bool) -> Scope<'a> {
        if incomplete {
            self.names.may_lack_names();
            self.facts.may_lack_conditions();
        }
        self
    }

    /// The part of this name; the outer nothing when there is none, the inner when its mistake is already reported.
    pub(super) fn part(&self, name: &str) -> Option<Option<&PartScope<'a>>> {
        self.parts.get(name).map(Option::as_ref)
    }
}
