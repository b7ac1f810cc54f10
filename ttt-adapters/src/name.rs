//! Names that look alike.

/// The candidate nearest to `name`, when one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?`, or else the first few candidates.
pub(crate) fn nearest_help<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
    plural: &str,
) -> String {
    if let Some(near) = nearest(name, candidates.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    match all.len() {
        0 => format!("there are no {plural}"),
        1..=12 => format!("the {plural} are: {}", all.join(", ")),
        count => format!(
            "there are {count} {plural}, the first are: {}",
            all[..6].join(", ")
        ),
    }
}
