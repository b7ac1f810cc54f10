//! What is left on both sides: tensors that nothing fills, and names that nothing takes.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::alike::{Alike, Fronts, alike};
use super::missing::{Missing, lacking, missing, renamed};
use super::plan::Planning;
use super::refused::{refused, rest_refused};
use crate::error::{Problem, codes};

/// How like two names of a part must be for one to be meant for the other, when their tensors are not of one shape.
const LIKENESS: f64 = 0.6;

/// How many parts of each side are looked at one by one. A file with more that do not fit is not of this model, and
/// comparing all of them with each other would never end.
const MANY: usize = 32;

/// One problem for each reason why something is left: another prefix, a part of another name, a part that is missing, a
/// part that nothing takes.
pub(super) fn unmatched(planning: &Planning<'_>, unfilled: &[&str], unknown: &[&str]) -> Vec<Problem> {
    let (mut missing, mut problems) = missing(planning, unfilled);
    let mut unknown = unknown.to_vec();
    let of_prefix = another_prefix(planning, &mut missing, &mut unknown);
    if of_prefix.is_none()
        && let Some(problem) = another_model(planning, &missing, &unknown)
    {
        problems.push(problem);
        return problems;
    }
    problems.extend(of_prefix);

    let in_file = Fronts::new(planning.source.tensors().keys().map(String::as_str));
    let bindings = planning.bindings.bindings.iter();
    let spelt: Vec<String> = bindings
        .map(|binding| planning.names.spelling(&binding.source, binding.is_base))
        .collect();
    let in_table = Fronts::new(spelt.iter().map(String::as_str));
    let mut lacking_parts = alike(missing.keys().map(String::as_str), &in_file);
    let mut unknown_parts = alike(unknown.iter().copied(), &in_table);
    let lacking_rest = lacking_parts.split_off(lacking_parts.len().min(MANY));
    let unknown_rest = unknown_parts.split_off(unknown_parts.len().min(MANY));
    let candidates = &unknown[..unknown.len().min(MANY * MANY)];
    for part in &lacking_parts {
        problems.push(match counterpart(planning, &missing, part, &mut unknown_parts) {
            Some(found) => renamed(planning, &missing, part, &found),
            None => lacking(planning, &missing, part, candidates),
        });
    }
    problems.extend(unknown_parts.iter().map(|part| refused(planning, part)));
    problems.extend(rest_refused(
        &lacking_rest,
        codes::MISSING_TENSOR,
        "the checkpoint lacks",
    ));
    problems.extend(rest_refused(
        &unknown_rest,
        codes::REFUSED_TENSOR,
        "nothing takes",
    ));
    problems
}

/// A checkpoint that has nothing of the model is not worth a list of what it lacks.
fn another_model(
    planning: &Planning<'_>,
    missing: &IndexMap<String, Missing<'_>>,
    unknown: &[&str],
) -> Option<Problem> {
    let bindings = &planning.bindings.bindings;
    let (name, _) = missing.first()?;
    let found = unknown
        .first()
        .filter(|_| !bindings.iter().any(|binding| planning.has(binding)))?;
    let table = &planning.request.table.format;
    (missing.len() > 1 && unknown.len() > 1).then(|| {
        Problem::new(codes::MISSING_TENSOR, "the checkpoint has no tensor of the model")
            .found(format!("`{found}` and {} more", unknown.len() - 1))
            .expected(format!("`{name}` and {} more", missing.len() - 1))
            .help(format!(
                "it is of another model, or not in the layout of the `{table}` table"
            ))
    })
}

