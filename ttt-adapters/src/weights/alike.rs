//! Names that differ only in their indices, so that one mistake is told once.

use indexmap::IndexMap;

/// Names alike: those of whole copies of a repeated part, or those of one tensor in several copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alike<'a> {
    /// What they are called together.
    pub label: String,
    /// In order; never empty.
    pub names: Vec<&'a str>,
    /// Whether they are all of the tensors of copies of a repeated part.
    pub is_copy: bool,
}

/// Groups names. `is_whole` says whether a copy, `model.layers.3.`, has no other names than these.
pub(super) fn alike<'a>(
    names: impl IntoIterator<Item = &'a str>,
    is_whole: impl Fn(&str) -> bool,
) -> Vec<Alike<'a>> {
    let mut groups: IndexMap<(String, bool), Vec<&str>> = IndexMap::new();
    for name in names {
        let copy = copy_of(name).filter(|copy| is_whole(&format!("{copy}.")));
        let key = match copy.and_then(|copy| copy.rsplit_once('.')) {
            Some((part, _)) => (part.to_string(), true),
            None => (without_indices(name), false),
        };
        groups.entry(key).or_default().push(name);
    }
    groups
        .into_iter()
        .map(|((_, is_copy), names)| Alike {
            label: label(&names, is_copy),
            is_copy: is_copy && names.len() > 1,
            names,
        })
        .collect()
}

/// The name with every index as `*`.
pub(super) fn without_indices(name: &str) -> String {
    let segments = name.split('.').map(|segment| match segment.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => segment,
    });
    segments.collect::<Vec<_>>().join(".")
}

/// `` `x.0.w` ``, `` `x.0.w` and `x.1.w` ``, `` `x.0.w` and 11 like it, up to `x.11.w` ``, `` `x.1` to `x.3` ``.
pub(super) fn label(names: &[&str], is_copy: bool) -> String {
    let (Some(first), Some(last)) = (names.first(), names.last()) else {
        return String::new();
    };
    match (
        is_copy.then(|| copy_of(first)).flatten(),
        copy_of(last),
        names.len(),
    ) {
        (_, _, 1) => format!("`{first}`"),
        (Some(first), Some(last), count) if first == last => format!("`{first}` ({count} tensors)"),
        (Some(first), Some(last), count) => format!("`{first}` to `{last}` ({count} tensors)"),
        (_, _, 2) => format!("`{first}` and `{last}`"),
        (_, _, count) => format!("`{first}` and {} like it, up to `{last}`", count - 1),
    }
}

/// `model.layers.3` of `model.layers.3.norm.weight`: up to the first index.
fn copy_of(name: &str) -> Option<&str> {
    let mut end = 0;
    for segment in name.split('.') {
        end += segment.len();
        if segment.parse::<usize>().is_ok() {
            return (end < name.len()).then(|| &name[..end]);
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn whole_copies_and_single_tensors_are_told_once() {
        let names = [
            "h.0.w", "h.1.w", "h.2.w", "g.4.a", "g.4.b", "g.5.a", "g.5.b", "x.y",
        ];
        let groups = alike(names, |copy| copy.starts_with("g."));
        let labels: Vec<&str> = groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "`h.0.w` and 2 like it, up to `h.2.w`",
                "`g.4` to `g.5` (4 tensors)",
                "`x.y`"
            ]
        );
    }
}
