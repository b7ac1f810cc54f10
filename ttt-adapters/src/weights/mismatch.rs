//! Tensors of the checkpoint that are not what the model needs.

use indexmap::IndexMap;
use ttt_dsl::spec::Expr;

use super::alike::{label, without_indices};
use super::binding::Binding;
use super::pattern::Pattern;
use super::plan::Planning;
use crate::error::{Problem, codes};
use crate::params::named_values;
use crate::symbol::{SymbolicTensor, symbolic_tensors};
use crate::tensor::Dtype;

/// Tensors of the checkpoint of another shape than the model needs.
pub(super) fn wrong_shape(planning: &Planning<'_>, misshapen: &[(&Binding, &str)]) -> Vec<Problem> {
    let mut groups: IndexMap<_, Vec<(&Binding, &str)>> = IndexMap::new();
    for (binding, name) in misshapen {
        let found = &planning.source.tensors()[*name].shape;
        let alike = (without_indices(name), found);
        groups.entry(alike).or_default().push((*binding, *name));
    }
    let request = planning.request;
    let symbolic = match request.program.model(&request.instance.model) {
        Some(model) if !groups.is_empty() => symbolic_tensors(request.program, model),
        _ => Vec::new(),
    };
    let problems = groups.into_iter().filter_map(|((_, found), group)| {
        let (binding, name) = *group.first()?;
        let names: Vec<&str> = group.iter().map(|(_, name)| *name).collect();
        let message = format!("not the shape that the model needs: {}", label(&names, false));
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
