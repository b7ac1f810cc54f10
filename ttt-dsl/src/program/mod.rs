//! A checked schema: every name resolved, every argument filled in, every value typed.
//!
//! Both consumers start here: [`crate::emit`] prints it as Rust, [`crate::instance`] evaluates it with numbers for the
//! runtime's interpreter. Only [`crate::check`] makes one.

mod body;
mod positionwise;
mod value;

pub use body::{
    Callee, CheckedBlock, CheckedForward, CheckedHead, CheckedInput, CheckedLet, CheckedLoss, CheckedModel,
    CheckedOutput, CheckedPart, HeadInput,
};
pub use value::{Branch, CheckedStatement, Rearrangement, SliceItem, Value, ValueKind, ValueType};

use crate::spec::{EnumDecl, Leaf, Spec};
use crate::transform::Applied;

/// A checked schema.
#[derive(Clone, Debug)]
pub struct Program {
    /// What was checked: the user's source with every `extends` flattened and every transform applied, without the standard library.
    pub spec: Spec,
    /// The standard enumerations and the user's.
    pub enums: Vec<EnumDecl>,
    /// The standard leaves and the user's.
    pub leaves: Vec<Leaf>,
    /// The blocks in use, each before those that call it, one copy per distinct block argument.
    pub blocks: Vec<CheckedBlock>,
    /// The models.
    pub models: Vec<CheckedModel>,
    /// The transforms that made `spec` what it is.
    pub applied: Vec<Applied>,
}

impl Program {
    /// The block of this (unique) name.
    pub fn block(&self, name: &str) -> Option<&CheckedBlock> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// The leaf of this name.
    pub fn leaf(&self, name: &str) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.name.as_str() == name)
    }

    /// The enumeration of this name.
    pub fn enumeration(&self, name: &str) -> Option<&EnumDecl> {
        self.enums.iter().find(|decl| decl.name.as_str() == name)
    }

    /// The model of this name.
    pub fn model(&self, name: &str) -> Option<&CheckedModel> {
        self.models.iter().find(|model| model.body.name == name)
    }
}
