//! What transforms mean for the tensors and blocks of an instance.

use std::collections::HashMap;
use std::sync::Arc;

use super::path::join;
use super::{Instance, InstanceBlock, InstanceLeaf, InstanceNode, InstanceWeight};
use crate::spec::{Action, Encoding, PathStep, Transform};
use crate::transform::is_quantized;

/// Applies marks in order, so that a later one has the last word.
pub(super) fn mark(instance: &mut Instance, marks: &[Transform]) {
    if marks.is_empty() {
        return;
    }
    mark_parts(&mut instance.root, &mut Vec::new(), marks);
    if let Some((name, block)) = &mut instance.head {
        let step = PathStep {
            name,
            copy: None,
            repeated: false,
        };
        mark_block(block, &mut vec![step], marks);
    }
    follow_owners(instance);
}

fn mark_block<'a>(block: &'a mut InstanceBlock, path: &mut Vec<PathStep<'a>>, marks: &[Transform]) {
    block.recompute = marks
        .iter()
        .any(|mark| mark.action == Action::Recompute && mark.pattern.leads_to(path));
    mark_parts(block, path, marks);
}

fn mark_parts<'a>(block: &'a mut InstanceBlock, path: &mut Vec<PathStep<'a>>, marks: &[Transform]) {
    for part in &mut block.parts {
        path.push(PathStep {
            name: &part.name,
            copy: None,
            repeated: matches!(part.node, InstanceNode::Repeat(_)),
        });
        mark_node(&mut part.node, path, marks);
        path.pop();
    }
}

fn mark_node<'a>(node: &'a mut InstanceNode, path: &mut Vec<PathStep<'a>>, marks: &[Transform]) {
    match node {
        InstanceNode::Absent => {}
        InstanceNode::Leaf(leaf) => mark_leaf(leaf, path, marks),
        InstanceNode::Block(block) => mark_block(block, path, marks),
        InstanceNode::Repeat(copies) => {
            let count = copies.len();
            for (index, copy) in copies.iter_mut().enumerate() {
                if let Some(step) = path.last_mut() {
                    step.copy = Some((index, count));
                }
                mark_node(Arc::make_mut(copy), path, marks);
            }
        }
    }
}

fn mark_leaf<'a>(leaf: &'a mut InstanceLeaf, path: &mut Vec<PathStep<'a>>, marks: &[Transform]) {
    for weight in &mut leaf.weights {
        let quantized = is_quantized(&leaf.leaf, weight.shape.len());
        path.push(PathStep {
            name: &weight.name,
            copy: None,
            repeated: false,
        });
        for mark in marks.iter().filter(|mark| mark.pattern.covers(path)) {
            match mark.action {
                Action::Freeze => weight.frozen = true,
                Action::Train => weight.frozen = false,
                Action::Quantize(encoding) if quantized => weight.encoding = Some(encoding),
                _ => {}
            }
        }
        path.pop();
    }
}

/// A tied tensor is its owner's storage, so it is what its owner is.
fn follow_owners(instance: &mut Instance) {
    let mut owners: HashMap<String, (bool, Option<Encoding>)> = HashMap::new();
    instance.visit_leaves(&mut |path, leaf| {
        for weight in leaf.weights.iter().filter(|weight| weight.tied.is_none()) {
            owners.insert(join(path, &weight.name), (weight.frozen, weight.encoding));
        }
    });
    let mut follow = |weight: &mut InstanceWeight| {
        if let Some(owner) = weight.tied.as_ref().and_then(|owner| owners.get(owner)) {
            (weight.frozen, weight.encoding) = *owner;
        }
    };
    for_each_weight(&mut instance.root, &mut follow);
    if let Some((_, head)) = &mut instance.head {
        for_each_weight(head, &mut follow);
    }
}

fn for_each_weight(block: &mut InstanceBlock, change: &mut dyn FnMut(&mut InstanceWeight)) {
    let mut open: Vec<&mut InstanceNode> = block.parts.iter_mut().map(|part| &mut part.node).collect();
    while let Some(node) = open.pop() {
        match node {
            InstanceNode::Absent => {}
            InstanceNode::Leaf(leaf) => leaf.weights.iter_mut().for_each(&mut *change),
            InstanceNode::Block(block) => open.extend(block.parts.iter_mut().map(|part| &mut part.node)),
            InstanceNode::Repeat(copies) => open.extend(copies.iter_mut().map(Arc::make_mut)),
        }
    }
}
