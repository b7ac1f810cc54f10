//! Two trees of pieces, compared.

use indexmap::IndexSet;

use super::likeness::{ALIKE, likeness};
use super::paths::{PartRename, rename_paths};
use super::sequence::common;
use super::words::{pieces, renamed};
use super::{Change, ChangeKind, Item};

/// What turns one schema's pieces into the other's.
pub(super) fn compare(left: Vec<Item>, right: Vec<Item>) -> Vec<Change> {
    let mut comparison = Comparison {
        changes: Vec::new(),
        renames: true,
    };
    let mut root = Item {
        inner: left,
        ..Item::default()
    };
    comparison.inside("", &mut root, &right);
    comparison.changes
}

/// The same for lists in which a name is all that makes a piece what it is.
pub(super) fn compare_named(left: Vec<Item>, right: Vec<Item>) -> Vec<Change> {
    let mut comparison = Comparison {
        changes: Vec::new(),
        renames: false,
    };
    let mut root = Item {
        inner: left,
        ..Item::default()
    };
    comparison.inside("", &mut root, &right);
    let moved = |change: &Change| change.kind == ChangeKind::Moved;
    comparison.changes.retain(|change| !moved(change));
    comparison.changes
}

struct Comparison {
    changes: Vec<Change>,
    renames: bool,
}

impl Comparison {
    /// Compares what stands in a piece. The left side takes the right one's names as they are found.
    fn inside(&mut self, path: &str, left: &mut Item, right: &[Item]) {
        let kinds: IndexSet<&'static str> = left.inner.iter().chain(right).map(|item| item.what).collect();
        if self.renames {
            for kind in &kinds {
                self.rename(path, kind, left, right);
            }
            match left.what {
                "" => rename_elsewhere(left, right),
                "model" => rename_params_of_heads(left, right),
                _ => {}
            }
        }
        for kind in kinds {
            let of_left: Vec<Item> = left
                .inner
                .iter()
                .filter(|item| item.what == kind)
                .cloned()
                .collect();
            let of_right: Vec<&Item> = right.iter().filter(|item| item.what == kind).collect();
            let is_named = of_left
                .iter()
                .chain(of_right.iter().copied())
                .all(|item| !item.name.is_empty());
            match is_named {
                true => self.named(path, of_left, &of_right),
                false => self.unnamed(path, of_left, &of_right),
            }
        }
    }

    /// Gives the left side's pieces the right one's names, wherever they are used.
    fn rename(&mut self, path: &str, kind: &str, left: &mut Item, right: &[Item]) {
        for (from, to) in renames(kind, &left.inner, right) {
            rename_all(left, &from, &to);
            self.changes.push(Change {
                kind: ChangeKind::Renamed,
                what: kind.to_string(),
                path: join(path, &from),
                before: Some(from),
                after: Some(to),
            });
        }
    }

    /// Compares pieces by their names. Of several of one name, equal ones go together, then those of one place.
    fn named(&mut self, path: &str, mut left: Vec<Item>, right: &[&Item]) {
        let pairs = matched(&left, right);
        for (position, item) in left.iter().enumerate() {
            if !pairs.iter().any(|(from, _)| *from == position) {
                self.push(ChangeKind::Removed, item, path, Some(&item.text), None);
            }
        }
        for (position, item) in right.iter().enumerate() {
            if !pairs.iter().any(|(_, to)| *to == position) {
                self.push(ChangeKind::Added, item, path, None, Some(&item.text));
            }
        }
        for (from, to) in &pairs {
            let (item, other) = (&mut left[*from], right[*to]);
            if item.text != other.text {
                self.push(
                    ChangeKind::Changed,
                    other,
                    path,
                    Some(&item.text),
                    Some(&other.text),
                );
            }
            self.inside(&join(path, &other.name), item, &other.inner);
        }
        self.moved(path, &pairs, right);
    }

    /// Tells pieces that stand elsewhere among those which both sides have.
    fn moved(&mut self, path: &str, pairs: &[(usize, usize)], right: &[&Item]) {
        let mut by_right = pairs.to_vec();
        by_right.sort_by_key(|(_, to)| *to);
        let after: Vec<usize> = by_right.iter().map(|(from, _)| *from).collect();
        let mut before = after.clone();
        before.sort_unstable();
        let stay = common(&before, &after);
        for (position, (_, to)) in by_right.iter().enumerate() {
            if stay.iter().any(|(_, kept)| *kept == position) {
                continue;
            }
            let previous = position
                .checked_sub(1)
                .and_then(|previous| by_right.get(previous));
            let previous = previous
                .map(|(_, to)| right[*to].name.as_str())
                .unwrap_or_default();
            self.push(ChangeKind::Moved, right[*to], path, None, Some(previous));
        }
    }

    /// Compares pieces without names in order: what differs between two that are equal is changed as far as both have
    /// something there.
    fn unnamed(&mut self, path: &str, mut left: Vec<Item>, right: &[&Item]) {
        let texts = |item: &Item| item.text.clone();
        let of_left: Vec<String> = left.iter().map(texts).collect();
        let of_right: Vec<String> = right.iter().map(|item| item.text.clone()).collect();
        let mut ends = common(&of_left, &of_right);
        for (from, to) in &ends {
            self.inside(path, &mut left[*from], &right[*to].inner);
        }
        ends.push((left.len(), right.len()));
        let (mut i, mut j) = (0, 0);
        for (end_left, end_right) in ends {
            while i < end_left && j < end_right {
                self.push(
                    ChangeKind::Changed,
                    right[j],
                    path,
                    Some(&of_left[i]),
                    Some(&of_right[j]),
                );
                (i, j) = (i + 1, j + 1);
            }
            for (item, text) in left[i..end_left].iter().zip(&of_left[i..]) {
                self.push(ChangeKind::Removed, item, path, Some(text), None);
            }
            for (item, text) in right[j..end_right].iter().zip(&of_right[j..]) {
                self.push(ChangeKind::Added, item, path, None, Some(text));
            }
            (i, j) = (end_left + 1, end_right + 1);
        }
    }

