//! Names that are wrong for one reason, so that one mistake is told once.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

/// Names alike: all of a part that the other side knows nothing of, in each of its copies.
#[derive(Clone, Debug, Default)]
pub(super) struct Alike<'a> {
    /// What they are called together.
    pub label: String,
    /// In order; never empty.
    pub names: Vec<&'a str>,
    /// The part, once for each copy: `h.0.attn.c_attn`.
    pub stems: IndexSet<&'a str>,
    /// Whether they are all of the tensors of copies of a repeated part.
    pub is_copy: bool,
    /// The names by the indices of the copy and what follows the part.
    tails: HashMap<(String, &'a str), &'a str>,
}

/// Every name of one side, and every front of a name up to a dot.
#[derive(Clone, Debug, Default)]
pub(super) struct Fronts<'a>(HashSet<&'a str>);

impl<'a> Fronts<'a> {
    pub fn new(names: impl IntoIterator<Item = &'a str>) -> Fronts<'a> {
        Fronts(names.into_iter().flat_map(fronts).collect())
    }

    /// The shortest front of a name that this side does not have: what is wrong begins there.
    fn stem<'n>(&self, name: &'n str) -> &'n str {
        fronts(name).find(|front| !self.0.contains(front)).unwrap_or(name)
    }
}

/// `h`, `h.0`, `h.0.w`
fn fronts(name: &str) -> impl Iterator<Item = &str> {
    let dots = name.match_indices('.').map(|(end, _)| end);
    dots.chain([name.len()]).map(|end| &name[..end])
}

/// Groups names that the other side lacks by the parts that it knows nothing of.
pub(super) fn alike<'a>(names: impl IntoIterator<Item = &'a str>, others: &Fronts<'_>) -> Vec<Alike<'a>> {
    let mut groups: IndexMap<String, Alike<'_>> = IndexMap::new();
    for name in names {
        let stem = others.stem(name);
        let group = groups.entry(without_indices(stem)).or_default();
        group.stems.insert(stem);
        group.names.push(name);
        group.tails.insert((indices(stem), &name[stem.len()..]), name);
    }
    let groups = groups.into_iter().map(|(key, group)| Alike {
        label: label_of_part(&group.stems, &group.names),
        is_copy: key.ends_with(".*"),
        ..group
    });
    groups.collect()
}

impl<'a> Alike<'a> {
    /// The part with every index as `*`.
    pub fn pattern(&self) -> String {
        self.stems
            .first()
            .map(|stem| without_indices(stem))
            .unwrap_or_default()
    }

    /// The names of two parts that may be one, side by side: of the same copies, and the same after the part's name.
    pub fn pairs<'b>(&self, other: &Alike<'b>) -> Option<Vec<(&'a str, &'b str)>> {
        if self.tails.len() != other.tails.len() {
            return None;
        }
        let tails = self.tails.iter();
        tails
            .map(|(tail, name)| Some((*name, *other.tails.get(tail)?)))
            .collect()
    }
}

/// The name with every index as `*`.
pub(super) fn without_indices(name: &str) -> String {
    let segments = name.split('.').map(|segment| match segment.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => segment,
    });
    segments.collect::<Vec<_>>().join(".")
}

/// `3.0` of `h.3.x.0.w`.
fn indices(name: &str) -> String {
    let indices = name.split('.').filter(|segment| segment.parse::<usize>().is_ok());
    indices.collect::<Vec<_>>().join(".")
}

/// `` `x.0.w` ``, `` `x.0.w` and `x.1.w` ``, `` `x.0.w` and 11 like it, up to `x.11.w` ``.
pub(super) fn label(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => format!("`{name}`"),
        [first, last] => format!("`{first}` and `{last}`"),
        [first, .., last] => format!("`{first}` and {} like it, up to `{last}`", names.len() - 1),
    }
}

/// As [`label`], with what is missing of a part as a whole: `` `x.1` (3 tensors) ``, `` `x.1` to `x.3` (9 tensors) ``.
fn label_of_part(stems: &IndexSet<&str>, names: &[&str]) -> String {
    let count = names.len();
    if count <= stems.len() {
        return label(names);
    }
    match (stems.first(), stems.last(), stems.len()) {
        (Some(only), _, 1) => format!("`{only}` ({count} tensors)"),
        (Some(first), Some(last), _) => format!("`{first}` to `{last}` ({count} tensors)"),
        _ => label(names),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fronts, alike};

    #[test]
    fn what_is_missing_of_a_part_is_told_once() {
        let names = [
            "h.0.w", "h.1.w", "h.2.w", "g.4.a", "g.4.b", "g.5.a", "g.5.b", "x.y", "m.0.p.w", "m.0.p.b",
            "m.1.p.w", "m.1.p.b",
        ];
        let others = Fronts::new(["h.0.v", "h.1.v", "h.2.v", "g.3.a", "m.0.q.w", "m.1.q.w"]);
        let groups = alike(names, &others);
        let labels: Vec<&str> = groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "`h.0.w` and 2 like it, up to `h.2.w`",
                "`g.4` to `g.5` (4 tensors)",
                "`x.y`",
                "`m.0.p` to `m.1.p` (4 tensors)"
            ]
        );
    }
}
