//! What is left on both sides: tensors that nothing fills, and names that nothing takes.

use indexmap::IndexMap;

use super::alike::{Alike, Fronts, alike};
use super::missing::{Missing, lacking, missing, renamed};
use super::plan::Planning;
use super::refused::refused;
use crate::error::{Problem, codes};

/// How like two names of a part must be for one to be meant for the other, when their tensors are not of one shape.
const LIKENESS: f64 = 0.6;

/// One problem for each reason why something is left: another prefix, a part of another name, a part that is missing, a
/// part that nothing takes.
pub(super) fn unmatched(planning: &Planning<'_>, unfilled: &[&str], unknown: &[&str]) -> Vec<Problem> {
    let (mut missing, mut problems) = missing(planning, unfilled);
    let mut unknown = unknown.to_vec();
    problems.extend(another_prefix(planning, &mut missing, &mut unknown));

    let in_file = Fronts::new(planning.source.tensors().keys().map(String::as_str));
    let spelt: Vec<String> = planning
        .bindings
        .bindings
        .iter()
        .map(|binding| planning.names.spelling(&binding.source, binding.is_base))
        .collect();
    let in_table = Fronts::new(spelt.iter().map(String::as_str));
    let lacking_parts = alike(missing.keys().map(String::as_str), &in_file);
    let mut unknown_parts: Vec<Option<Alike<'_>>> = alike(unknown.iter().copied(), &in_table)
        .into_iter()
        .map(Some)
        .collect();
    for part in &lacking_parts {
        problems.push(match counterpart(planning, &missing, part, &mut unknown_parts) {
            Some(found) => renamed(planning, &missing, part, &found),
            None => lacking(planning, &missing, part, &unknown),
        });
    }
    problems.extend(unknown_parts.iter().flatten().map(|part| refused(planning, part)));
    problems
}

/// Takes out the part that is meant: with the same tensors, and of the same shapes or almost the same name.
fn counterpart<'a>(
    planning: &Planning<'_>,
    missing: &IndexMap<String, Missing<'_>>,
    part: &Alike<'_>,
    unknown: &mut [Option<Alike<'a>>],
) -> Option<Alike<'a>> {
    if part.is_copy {
        return None;
    }
    let tails = part.tails();
    let likeness = |found: &Alike<'_>| {
        let same_tails = found.names.len() == part.names.len() && found.tails() == tails;
        let likeness = strsim::normalized_damerau_levenshtein(&part.pattern(), &found.pattern());
        let fits = likeness > LIKENESS || same_shapes(planning, missing, part, found);
        (same_tails && fits).then_some(likeness)
    };
    let candidates = unknown.iter().enumerate();
    let rated = candidates.filter_map(|(index, found)| Some((index, likeness(found.as_ref()?)?)));
    let (best, _) = rated.max_by(|a, b| a.1.total_cmp(&b.1))?;
    unknown[best].take()
}

fn same_shapes(
    planning: &Planning<'_>,
    missing: &IndexMap<String, Missing<'_>>,
    part: &Alike<'_>,
    found: &Alike<'_>,
) -> bool {
    let pairs = part.names.iter().zip(&found.names);
    pairs.into_iter().all(|(name, found)| {
        let stored = planning.source.tensors().get(*found);
        stored.is_some_and(|stored| stored.shape == missing[*name].binding.shape)
    })
}

/// Where many names differ from the table's by one front alone, that is the mistake. Takes out what it explains.
fn another_prefix(
    planning: &Planning<'_>,
    missing: &mut IndexMap<String, Missing<'_>>,
    unknown: &mut Vec<&str>,
) -> Option<Problem> {
    /// Fewer may as well be parts of another name.
    const MANY: usize = 3;
    let first = missing.keys().find_map(|name| {
        let ending = format!(".{name}");
        let longer = unknown.iter().find_map(|found| found.strip_suffix(&ending));
        longer.map(|prefix| (prefix.to_string(), true)).or_else(|| {
            let shorter = |found: &&&str| name.strip_suffix(**found).is_some_and(|rest| rest.ends_with('.'));
            let found = unknown.iter().find(shorter)?;
            Some((name[..name.len() - found.len() - 1].to_string(), false))
        })
    });
    let (prefix, is_longer) = first?;
    let in_file = |name: &str| match is_longer {
        true => Some(format!("{prefix}.{name}")),
        false => name.strip_prefix(&prefix)?.strip_prefix('.').map(str::to_string),
    };
    let explained: Vec<(String, String)> = missing
        .keys()
        .filter_map(|name| Some((name.clone(), in_file(name)?)))
        .filter(|(_, found)| planning.source.tensors().contains_key(found))
        .collect();
    if explained.len() < MANY || explained.len() * 2 < missing.len() {
        return None;
    }
    for (name, found) in &explained {
        missing.shift_remove(name);
        unknown.retain(|unknown| unknown != found);
    }
    let table = &planning.request.table;
    let (name, found) = &explained[0];
    let message = format!(
        "{} tensors have other names than the weights table says, all in the same way: `{found}` for `{name}`",
        explained.len()
    );
    let help = match is_longer {
        true => format!(
            "say what the names begin with: `weights {}(prefix: \"{prefix}\")`",
            table.format
        ),
        false => format!(
            "take `{prefix}.` out of the table's names; where some checkpoints have it, say `prefix: \"{prefix}\"`"
        ),
    };
    Some(
        Problem::new(codes::MISSING_TENSOR, message)
            .tensor(found)
            .line(table.format.place)
            .help(help),
    )
}