/// Takes out the part that is meant: with the same tensors, and of the same shapes or almost the same name.
fn counterpart<'a>(
    planning: &Planning<'_>,
    missing: &IndexMap<String, Missing<'_>>,
    part: &Alike<'_>,
    unknown: &mut Vec<Alike<'a>>,
) -> Option<Alike<'a>> {
    if part.is_copy {
        return None;
    }
    let likeness = |found: &Alike<'_>| {
        let pairs = part.pairs(found)?;
        let likeness = strsim::normalized_damerau_levenshtein(&part.pattern(), &found.pattern());
        let same_shape = |(name, found): &(&str, &str)| {
            let stored = planning.source.tensors().get(*found);
            stored.is_some_and(|stored| stored.shape == missing[*name].binding.shape)
        };
        (likeness > LIKENESS || pairs.iter().all(same_shape)).then_some(likeness)
    };
    let rated = unknown.iter().enumerate();
    let rated = rated.filter_map(|(index, found)| Some((index, likeness(found)?)));
    let (best, _) = rated.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(unknown.remove(best))
}

/// The front that the checkpoint's names have and the table's lack, or the other way round.
enum Front {
    InFile(String),
    InTable(String),
}

impl Front {
    /// The checkpoint's name for what the table calls `name`.
    fn in_file(&self, name: &str) -> Option<String> {
        match self {
            Front::InFile(front) => Some(format!("{front}.{name}")),
            Front::InTable(front) => name.strip_prefix(front)?.strip_prefix('.').map(str::to_string),
        }
    }
}

/// The front by which the first name differs that differs by one at all.
fn front(missing: &IndexMap<String, Missing<'_>>, unknown: &[&str]) -> Option<Front> {
    let in_file: HashMap<&str, &str> = unknown
        .iter()
        .flat_map(|name| split(name))
        .map(|(front, end)| (end, front))
        .collect();
    let known: HashSet<&str> = unknown.iter().copied().collect();
    missing.keys().find_map(|name| {
        let of_file = in_file
            .get(name.as_str())
            .map(|front| Front::InFile(front.to_string()));
        of_file.or_else(|| {
            let (front, _) = split(name).find(|(_, end)| known.contains(end))?;
            Some(Front::InTable(front.to_string()))
        })
    })
}

/// A name cut in two at each of its dots.
fn split(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.match_indices('.')
        .map(|(dot, _)| (&name[..dot], &name[dot + 1..]))
}

/// Where many names differ from the table's by one front alone, that is the mistake. Takes out what it explains.
fn another_prefix(
    planning: &Planning<'_>,
    missing: &mut IndexMap<String, Missing<'_>>,
    unknown: &mut Vec<&str>,
) -> Option<Problem> {
    /// Fewer may as well be parts of another name.
    const AT_LEAST: usize = 3;
    let front = front(missing, unknown)?;
    let explained: IndexMap<String, String> = missing
        .keys()
        .filter_map(|name| Some((front.in_file(name)?, name.clone())))
        .filter(|(found, _)| planning.source.tensors().contains_key(found))
        .collect();
    if explained.len() < AT_LEAST || explained.len() * 2 < missing.len() {
        return None;
    }
    let unbound = &planning.bindings.unbound;
    let is_passed_over = |name: &str| match &front {
        Front::InFile(front) => {
            let bare = name.strip_prefix(front).and_then(|rest| rest.strip_prefix('.'));
            bare.is_some_and(|bare| {
                unbound
                    .iter()
                    .any(|unbound| unbound.pattern.match_front(bare).is_some())
            })
        }
        Front::InTable(_) => false,
    };
    missing.retain(|name, _| {
        front
            .in_file(name)
            .is_none_or(|found| !explained.contains_key(&found))
    });
    unknown.retain(|name| !explained.contains_key(*name) && !is_passed_over(name));
    let table = &planning.request.table;
    let (found, name) = explained.first()?;
    let message = format!(
        "{} tensors have other names than the weights table says, all in the same way: `{found}` for `{name}`",
        explained.len()
    );
    let help = match &front {
        Front::InFile(front) => format!(
            "say what the names begin with: `weights {}(prefix: \"{front}\")`",
            table.format
        ),
        Front::InTable(front) => format!(
            "take `{front}.` out of the table's names; where some checkpoints have it, say `prefix: \"{front}\"`"
        ),
    };
    Some(
        Problem::new(codes::MISSING_TENSOR, message)
            .tensor(found)
            .line(table.format.place)
            .help(help),
    )
}
