//! How each tensor of a checkpoint is kept in memory.

use std::collections::{HashMap, HashSet};

use ttt_adapters::Error;
use ttt_adapters::gguf::{Encoding, PackedTensor};
use ttt_adapters::registry::Opened;
use ttt_adapters::source::TensorSource;
use ttt_adapters::tensor::Dtype;
use ttt_adapters::weights::Checkpoint;
use ttt_dsl::instance::{InstanceLeaf, InstanceWeight};
use ttt_dsl::program::Program;
use ttt_dsl::spec::Leaf;
use ttt_runtime::leaf::Packed;
use ttt_runtime::load::Stored;
use ttt_runtime::{FloatDType, Init, Packing};

/// Reads a checkpoint as an opened model is to have it.
pub(crate) struct Packer<'a> {
    checkpoint: &'a Checkpoint,
    /// The matrices that are not kept as numbers.
    matrices: HashMap<String, Packing>,
}

impl<'a> Packer<'a> {
    /// What the schema's `quantize` asks for comes before the packing of all others.
    pub fn new(opened: &Opened, checkpoint: &'a Checkpoint, init: &Init) -> Packer<'a> {
        let packing = init.packing;
        let learns = |weight: &InstanceWeight| init.device.is_autodiff() && !weight.frozen;
        let whole_tokens = whole_tokens(opened);
        let mut matrices = HashMap::new();
        opened.instance.visit_leaves(&mut |path, leaf| {
            let keeps = |weight: &&InstanceWeight| {
                let is_matrix = weight.shape.len() == 2 && weight.tied.is_none();
                is_matrix && !learns(weight) && is_tieable(&opened.program, leaf, &weight.name)
            };
            for weight in leaf.weights.iter().filter(keeps) {
                let path = format!("{path}.{}", weight.name);
                let asked = weight
                    .encoding
                    .and_then(|encoding| Encoding::of_name(encoding.name()));
                let is_four_bits = matches!(packing, Packing::Blocks(Encoding::Q4_0 | Encoding::Q4_1));
                let packing = match asked {
                    Some(encoding) => Packing::Blocks(encoding),
                    None if is_four_bits && whole_tokens.contains(&path) => Packing::Blocks(Encoding::Q8_0),
                    None => packing,
                };
                matrices.insert(path, packing);
            }
        });
        Packer { checkpoint, matrices }
    }

    /// One parameter.
    pub fn read(&self, path: &str) -> Result<Option<Stored>, Error> {
        match self.matrices.get(path).copied().unwrap_or_default() {
            Packing::Numbers => Ok(self.checkpoint.read(path)?.map(Stored::Numbers)),
            Packing::Stored => self.stored(path),
            Packing::Blocks(encoding) => self.blocks(path, encoding),
        }
    }

    fn stored(&self, path: &str) -> Result<Option<Stored>, Error> {
        let packed = self.checkpoint.packed(path);
        match packed.filter(|packed| packed.tensor_type.layout().is_some_and(|layout| layout.block > 1)) {
            Some(packed) if Packed::has_kernel(&packed) => Ok(Some(Stored::Packed(packed))),
            Some(_) => self.blocks(path, Encoding::Q8_0),
            None => Ok(self.checkpoint.read(path)?.map(|tensor| match tensor.dtype {
                Dtype::F16 => Stored::As(tensor, FloatDType::F16),
                Dtype::Bf16 => Stored::As(tensor, FloatDType::BF16),
                _ => Stored::Numbers(tensor),
            })),
        }
    }

    fn blocks(&self, path: &str, encoding: Encoding) -> Result<Option<Stored>, Error> {
        let name = |packed: &PackedTensor| packed.tensor_type.layout().map(|layout| layout.name);
        if let Some(packed) = self.checkpoint.packed(path)
            && name(&packed) == Some(encoding.name())
            && Packed::has_kernel(&packed)
        {
            return Ok(Some(Stored::Packed(packed)));
        }
        let Some(tensor) = self.checkpoint.read(path)? else {
            return Ok(None);
        };
        Ok(Some(match PackedTensor::quantise(path, &tensor, encoding)? {
            Some(packed) => Stored::Packed(packed),
            None => match encoding {
                Encoding::F16 => Stored::As(tensor, FloatDType::F16),
                Encoding::Bf16 => Stored::As(tensor, FloatDType::BF16),
                _ => Stored::Numbers(tensor),
            },
        }))
    }
}

/// Matrices with a row for each token: tables that ids look up, and what a head scores tokens with.
fn whole_tokens(opened: &Opened) -> HashSet<String> {
    let head = opened.head.as_ref().map(|head| format!("{head}."));
    let mut found = HashSet::new();
    let mut entries = HashSet::new();
    opened.instance.visit_leaves(&mut |path, leaf| {
        let rows = leaf
            .weights
            .first()
            .and_then(|weight| weight.shape.first().copied());
        let looks_up = opened.program.leaf(&leaf.leaf).is_some_and(Leaf::looks_up);
        if looks_up {
            entries.extend(rows);
        }
        let is_of_head = head.as_ref().is_some_and(|head| path.starts_with(head));
        let scores = is_of_head && rows.is_some_and(|rows| entries.contains(&rows));
        if looks_up || scores {
            found.extend(leaf.weights.iter().map(|weight| match &weight.tied {
                Some(owner) => owner.clone(),
                None => format!("{path}.{}", weight.name),
            }));
        }
    });
    found
}

/// Whether a leaf keeps its tensor so that others may share it, and so keeps blocks too.
fn is_tieable(program: &Program, leaf: &InstanceLeaf, name: &str) -> bool {
    // A leaf of Rust's own keeps tensors as it likes.
    let standard = program.leaf(&leaf.leaf).filter(|leaf| leaf.rust_path.is_none());
    let mut weights = standard.into_iter().flat_map(|leaf| &leaf.weights);
    weights.any(|weight| weight.name.as_str() == name && weight.tieable)
}
