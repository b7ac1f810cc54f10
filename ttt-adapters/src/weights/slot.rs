//! The tensors of an instance, each with its leaf.

use indexmap::IndexMap;
use ttt_dsl::instance::Instance;

/// The leaf whose weights a table's `linear` option is about.
pub(crate) const LINEAR: &str = "Linear";

/// A tensor of the model.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// The path of its leaf.
    pub leaf_path: String,
    /// Whether it is a linear map's matrix.
    pub is_linear: bool,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// The path of the tensor that it shares storage with.
    pub tied: Option<String>,
}

/// Every tensor of an instance by its path, in canonical order.
pub(crate) fn slots(instance: &Instance) -> IndexMap<String, Slot> {
    let mut slots = IndexMap::new();
    instance.visit_leaves(&mut |path, leaf| {
        for weight in &leaf.weights {
            let slot = Slot {
                leaf_path: path.to_string(),
                is_linear: leaf.leaf == LINEAR && weight.shape.len() == 2,
                shape: weight.shape.clone(),
                tied: weight.tied.clone(),
            };
            slots.insert(format!("{path}.{}", weight.name), slot);
        }
    });
    slots
}
