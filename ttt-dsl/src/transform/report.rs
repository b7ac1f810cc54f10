//! What transforms changed, in words and numbers.

use crate::instance::{Instance, InstanceBlock, InstanceNode, InstanceWeight};
use crate::print::grouped;
use crate::program::Program;
use crate::spec::{Action, PathPattern, PathStep};

/// A line for each transform of the instance's model: `freeze **: 148 of 196 tensors, 124,439,808 parameters`.
pub fn summary(program: &Program, instance: &Instance) -> Vec<String> {
    let tensors = tensors(instance);
    let of_model = program
        .applied
        .iter()
        .filter(|applied| applied.model == instance.model);
    of_model
        .map(|applied| {
            let mut covered = covered(&tensors, &applied.now);
            // A later transform may have said otherwise.
            match applied.transform.action {
                Action::Freeze => covered.retain(|weight| weight.frozen),
                Action::Train => covered.retain(|weight| !weight.frozen),
                _ => {}
            }
            let numbers = covered
                .iter()
                .map(|weight| weight.shape.iter().product::<usize>());
            let numbers = grouped(numbers.sum());
            let of_all = format!("of {} tensors", tensors.len());
            let what = match &applied.transform.action {
                Action::Freeze | Action::Train => {
                    format!("{} {of_all}, {numbers} parameters", covered.len())
                }
                Action::Quantize(_) => {
                    let stored = covered.iter().filter(|weight| weight.encoding.is_some());
                    format!("{} {of_all}", stored.count())
                }
                // Each layer has two tensors more.
                Action::Lora(_) => format!("{} linear layers, {numbers} parameters more", covered.len() / 2),
                Action::Recompute => format!("{} blocks", recomputed(instance)),
                Action::Rename(_) | Action::Replace(_) => applied.matched.join(", "),
            };
            format!("{}: {what}", applied.transform)
        })
        .collect()
}

/// The tensors with storage of their own, with their paths.
fn tensors(instance: &Instance) -> Vec<(Vec<PathStep<'_>>, &InstanceWeight)> {
    let mut found = Vec::new();
    gather(&instance.root, &[], &mut found);
    if let Some((name, head)) = &instance.head {
        gather(head, &[step(name, None, false)], &mut found);
    }
    found.retain(|(_, weight)| weight.tied.is_none());
    found
}

fn gather<'i>(
    block: &'i InstanceBlock,
    path: &[PathStep<'i>],
    found: &mut Vec<(Vec<PathStep<'i>>, &'i InstanceWeight)>,
) {
    for part in &block.parts {
        let copies: Vec<&InstanceNode> = match &part.node {
            InstanceNode::Repeat(copies) => copies.iter().map(AsRef::as_ref).collect(),
            only => vec![only],
        };
        let repeated = matches!(part.node, InstanceNode::Repeat(_));
        for (index, &node) in copies.iter().enumerate() {
            let copy = repeated.then_some((index, copies.len()));
            let path = [path, &[step(&part.name, copy, repeated)]].concat();
            match node {
                InstanceNode::Leaf(leaf) => found.extend(leaf.weights.iter().map(|weight| {
                    let path = [&path[..], &[step(&weight.name, None, false)]].concat();
                    (path, weight)
                })),
                InstanceNode::Block(block) => gather(block, &path, found),
                InstanceNode::Absent | InstanceNode::Repeat(_) => {}
            }
        }
    }
}

fn step(name: &str, copy: Option<(usize, usize)>, repeated: bool) -> PathStep<'_> {
    PathStep { name, copy, repeated }
}

fn covered<'i>(
    tensors: &[(Vec<PathStep>, &'i InstanceWeight)],
    patterns: &[PathPattern],
) -> Vec<&'i InstanceWeight> {
    let is_covered = |path: &[PathStep]| patterns.iter().any(|pattern| pattern.covers(path));
    let covered = tensors.iter().filter(|(path, _)| is_covered(path));
    covered.map(|(_, weight)| *weight).collect()
}

fn recomputed(instance: &Instance) -> usize {
    let mut open: Vec<&InstanceBlock> = vec![&instance.root];
    open.extend(instance.head.iter().map(|(_, head)| head));
    let mut count = 0;
    while let Some(block) = open.pop() {
        count += usize::from(block.recompute);
        let mut nodes: Vec<&InstanceNode> = block.parts.iter().map(|part| &part.node).collect();
        while let Some(node) = nodes.pop() {
            match node {
                InstanceNode::Block(block) => open.push(block),
                InstanceNode::Repeat(copies) => nodes.extend(copies.iter().map(AsRef::as_ref)),
                InstanceNode::Absent | InstanceNode::Leaf(_) => {}
            }
        }
    }
    count
}
