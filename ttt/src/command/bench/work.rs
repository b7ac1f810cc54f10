//! What a pass must compute and read, from the schema.

use std::collections::HashMap;

use ttt::dsl::instance::InstanceLeaf;
use ttt::dsl::program::Program;
use ttt::dsl::spec::Leaf;
use ttt::{DynModel, Opened};

/// Numbers of a model's passes.
#[derive(Debug, Default)]
pub struct Work {
    /// Multiplications and additions with the model's own weights, for a token.
    pub flops: f64,
    /// The same with the head's.
    pub flops_of_head: f64,
    /// Bytes of the weights that a pass reads as a whole, be it for one token or for many.
    pub read_bytes: usize,
    /// Bytes of all weights.
    pub stored_bytes: usize,
}

impl Work {
    /// Counts matrices that inputs are multiplied with: those of leaves that look nothing up. Tables that are only looked up
    /// cost next to nothing.
    pub fn of(opened: &Opened, model: &DynModel) -> Work {
        let mut work = Work::default();
        let head = opened.head.as_ref().map(|head| format!("{head}."));
        let mut stored: HashMap<String, bool> = HashMap::new();
        opened.instance.visit_leaves(&mut |path, leaf| {
            let multiplies = !looks_up(&opened.program, leaf);
            for weight in &leaf.weights {
                let numbers: usize = weight.shape.iter().product();
                let own = format!("{path}.{}", weight.name);
                let owner = weight.tied.clone().unwrap_or(own);
                *stored.entry(owner).or_default() |= multiplies;
                if multiplies && weight.shape.len() == 2 {
                    let flops = 2.0 * numbers as f64;
                    match head.as_ref().is_some_and(|head| path.starts_with(head)) {
                        true => work.flops_of_head += flops,
                        false => work.flops += flops,
                    }
                }
            }
        });
        for (path, is_read) in stored {
            let bytes = model.tensor_bytes(&path).unwrap_or_default();
            work.stored_bytes += bytes;
            work.read_bytes += if is_read { bytes } else { 0 };
        }
        work
    }
}

/// Entries of the first table that is looked up: what an id must be below.
pub fn looked_up(opened: &Opened) -> Option<usize> {
    let mut entries = None;
    opened.instance.visit_leaves(&mut |_, leaf| {
        if entries.is_none() && looks_up(&opened.program, leaf) {
            entries = leaf
                .weights
                .first()
                .and_then(|table| table.shape.first().copied());
        }
    });
    entries
}

fn looks_up(program: &Program, leaf: &InstanceLeaf) -> bool {
    program.leaf(&leaf.leaf).is_some_and(Leaf::looks_up)
}
