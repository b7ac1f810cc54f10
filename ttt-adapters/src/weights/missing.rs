//! Tensors of the model that nothing fills.

use indexmap::IndexMap;
use ttt_dsl::instance::Instance;

use super::alike::alike;
use super::plan::Planning;
use crate::error::{Problem, codes};
use crate::name::nearest;

/// The leaf whose table heads share most often.
const EMBEDDING: &str = "Embedding";

/// One problem for all that is missing alike. `unknown` are the names of the checkpoint that nothing takes.
pub(super) fn missing(planning: &Planning<'_>, unfilled: &[&str], unknown: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut paths: IndexMap<String, &str> = IndexMap::new();
    for path in unfilled {
        let mut bindings = planning.bindings.bindings.iter();
        let filling =
            bindings.find(|binding| !binding.is_same && binding.paths.iter().any(|filled| filled == path));
        match filling {
            Some(binding) => {
                let name = planning.names.spelling(&binding.source, binding.is_base);
                paths.entry(name).or_insert(path);
            }
            None => problems.push(no_entry(path)),
        }
    }
    let is_whole = |copy: &str| {
        !planning
            .source
            .tensors()
            .keys()
            .any(|name| name.starts_with(copy))
    };
    for group in alike(paths.keys().map(String::as_str), is_whole) {
        let name = group.names[0];
        let problem = Problem::new(
            codes::MISSING_TENSOR,
            format!("the checkpoint lacks {}", group.label),
        )
        .tensor(name)
        .expected(format!("it fills `{}`", paths[name]));
        problems.push(match nearest(name, unknown.iter().copied()) {
            _ if group.is_copy => {
                problem.help("the configuration counts more copies of this part than the file has")
            }
            Some(near) => problem.help(format!("there is a `{near}` that nothing takes: is it this one?")),
            None => match shareable(planning.request.instance, paths[name]) {
                Some(tie) => problem.help(format!("the checkpoint is incomplete, or the head lacks `{tie};`")),
                None => problem.help("the checkpoint is incomplete, or its configuration says another model"),
            },
        });
    }
    problems
}

/// The tie that would do without a tensor of a head: to an embedding of the model with the same shape.
fn shareable(instance: &Instance, path: &str) -> Option<String> {
    let (head, _) = instance.head.as_ref()?;
    let of_head = path.strip_prefix(head.as_str())?.strip_prefix('.')?;
    let tensors = instance.tensors();
    let shape = &tensors.iter().find(|slot| slot.path == path)?.shape;
    let mut owner = None;
    instance.visit_leaves(&mut |leaf_path, leaf| {
        let fits = leaf.leaf == EMBEDDING && leaf.weights.iter().any(|weight| weight.shape == *shape);
        if fits && owner.is_none() {
            owner = Some(format!("{leaf_path}.weight"));
        }
    });
    owner.map(|owner| format!("tie {of_head} = {owner}"))
}

/// A tensor of the model that the table does not name.
pub(super) fn no_entry(path: &str) -> Problem {
    Problem::new(
        codes::NO_ENTRY,
        format!("the weights table has no entry for `{path}`"),
    )
    .help("add an entry for it to the weights table")
}
