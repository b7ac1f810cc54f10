//! The tree of parts.

use std::sync::Arc;

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::tensor::Device;

use super::error::RunError;
use super::forward::Forward;
use super::leaf::DynLeaf;
use super::path::PartPath;

/// A block, model or head.
#[derive(Clone, Debug)]
pub(super) struct DynBlock {
    /// The name of its [`ttt_dsl::program::CheckedBlock`].
    pub block: String,
    /// Its parts, in order.
    pub parts: Vec<(String, DynPart)>,
    /// Its computation, which copies that are alike share.
    pub forward: Option<Arc<Forward>>,
}

/// A part.
#[derive(Clone, Debug)]
pub(super) enum DynPart {
    /// Its condition does not hold.
    Absent,
    /// A leaf.
    Leaf(Box<DynLeaf>),
    /// A block.
    Block(DynBlock),
    /// Several copies.
    Repeat(Vec<DynPart>),
}

impl DynBlock {
    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&DynPart> {
        self.parts
            .iter()
            .find(|(part, _)| part == name)
            .map(|(_, part)| part)
    }

    /// Its computation; `path` is that of the block, for the error.
    pub fn forward(&self, path: &PartPath<'_>) -> Result<&Forward, RunError> {
        self.forward.as_deref().ok_or_else(|| RunError::Program {
            part: path.to_string(),
            what: format!("`{}` has no forward", self.block),
        })
    }

    /// Calls `visit` with every leaf, in order.
    pub fn each_leaf<'a>(&'a self, visit: &mut dyn FnMut(&'a DynLeaf)) {
        self.parts.iter().for_each(|(_, part)| part.each_leaf(visit));
    }

    /// Replaces every leaf, in order.
    pub fn map_leaves(mut self, map: &mut dyn FnMut(DynLeaf) -> DynLeaf) -> DynBlock {
        self.parts = self
            .parts
            .into_iter()
            .map(|(name, part)| (name, part.map_leaves(map)))
            .collect();
        self
    }
}

impl DynPart {
    fn each_leaf<'a>(&'a self, visit: &mut dyn FnMut(&'a DynLeaf)) {
        match self {
            DynPart::Absent => {}
            DynPart::Leaf(leaf) => visit(leaf),
            DynPart::Block(block) => block.each_leaf(visit),
            DynPart::Repeat(copies) => copies.iter().for_each(|copy| copy.each_leaf(visit)),
        }
    }

    fn map_leaves(self, map: &mut dyn FnMut(DynLeaf) -> DynLeaf) -> DynPart {
        match self {
            DynPart::Absent => DynPart::Absent,
            DynPart::Leaf(leaf) => DynPart::Leaf(Box::new(map(*leaf))),
            DynPart::Block(block) => DynPart::Block(block.map_leaves(map)),
            DynPart::Repeat(copies) => {
                DynPart::Repeat(copies.into_iter().map(|copy| copy.map_leaves(map)).collect())
            }
        }
    }
}

/// Paths and container types are those that Burn's derive gives to structs of the blocks' names.
impl Module for DynBlock {
    fn collect_devices(&self, mut devices: Vec<Device>) -> Vec<Device> {
        self.each_leaf(&mut |leaf| devices = leaf.module.collect_devices(std::mem::take(&mut devices)));
        devices
    }

    fn fork(self, device: &Device) -> Self {
        self.map_leaves(&mut |leaf| leaf.map_module(|module| module.fork(device)))
    }

    fn to_device(self, device: &Device) -> Self {
        self.map_leaves(&mut |leaf| leaf.map_module(|module| module.to_device(device)))
    }

    fn train(self) -> Self {
        self.map_leaves(&mut |leaf| leaf.map_module(Module::train))
    }

    fn valid(&self) -> Self {
        self.clone()
            .map_leaves(&mut |leaf| leaf.map_module(|module| module.valid()))
    }

    fn materialize(self) -> Self {
        self.map_leaves(&mut |leaf| leaf.map_module(Module::materialize))
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        let container = format!("Struct:{}", self.block);
        for (name, part) in &self.parts {
            visitor.enter_module(name, &container);
            visit_part(part, visitor);
            visitor.exit_module(name, &container);
        }
    }

    fn map<M: ModuleMapper>(mut self, mapper: &mut M) -> Self {
        let container = format!("Struct:{}", self.block);
        let mut parts = Vec::with_capacity(self.parts.len());
        for (name, part) in self.parts {
            mapper.enter_module(&name, &container);
            let part = map_part(part, mapper);
            mapper.exit_module(&name, &container);
            parts.push((name, part));
        }
        self.parts = parts;
        self
    }
}

fn visit_part<V: ModuleVisitor>(part: &DynPart, visitor: &mut V) {
    match part {
        DynPart::Absent => {}
        DynPart::Leaf(leaf) => leaf.module.visit(visitor),
        DynPart::Block(block) => block.visit(visitor),
        DynPart::Repeat(copies) => {
            for (index, copy) in copies.iter().enumerate() {
                visitor.enter_module(&index.to_string(), "Vec");
                visit_part(copy, visitor);
                visitor.exit_module(&index.to_string(), "Vec");
            }
        }
    }
}

fn map_part<M: ModuleMapper>(part: DynPart, mapper: &mut M) -> DynPart {
    match part {
        DynPart::Absent => DynPart::Absent,
        DynPart::Leaf(leaf) => DynPart::Leaf(Box::new(leaf.map_module(|module| module.map(mapper)))),
        DynPart::Block(block) => DynPart::Block(block.map(mapper)),
        DynPart::Repeat(copies) => {
            let copies = copies.into_iter().enumerate().map(|(index, copy)| {
                mapper.enter_module(&index.to_string(), "Vec");
                let copy = map_part(copy, mapper);
                mapper.exit_module(&index.to_string(), "Vec");
                copy
            });
            DynPart::Repeat(copies.collect())
        }
    }
}
