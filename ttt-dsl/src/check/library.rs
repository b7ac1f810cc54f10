//! Every item a source may name: the standard ones and its own.

use indexmap::IndexMap;

use super::statics::Names;
use crate::spec::{Block, EnumDecl, Function, Leaf, Spec};

/// Items by name. An own item never displaces a standard one; the collision is reported elsewhere.
#[derive(Debug)]
pub(super) struct Library<'a> {
    enums: IndexMap<&'a str, &'a EnumDecl>,
    functions: IndexMap<&'a str, &'a Function>,
    leaves: IndexMap<&'a str, &'a Leaf>,
    blocks: IndexMap<&'a str, &'a Block>,
    standard: &'a Spec,
    own: &'a Spec,
    /// Items and variants that are not there, each said once of a source.
    reported: Names,
}

impl<'a> Library<'a> {
    pub(super) fn new(standard: &'a Spec, own: &'a Spec) -> Library<'a> {
        Library {
            enums: index(&standard.enums, &own.enums, |decl| decl.name.as_str()),
            functions: index(&standard.functions, &own.functions, |function| {
                function.name.as_str()
            }),
            leaves: index(&standard.leaves, &own.leaves, |leaf| leaf.name.as_str()),
            blocks: index(&standard.blocks, &own.blocks, |block| block.name.as_str()),
            standard,
            own,
            reported: Names::default(),
        }
    }

    pub(super) fn enumeration(&self, name: &str) -> Option<&'a EnumDecl> {
        self.enums.get(name).copied()
    }

    pub(super) fn function(&self, name: &str) -> Option<&'a Function> {
        self.functions.get(name).copied()
    }

    pub(super) fn leaf(&self, name: &str) -> Option<&'a Leaf> {
        self.leaves.get(name).copied()
    }

    pub(super) fn block(&self, name: &str) -> Option<&'a Block> {
        self.blocks.get(name).copied()
    }

    /// Whether an unknown item is to be reported: it has not been, and no item was lost.
    pub(super) fn is_news(&self, item: &str) -> bool {
        !self.own.incomplete && self.reported.is_news(item)
    }

    pub(super) fn is_standard_block(&self, name: &str) -> bool {
        self.standard
            .blocks
            .iter()
            .any(|block| block.name.as_str() == name)
    }

    pub(super) fn enums(&self) -> impl Iterator<Item = &'a EnumDecl> {
        self.enums.values().copied()
    }

    pub(super) fn leaves(&self) -> impl Iterator<Item = &'a Leaf> {
        self.leaves.values().copied()
    }

    pub(super) fn enum_names(&self) -> impl Iterator<Item = &'a str> {
        self.enums.keys().copied()
    }

    pub(super) fn function_names(&self) -> impl Iterator<Item = &'a str> {
        self.functions.keys().copied()
    }

    /// Names that a part may call.
    pub(super) fn callee_names(&self) -> impl Iterator<Item = &'a str> {
        self.leaves.keys().chain(self.blocks.keys()).copied()
    }
}

fn index<'a, T>(
    standard: &'a [T],
    own: &'a [T],
    name: impl Fn(&'a T) -> &'a str,
) -> IndexMap<&'a str, &'a T> {
    let mut map = IndexMap::new();
    for item in standard.iter().chain(own) {
        map.entry(name(item)).or_insert(item);
    }
    map
}