    fn push(&mut self, kind: ChangeKind, item: &Item, path: &str, before: Option<&str>, after: Option<&str>) {
        self.changes.push(Change {
            kind,
            what: item.what.to_string(),
            path: join(path, &item.name),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        });
    }
}

/// Pairs of positions of pieces that are one, in the order of the left side.
fn matched(left: &[Item], right: &[&Item]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for equal_texts in [true, false] {
        for (from, item) in left.iter().enumerate() {
            if pairs.iter().any(|(known, _)| *known == from) {
                continue;
            }
            let free = |to: &usize| !pairs.iter().any(|(_, known)| known == to);
            let same =
                |to: &usize| right[*to].name == item.name && (!equal_texts || right[*to].text == item.text);
            if let Some(to) = (0..right.len()).filter(free).find(same) {
                pairs.push((from, to));
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Pieces that only one side has and that are alike: the names of the left one and of the right one.
fn renames(kind: &str, left: &[Item], right: &[Item]) -> Vec<(String, String)> {
    let of_kind = |item: &&Item| item.what == kind && !item.name.is_empty();
    let lacks = |items: &[Item], name: &str| !items.iter().filter(of_kind).any(|item| item.name == name);
    let only_right = || {
        right
            .iter()
            .filter(of_kind)
            .filter(|item| lacks(left, &item.name))
    };
    let mut pairs: Vec<(f64, &Item, &Item)> = Vec::new();
    for from in left
        .iter()
        .filter(of_kind)
        .filter(|item| lacks(right, &item.name))
    {
        let alike = only_right().map(|to| (likeness(from, to), from, to));
        pairs.extend(alike.filter(|(likeness, ..)| *likeness >= ALIKE));
    }
    // The sort is stable: where several are as alike, order decides.
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut taken: Vec<(String, String)> = Vec::new();
    for (_, from, to) in pairs {
        if !taken
            .iter()
            .any(|(one, other)| *one == from.name || *other == to.name)
        {
            taken.push((from.name.clone(), to.name.clone()));
        }
    }
    taken
}

/// What a block or leaf calls its params is also what calls in other bodies name, and what a block calls its parts stands
/// in the paths of models.
fn rename_elsewhere(left: &mut Item, right: &[Item]) {
    let mut arguments = Vec::new();
    let mut parts = Vec::new();
    for item in left
        .inner
        .iter()
        .filter(|item| matches!(item.what, "block" | "leaf"))
    {
        let Some(other) = right
            .iter()
            .find(|other| other.what == item.what && other.name == item.name)
        else {
            continue;
        };
        let params = renames("param", &item.inner, &other.inner);
        arguments.extend(params.into_iter().map(|(from, to)| (item.name.clone(), from, to)));
        parts.extend(
            renames("part", &item.inner, &other.inner)
                .into_iter()
                .map(|(from, to)| PartRename {
                    block: item.name.clone(),
                    from,
                    to,
                }),
        );
    }
    rename_paths(&mut left.inner, &parts);
    for part in left.inner.iter_mut().flat_map(|item| &mut item.inner) {
        arguments
            .iter()
            .for_each(|(callee, from, to)| rename_argument(part, callee, from, to));
    }
}

/// Params of heads are params of their model, in its tables and presets.
fn rename_params_of_heads(model: &mut Item, right: &[Item]) {
    let heads: Vec<Item> = model
        .inner
        .iter()
        .filter(|item| item.what == "head")
        .cloned()
        .collect();
    for head in heads {
        let other = right
            .iter()
            .find(|other| other.what == "head" && other.name == head.name);
        let params = other
            .map(|other| renames("param", &head.inner, &other.inner))
            .unwrap_or_default();
        let tables = model
            .inner
            .iter_mut()
            .filter(|item| matches!(item.what, "config" | "preset"));
        for table in tables {
            params.iter().for_each(|(from, to)| rename_all(table, from, to));
        }
    }
}

fn rename_argument(item: &mut Item, callee: &str, from: &str, to: &str) {
    if item.what == "part" && pieces(&item.text).contains(&callee) {
        item.text = item.text.replace(&format!(" {from}: "), &format!(" {to}: "));
        item.text = item.text.replace(&format!("({from}: "), &format!("({to}: "));
    }
    item.inner
        .iter_mut()
        .for_each(|inner| rename_argument(inner, callee, from, to));
}

/// Documentation is prose, in which a name may be a word like others.
fn rename_all(item: &mut Item, from: &str, to: &str) {
    for inner in item.inner.iter_mut().filter(|inner| inner.what != "doc") {
        inner.name = renamed(&inner.name, from, to);
        inner.text = renamed(&inner.text, from, to);
        rename_all(inner, from, to);
    }
}

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        (path, "") => path.to_string(),
        ("", name) => name.to_string(),
        (path, name) => format!("{path}.{name}"),
    }
}
