//! Tensors of the checkpoint that are not what the model needs.

use indexmap::{IndexMap, IndexSet};
use ttt_dsl::spec::{Expr, LinearLayout};

use super::alike::label;
use super::binding::Binding;
use super::pattern::Pattern;
use super::plan::Planning;
use crate::error::{Problem, codes};
use crate::params::named_values;
use crate::symbol::{SymbolicTensor, symbolic_tensors};
use crate::tensor::Dtype;

/// Tensors of the checkpoint of another shape than the model needs.
pub(super) fn wrong_shape(planning: &Planning<'_>, misshapen: &[(&Binding, &str)]) -> Vec<Problem> {
    if let Some(problem) = all_turned(planning, misshapen) {
        return vec![problem];
    }
    let mut groups: IndexMap<usize, Vec<(&Binding, &str)>> = IndexMap::new();
    for (binding, name) in misshapen {
        groups.entry(binding.entry).or_default().push((*binding, *name));
    }
    let request = planning.request;
    let symbolic = match request.program.model(&request.instance.model) {
        Some(model) if !groups.is_empty() => symbolic_tensors(request.program, model),
        _ => Vec::new(),
    };
    let problems = groups.into_values().filter_map(|group| {
        let (binding, name) = *group.first()?;
        let found = &planning.source.tensors()[name].shape;
        let names: Vec<&str> = group.iter().map(|(_, name)| *name).collect();
        let message = format!("not the shape that the model needs: {}", label(&names));
        let problem = Problem::new(codes::TENSOR_SHAPE, message)
            .tensor(name)
            .line(planning.line(binding))
            .found(format!("{found:?}"));
        let help = match is_turned(planning, binding, name) {
            true if binding.is_linear => {
                "it is stored the other way round than the table's `linear` option says: add `via transpose`"
            }
            true => "it is stored the other way round: add `via transpose`",
            false => "correct the params, or use the configuration that belongs to this checkpoint",
        };
        let expected = match shape_in_words(planning, &symbolic, binding) {
            Some(words) => format!("{:?} = {words}", binding.shape),
            None => format!("{:?}", binding.shape),
        };
        Some(problem.expected(expected).help(help))
    });
    problems.collect()
}

/// Where all linear weights that show it are stored the other way round, the table's option is the mistake.
fn all_turned(planning: &Planning<'_>, misshapen: &[(&Binding, &str)]) -> Option<Problem> {
    let turned = |(binding, name): &(&Binding, &str)| binding.is_linear && is_turned(planning, binding, name);
    let lines: IndexSet<usize> = misshapen.iter().map(|(binding, _)| binding.entry).collect();
    let shown = |binding: &&Binding| {
        let sizes = binding.shape.as_slice();
        binding.is_linear && sizes.first() != sizes.last() && planning.has(binding)
    };
    let count = planning.bindings.bindings.iter().filter(shown).count();
    if lines.len() < 2 || misshapen.len() < count || !misshapen.iter().all(turned) {
        return None;
    }
    let (binding, name) = misshapen[0];
    let table = planning.request.table;
    let option = match table.options.linear {
        LinearLayout::OutIn => "in_out",
        LinearLayout::InOut => "out_in",
    };
    let message = format!(
        "every linear weight is stored the other way round: `{name}` and {} more",
        count - 1
    );
    Some(
        Problem::new(codes::TENSOR_SHAPE, message)
            .tensor(name)
            .line(table.format.place)
            .found(format!("{:?}", planning.source.tensors()[name].shape))
            .expected(format!("{:?}", binding.shape))
            .help(format!(
                "say how the source stores them: `weights {}(linear: {option})`",
                table.format
            )),
    )
}

/// Whether a matrix is stored with its sizes in the other order.
fn is_turned(planning: &Planning<'_>, binding: &Binding, name: &str) -> bool {
    let found = &planning.source.tensors()[name].shape;
    found.len() > 1 && found.iter().rev().eq(&binding.shape)
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

/// Tensors that hold whole numbers of one kind where the model needs real ones; never none.
pub(super) fn wrong_dtype(names: &[&str], dtype: Dtype) -> Problem {
    let message = match names.len() - 1 {
        0 => format!("`{}` holds whole numbers", names[0]),
        more => format!("`{}` and {more} more hold whole numbers", names[0]),
    };
    Problem::new(codes::TENSOR_DTYPE, message)
        .tensor(names[0])
        .found(dtype)
        .expected("F64, F32, F16 or BF16")
        .help("save the checkpoint again with real numbers; quantised ones need a format that says how to read them")
}
