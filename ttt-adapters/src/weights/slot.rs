//! The tensors of an instance, each with its leaf.

use indexmap::IndexMap;
use ttt_dsl::instance::{Instance, evaluate_condition};
use ttt_dsl::program::Program;
use ttt_dsl::spec::Tie;

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

/// Whether a tensor is the head's.
pub(crate) fn is_of_head(instance: &Instance, path: &str) -> bool {
    let head = instance.head.as_ref();
    let rest = head.and_then(|(head, _)| path.strip_prefix(head.as_str()));
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// Whether the ties of the body that a tensor belongs to, of which there are some, are all switched off. Then its
/// copies share no storage with it either, and are leftovers of the format.
pub(crate) fn shares_nothing(program: &Program, instance: &Instance, path: &str) -> bool {
    let Some(model) = program.model(&instance.model) else {
        return false;
    };
    let head = instance.head.as_ref().filter(|_| is_of_head(instance, path));
    let head = head.and_then(|(head, _)| model.head(head));
    let ties = &head.map_or(&model.body, |head| &head.body).ties;
    let is_off = |tie: &Tie| {
        let condition = tie.condition.as_ref();
        condition.is_some_and(|condition| evaluate_condition(condition, &instance.values) == Ok(false))
    };
    !ties.is_empty() && ties.iter().all(is_off)
}
