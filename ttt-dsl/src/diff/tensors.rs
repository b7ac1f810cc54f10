//! Tensors, compared.

use serde::Serialize;

use super::{Change, ChangeKind};

/// A tensor that one side has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TensorRow {
    /// Its whole name.
    pub name: String,
    /// Its sizes.
    pub shape: Vec<usize>,
    /// What it is stored as, where it is stored: `F32`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtype: Option<String>,
}

/// Names less alike than this are not one tensor with another name.
const ALIKE: f64 = 0.7;

/// What differs: tensors by name, then those of one shape by the likeness of their names. A type counts where both sides
/// say one.
pub fn tensors(left: &[TensorRow], right: &[TensorRow]) -> Vec<Change> {
    let named = |rows: &[TensorRow], name: &str| rows.iter().any(|row| row.name == name);
    let mut removed: Vec<&TensorRow> = left.iter().filter(|row| !named(right, &row.name)).collect();
    let mut added: Vec<&TensorRow> = right.iter().filter(|row| !named(left, &row.name)).collect();
    let mut changes = renames(&mut removed, &mut added);
    changes.extend(
        removed
            .iter()
            .map(|row| change(ChangeKind::Removed, row, Some(said(row)), None)),
    );
    changes.extend(
        added
            .iter()
            .map(|row| change(ChangeKind::Added, row, None, Some(said(row)))),
    );
    for row in left {
        let Some(other) = right.iter().find(|other| other.name == row.name) else {
            continue;
        };
        let dtypes = row.dtype.is_some() && other.dtype.is_some() && row.dtype != other.dtype;
        if row.shape != other.shape || dtypes {
            changes.push(change(
                ChangeKind::Changed,
                row,
                Some(said(row)),
                Some(said(other)),
            ));
        }
    }
    alike_as_one(changes)
}

/// What is told of tensors that differ in an index alone, told once: `layer.*.norm.weight (30)`.
fn alike_as_one(changes: Vec<Change>) -> Vec<Change> {
    let mut groups: Vec<(Change, Vec<Change>)> = Vec::new();
    for change in changes {
        let pattern = Change {
            path: without_indices(&change.path),
            before: change.before.as_deref().map(without_indices_of_names),
            after: change.after.as_deref().map(without_indices_of_names),
            ..change.clone()
        };
        match groups.iter_mut().find(|(known, _)| *known == pattern) {
            Some((_, alike)) => alike.push(change),
            None => groups.push((pattern, vec![change])),
        }
    }
    let told = groups.into_iter().map(|(pattern, mut alike)| match alike.len() {
        1 => alike.remove(0),
        count => Change {
            path: format!("{} ({count})", pattern.path),
            ..pattern
        },
    });
    told.collect()
}

/// `layer.*.norm.weight`
fn without_indices(name: &str) -> String {
    let is_index =
        |segment: &str| !segment.is_empty() && segment.chars().all(|letter| letter.is_ascii_digit());
    let segments = name
        .split('.')
        .map(|segment| if is_index(segment) { "*" } else { segment });
    segments.collect::<Vec<_>>().join(".")
}

/// The same for a name, and a shape as it is.
fn without_indices_of_names(text: &str) -> String {
    match text.contains('[') {
        true => text.to_owned(),
        false => without_indices(text),
    }
}

/// Takes the pairs of the most alike names out of both.
fn renames(removed: &mut Vec<&TensorRow>, added: &mut Vec<&TensorRow>) -> Vec<Change> {
    let mut pairs: Vec<(f64, &TensorRow, &TensorRow)> = Vec::new();
    for from in removed.iter() {
        let alike = added.iter().filter(|to| to.shape == from.shape);
        let alike = alike.map(|to| (strsim::normalized_levenshtein(&from.name, &to.name), *from, *to));
        pairs.extend(alike.filter(|(likeness, ..)| *likeness >= ALIKE));
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut changes = Vec::new();
    for (_, from, to) in pairs {
        let free =
            removed.iter().any(|row| row.name == from.name) && added.iter().any(|row| row.name == to.name);
        if free {
            removed.retain(|row| row.name != from.name);
            added.retain(|row| row.name != to.name);
            changes.push(change(
                ChangeKind::Renamed,
                from,
                Some(from.name.clone()),
                Some(to.name.clone()),
            ));
        }
    }
    changes
}

fn change(kind: ChangeKind, row: &TensorRow, before: Option<String>, after: Option<String>) -> Change {
    Change {
        kind,
        what: "tensor".into(),
        path: row.name.clone(),
        before,
        after,
    }
}

/// `F32 [768, 768]`
fn said(row: &TensorRow) -> String {
    let sizes: Vec<String> = row.shape.iter().map(usize::to_string).collect();
    match &row.dtype {
        Some(dtype) => format!("{dtype} [{}]", sizes.join(", ")),
        None => format!("[{}]", sizes.join(", ")),
    }
}
