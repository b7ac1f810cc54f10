//! The tensors of an instance, in canonical order.

use super::error::{InstanceError, too_many_numbers};
use super::path::join;
use super::{Instance, InstanceBlock, InstanceLeaf, InstanceNode, TensorSlot};

/// The most numbers of a model: of 64 bits each, these have addresses, and more have not.
const NUMBER_LIMIT: usize = usize::MAX >> 8;

impl Instance {
    /// Every tensor, the base's first, each part's in order of declaration; tied ones included.
    pub fn tensors(&self) -> Vec<TensorSlot> {
        let mut slots = Vec::new();
        self.visit_leaves(&mut |path, leaf| {
            slots.extend(leaf.weights.iter().map(|weight| TensorSlot {
                path: join(path, &weight.name),
                shape: weight.shape.clone(),
                tied: weight.tied.clone(),
                frozen: weight.frozen,
                encoding: weight.encoding,
            }));
        });
        slots
    }

    /// Calls `visit` with the path and leaf of every leaf, in canonical order.
    pub fn visit_leaves<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a InstanceLeaf)) {
        visit_block("", &self.root, visit);
        if let Some((name, block)) = &self.head {
            visit_block(name, block, visit);
        }
    }

    /// How many numbers are stored; tied tensors count once. More than there are addresses are as many as there are.
    pub fn parameter_count(&self) -> usize {
        let head = self.head.as_ref().map_or(0, |(_, head)| head.parameter_count());
        self.root.parameter_count().saturating_add(head)
    }

    /// Whether its numbers could have addresses, before memory is asked for.
    ///
    /// # Errors
    ///
    /// When there are more of them, with the largest tensor.
    pub fn check_size(&self) -> Result<(), InstanceError> {
        if self.parameter_count() <= NUMBER_LIMIT {
            return Ok(());
        }
        let size = |slot: &TensorSlot| slot.shape.iter().map(|size| *size as f64).product::<f64>();
        let largest = self
            .tensors()
            .into_iter()
            .max_by(|a, b| size(a).total_cmp(&size(b)));
        Err(too_many_numbers(largest))
    }
}

impl InstanceBlock {
    /// How many numbers are stored in its parts; tied tensors count where they are stored.
    pub fn parameter_count(&self) -> usize {
        let counts = self.parts.iter().map(|part| part.node.parameter_count());
        counts.fold(0, usize::saturating_add)
    }
}

impl InstanceNode {
    /// How many numbers are stored in it; tied tensors count where they are stored.
    pub fn parameter_count(&self) -> usize {
        match self {
            InstanceNode::Absent => 0,
            InstanceNode::Block(block) => block.parameter_count(),
            InstanceNode::Repeat(copies) => {
                let counts = copies.iter().map(|copy| copy.parameter_count());
                counts.fold(0, usize::saturating_add)
            }
            InstanceNode::Leaf(leaf) => {
                let own = leaf.weights.iter().filter(|weight| weight.tied.is_none());
                let sizes = own.map(|weight| weight.shape.iter().copied().fold(1, usize::saturating_mul));
                sizes.fold(0, usize::saturating_add)
            }
        }
    }
}

fn visit_block<'a>(path: &str, block: &'a InstanceBlock, visit: &mut dyn FnMut(&str, &'a InstanceLeaf)) {
    for part in &block.parts {
        visit_node(&join(path, &part.name), &part.node, visit);
    }
}

fn visit_node<'a>(path: &str, node: &'a InstanceNode, visit: &mut dyn FnMut(&str, &'a InstanceLeaf)) {
    match node {
        InstanceNode::Absent => {}
        InstanceNode::Leaf(leaf) => visit(path, leaf),
        InstanceNode::Block(block) => visit_block(path, block, visit),
        InstanceNode::Repeat(copies) => {
            for (index, copy) in copies.iter().enumerate() {
                visit_node(&join(path, &index.to_string()), copy, visit);
            }
        }
    }
}
