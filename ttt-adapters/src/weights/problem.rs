//! What can be wrong between a checkpoint and a model, with like problems told as one.

use indexmap::IndexMap;
use ttt_dsl::spec::Expr;

use super::binding::{Binding, Reason};

use super::pattern::Pattern;
use super::plan::Planning;
use crate::error::{Problem, codes};
use crate::name::nearest;
use crate::params::named_values;
use crate::symbol::{SymbolicTensor, symbolic_tensors};
use crate::tensor::Dtype;

/// Tensors of the model that nothing fills.
pub(super) fn missing(planning: &Planning<'_>, unfilled: &[&str], unknown: &[&str]) -> Vec<Problem> {
    let mut alike: IndexMap<String, Vec<(String, &str)>> = IndexMap::new();
    let mut problems = Vec::new();
    for path in unfilled {
        let mut bindings = planning.bindings.bindings.iter();
        match bindings.find(|binding| !binding.is_same && binding.paths.iter().any(|filled| filled == path)) {
            Some(binding) => {
                let name = planning.names.spelling(&binding.source, binding.is_base);
                let group = alike.entry(without_indices(&name)).or_default();
                if !group.iter().any(|(known, _)| *known == name) {
                    group.push((name, path));
                }
            }
            None => problems.push(no_entry(path)),
        }
    }
    for group in alike.into_values() {
        let Some((name, path)) = group.first() else {
            continue;
        };
        let more: Vec<&str> = group.iter().map(|(name, _)| name.as_str()).collect();
        let problem = Problem::new(
            codes::MISSING_TENSOR,
            format!("`{name}` is missing{}", and_others(&more)),
        )
        .tensor(name)
        .expected(format!("it fills `{path}`"));
        problems.push(match nearest(name, unknown.iter().copied()) {
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

/// Tensors of the checkpoint that nothing takes.
pub(super) fn refused(planning: &Planning<'_>, unknown: &[&str]) -> Vec<Problem> {
    let mut alike: IndexMap<String, Vec<&str>> = IndexMap::new();
    for name in unknown {
        alike.entry(without_indices(name)).or_default().push(name);
    }
    let problems = alike.into_values().filter_map(|group| {
        let name = *group.first()?;
        let problem = Problem::new(
            codes::REFUSED_TENSOR,
            format!("nothing takes `{name}`{}", and_others(&group)),
        );
        Some(problem.tensor(name).help(refusal(planning, name)))
    });
    problems.collect()
}

/// Why nothing takes a tensor, and what to do about it.
fn refusal(planning: &Planning<'_>, name: &str) -> String {
    let bare = planning.names.bare(name);
    for unbound in &planning.bindings.unbound {
        if let Reason::AbsentPart(path) = &unbound.reason
            && unbound.pattern.match_front(bare).is_some()
        {
            return format!(
                "it fills `{path}`, which does not exist with these params: change the params, or leave it out of the file"
            );
        }
    }
    for entry in &planning.request.table.entries {
        let Some((indices, rest)) = Pattern::of_source(&entry.source).match_front(bare) else {
            continue;
        };
        if indices.is_empty() || taken(planning, entry.source.as_str()).any(|known| known == bare) {
            return format!(
                "`{}` has no `{}` with these params",
                entry.source,
                rest.trim_start_matches('.')
            );
        }
        let copies = taken(planning, entry.source.as_str()).count();
        if copies > 0 && !taken(planning, entry.source.as_str()).any(|known| known.ends_with(rest)) {
            return format!(
                "`{}` has no `{}` with these params",
                entry.source,
                rest.trim_start_matches('.')
            );
        }
        return "the configuration counts fewer copies of this part than the file has".into();
    }
    let known = planning
        .bindings
        .bindings
        .iter()
        .map(|binding| binding.source.as_str());
    match nearest(bare, known) {
        Some(near) => format!(
            "did you mean `{near}`? Otherwise the schema lacks what it is for: add it there, or `skip` it in the weights table"
        ),
        None => "the schema lacks what it is for: add it there, or `skip` it in the weights table".into(),
    }
}

fn taken<'a>(planning: &'a Planning<'_>, source: &'a str) -> impl Iterator<Item = &'a str> {
    let pattern = Pattern::of_source(source);
    let names = planning
        .bindings
        .bindings
        .iter()
        .map(|binding| binding.source.as_str());
    names.filter(move |name| pattern.match_front(name).is_some())
}

/// Tensors of the checkpoint of another shape than the model needs.
pub(super) fn wrong_shape(planning: &Planning<'_>, misshapen: &[(&Binding, &str)]) -> Vec<Problem> {
    let mut alike: IndexMap<(String, Vec<usize>), Vec<(&Binding, &str)>> = IndexMap::new();
    for (binding, name) in misshapen {
        let found = planning.source.tensors()[*name].shape.clone();
        alike
            .entry((without_indices(name), found))
            .or_default()
            .push((*binding, *name));
    }
    let request = planning.request;
    let symbolic = match request.program.model(&request.instance.model) {
        Some(model) if !alike.is_empty() => symbolic_tensors(request.program, model),
        _ => Vec::new(),
    };
    let problems = alike.into_iter().filter_map(|((_, found), group)| {
        let (binding, name) = *group.first()?;
        let names: Vec<&str> = group.iter().map(|(_, name)| *name).collect();
        let message = format!(
            "`{name}` has another shape than the model needs{}",
            and_others(&names)
        );
        let problem = Problem::new(codes::TENSOR_SHAPE, message)
            .tensor(name)
            .found(format!("{found:?}"));
        let turned: Vec<usize> = found.iter().rev().copied().collect();
        let help = if turned == binding.shape {
            "it is stored the other way round: check the table's `linear` option"
        } else {
            "correct the params, or use the configuration that belongs to this checkpoint"
        };
        let expected = match shape_in_words(planning, &symbolic, binding) {
            Some(words) => format!("{:?} = {words}", binding.shape),
            None => format!("{:?}", binding.shape),
        };
        Some(problem.expected(expected).help(help))
    });
    problems.collect()
}

/// `[3 * dim, dim] with dim = 768 (`n_embd` in config.json)`
fn shape_in_words(planning: &Planning<'_>, symbolic: &[SymbolicTensor], binding: &Binding) -> Option<String> {
    let of = |path: &String| {
        symbolic.iter().find(|tensor| {
            Pattern::of_source(&tensor.path)
                .match_front(path)
                .is_some_and(|(_, rest)| rest.is_empty())
        })
    };
    let tensors: Vec<&SymbolicTensor> = binding.paths.iter().map(of).collect::<Option<_>>()?;
    let first = tensors.first()?;
    let rows: Vec<String> = tensors
        .iter()
        .filter_map(|tensor| tensor.dims.first())
        .map(Expr::to_string)
        .collect();
    let mut dims = vec![rows.join(" + ")];
    dims.extend(first.dims.iter().skip(1).map(Expr::to_string));
    let rank = dims.len();
    if binding.transpose && rank > 1 {
        dims.swap(rank - 2, rank - 1);
    }
    let mut known: Vec<String> = Vec::new();
    for dim in tensors.iter().flat_map(|tensor| &tensor.dims) {
        let named = named_values(dim, planning.values(), planning.request.origins);
        known.extend(
            named
                .into_iter()
                .filter(|text| !known.contains(text))
                .collect::<Vec<_>>(),
        );
    }
    Some(format!("[{}] with {}", dims.join(", "), known.join(", ")))
}

/// A tensor that holds whole numbers where the model needs real ones.
pub(super) fn wrong_dtype(name: &str, dtype: Dtype) -> Problem {
    Problem::new(codes::TENSOR_DTYPE, format!("`{name}` holds whole numbers"))
        .tensor(name)
        .found(dtype)
        .expected("F64, F32, F16 or BF16")
        .help("save the checkpoint again with real numbers; quantised ones need a format that says how to read them")
}

/// The name with every index as `*`: what two names alike have in common.
fn without_indices(name: &str) -> String {
    let segments = name.split('.').map(|segment| match segment.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => segment,
    });
    segments.collect::<Vec<_>>().join(".")
}

fn and_others(names: &[&str]) -> String {
    match names {
        [] | [_] => String::new(),
        [_, other] => format!(", and so is `{other}`").replace(", and so is", " and"),
        [.., last] => format!(" and {} like it up to `{last}`", names.len() - 1),
    }
}
