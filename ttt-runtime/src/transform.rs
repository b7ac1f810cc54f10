//! What the transforms of a schema mean for a module.

use std::collections::HashSet;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use ttt_dsl::instance::{Instance, InstanceBlock, InstanceError, InstanceNode, TensorSlot};
use ttt_dsl::place::Place;
use ttt_dsl::spec::Encoding;

/// A module of an instance, with what its transforms mark: frozen parameters have no gradient, and optimizers leave them
/// as they are, also after loading. What `quantize` asks for is done where a checkpoint is loaded; fresh numbers stay numbers.
///
/// # Errors
///
/// When a transform is not done here.
pub(crate) fn marked<M: Module>(module: M, instance: &Instance) -> Result<M, InstanceError> {
    let slots = instance.tensors();
    if let Some((slot, encoding)) = slots.iter().find_map(uneven) {
        return Err(InstanceError {
            message: format!(
                "`quantize` asks for {} of rows of {} numbers, which are no whole blocks of {BLOCK}",
                encoding.name(),
                slot.shape.last().copied().unwrap_or_default()
            ),
            help: "leave this tensor out, or ask for f16 or bf16".to_string(),
            part: slot.path.clone(),
            place: Place::NOWHERE,
        });
    }
    let heads = instance.head.iter().map(|(name, block)| (name.as_str(), block));
    for (path, block) in std::iter::once(("", &instance.root)).chain(heads) {
        if let Some(path) = recomputed(path, block) {
            let what = "`recompute` asks for less memory in training here".to_string();
            return Err(undone(
                &path,
                what,
                "an autodiff device of Burn with balanced checkpointing does it",
            ));
        }
    }
    let frozen: HashSet<String> = slots
        .into_iter()
        .filter(|slot| slot.frozen)
        .map(|slot| slot.path)
        .collect();
    if frozen.is_empty() {
        return Ok(module);
    }
    Ok(module.map(&mut Freezer {
        path: Vec::new(),
        frozen,
    }))
}

/// Numbers of a block.
const BLOCK: usize = 32;

/// A tensor that is to be in blocks and has no whole ones.
fn uneven(slot: &TensorSlot) -> Option<(&TensorSlot, Encoding)> {
    let encoding = slot.encoding?;
    let in_blocks = !matches!(encoding, Encoding::F16 | Encoding::Bf16);
    let is_whole = slot.shape.last().is_some_and(|row| row.is_multiple_of(BLOCK));
    (in_blocks && !is_whole).then_some((slot, encoding))
}

fn undone(part: &str, what: String, instead: &str) -> InstanceError {
    InstanceError {
        message: format!("{what}, which models that run do not do yet"),
        help: format!("leave the transform out; {instead}"),
        part: part.to_string(),
        place: Place::NOWHERE,
    }
}

/// The path of the first block that is to be computed again.
fn recomputed(path: &str, block: &InstanceBlock) -> Option<String> {
    if block.recompute {
        return Some(path.to_string());
    }
    block.parts.iter().find_map(|part| {
        let path = ttt_dsl::instance::path::join(path, &part.name);
        recomputed_node(&path, &part.node)
    })
}

fn recomputed_node(path: &str, node: &InstanceNode) -> Option<String> {
    match node {
        InstanceNode::Absent | InstanceNode::Leaf(_) => None,
        InstanceNode::Block(block) => recomputed(path, block),
        InstanceNode::Repeat(copies) => {
            let mut copies = copies.iter().enumerate();
            copies.find_map(|(index, copy)| recomputed_node(&format!("{path}.{index}"), copy))
        }
    }
}

struct Freezer {
    path: Vec<String>,
    frozen: HashSet<String>,
}

impl ModuleMapper for Freezer {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.frozen.contains(&self.path.join(".")) {
            true => param.set_require_grad(false),
            false => param,
        }
    }
}
