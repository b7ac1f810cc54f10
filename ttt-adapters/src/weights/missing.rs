//! Tensors of the model that nothing fills.

use indexmap::IndexMap;

use super::alike::alike;
use super::plan::Planning;
use crate::error::{Problem, codes};
use crate::name::nearest;

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
            None => problem.help("the checkpoint is incomplete, or its configuration says another model"),
        });
    }
    problems
}

/// A tensor of the model that the table does not name.
pub(super) fn no_entry(path: &str) -> Problem {
    Problem::new(
        codes::NO_ENTRY,
        format!("the weights table has no entry for `{path}`"),
    )
    .help("add an entry for it to the weights table")
}
