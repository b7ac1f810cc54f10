//! The tensors of an instance, in canonical order.

use super::path::join;
use super::{Instance, InstanceBlock, InstanceLeaf, InstanceNode, TensorSlot};

impl Instance {
    /// Every tensor, the base's first, each part's in order of declaration; tied ones included.
    pub fn tensors(&self) -> Vec<TensorSlot> {
        let mut slots = Vec::new();
        self.visit_leaves(&mut |path, leaf| {
            slots.extend(leaf.weights.iter().map(|weight| TensorSlot {
                path: join(path, &weight.name),
                shape: weight.shape.clone(),
                tied: weight.tied.clone(),
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

    /// How many numbers are stored; tied tensors count once.
    pub fn parameter_count(&self) -> usize {
        self.tensors()
            .iter()
            .filter(|slot| slot.tied.is_none())
            .map(|slot| slot.shape.iter().product::<usize>())
            .sum()
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
