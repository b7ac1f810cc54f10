//! Tensors of the model that nothing fills.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};
use ttt_dsl::instance::Instance;
use ttt_dsl::spec::WeightsTable;

use super::alike::Alike;
use super::binding::Binding;
use super::plan::Planning;
use crate::error::{Problem, codes};
use crate::name::nearest;

/// The leaf whose table heads share most often.
const EMBEDDING: &str = "Embedding";

/// A tensor that the checkpoint should have.
pub(super) struct Missing<'a> {
    /// The line of the table.
    pub binding: &'a Binding,
    /// The first path that it fills.
    pub path: &'a str,
}

/// The tensors that the checkpoint should have for the model's unfilled ones, by the names that it would give them, and
/// a problem for each that the table has no line for.
pub(super) fn missing<'a>(
    planning: &Planning<'a>,
    unfilled: &[&'a str],
) -> (IndexMap<String, Missing<'a>>, Vec<Problem>) {
    let bindings = planning
        .bindings
        .bindings
        .iter()
        .rev()
        .filter(|binding| !binding.is_same);
    let filling: HashMap<&str, &Binding> = bindings
        .flat_map(|binding| binding.paths.iter().map(move |path| (path.as_str(), binding)))
        .collect();
    let mut missing = IndexMap::new();
    let mut problems = Vec::new();
    for path in unfilled {
        match filling.get(path) {
            Some(binding) => {
                let name = planning.names.spelling(&binding.source, binding.is_base);
                missing.entry(name).or_insert(Missing { binding, path });
            }
            None => problems.push(no_entry(path, planning.request.table)),
        }
    }
    (missing, problems)
}

/// One problem for all that is missing of a part. `unknown` are the names of the checkpoint that nothing takes.
pub(super) fn lacking(
    planning: &Planning<'_>,
    missing: &IndexMap<String, Missing<'_>>,
    group: &Alike<'_>,
    unknown: &[&str],
) -> Problem {
    let name = group.names[0];
    let Missing { binding, path } = &missing[name];
    let problem = Problem::new(
        codes::MISSING_TENSOR,
        format!("the checkpoint lacks {}", group.label),
    )
    .tensor(name)
    .line(planning.line(binding))
    .expected(format!("it fills `{path}`"));
    match nearest(name, unknown.iter().copied()) {
        _ if group.is_copy => {
            problem.help("the configuration counts more copies of this part than the file has")
        }
        Some(near) => problem.help(format!("there is a `{near}` that nothing takes: is it this one?")),
        None => match shareable(planning.request.instance, path) {
            Some(tie) => problem.help(format!(
                "the checkpoint is incomplete, or the head lacks `{tie};`"
            )),
            None => problem.help("the checkpoint is incomplete, or its configuration says another model"),
        },
    }
}

/// A part that the checkpoint has under another name, and that nothing takes there.
pub(super) fn renamed(
    planning: &Planning<'_>,
    missing: &IndexMap<String, Missing<'_>>,
    group: &Alike<'_>,
    found: &Alike<'_>,
) -> Problem {
    let name = group.names[0];
    let Missing { binding, .. } = &missing[name];
    let lines: IndexSet<usize> = group
        .names
        .iter()
        .map(|name| missing[*name].binding.entry)
        .collect();
    let message = format!(
        "the checkpoint lacks {}, but has {}, which nothing takes",
        group.label, found.label
    );
    let problem = Problem::new(codes::MISSING_TENSOR, message)
        .tensor(name)
        .line(planning.line(binding));
    let source = &planning.request.table.entries[binding.entry].source;
    let sought = group.stems.first().copied().unwrap_or_default();
    let stem = found.stems.first().copied().unwrap_or_default();
    if let Some((spelling, meant)) = another_spelling(sought, stem) {
        return problem.help(format!(
            "if they are the same, say so in the table: `alias \"{spelling}\" => \"{meant}\"`"
        ));
    }
    let bare = planning.names.bare(stem);
    match respelt(source, bare).filter(|_| lines.len() == 1) {
        Some(respelt) => problem.suggest(respelt),
        None if lines.len() == 1 => {
            problem.help(format!("if they are the same, call it `{}`", found.pattern()))
        }
        None => problem.help(format!(
            "if they are the same, write `{}` in the {} lines that say otherwise",
            found.pattern(),
            lines.len()
        )),
    }
}

/// The last segments of two names of one leaf's tensor: `gamma` and `weight` of `h.0.ln.weight` and `h.0.ln.gamma`.
fn another_spelling<'n>(sought: &'n str, found: &'n str) -> Option<(&'n str, &'n str)> {
    const TENSORS: [&str; 2] = ["weight", "bias"];
    let (leaf, meant) = sought.rsplit_once('.')?;
    let (same, spelling) = found.rsplit_once('.')?;
    (leaf == same && TENSORS.contains(&meant)).then_some((spelling, meant))
}

/// The text of a line with the part that was found in place of the one that was sought: `h.{i}.attn` for `h.{i}.atn` and
/// `h.0.attn`. Nothing when the part is but the beginning of what the line names.
fn respelt(source: &str, found: &str) -> Option<String> {
    let mut holes = source.split('.').filter(|segment| segment.starts_with('{'));
    if source.split('.').count() != found.split('.').count() {
        return None;
    }
    let segments = found.split('.').map(|segment| match segment.parse::<usize>() {
        Ok(_) => holes.next(),
        Err(_) => Some(segment),
    });
    let segments: Option<Vec<&str>> = segments.collect();
    segments.map(|segments| segments.join("."))
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

/// A tensor of the model that the table has no line for: the format `lacks` it, or nothing says where it is kept.
pub(super) fn no_entry(path: &str, table: &WeightsTable) -> Problem {
    let format = &table.format;
    Problem::new(
        codes::NO_ENTRY,
        format!("`{path}` has no place in the weights table `{format}`"),
    )
    .help("build the model without this part, or give it a line of the table")
}
