//! Did you mean?

/// What to write instead of the guilty token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The text that replaces it.
    pub replacement: String,
}

impl Suggestion {
    /// The suggestion as a question.
    pub fn question(&self) -> String {
        format!("did you mean `{}`?", self.replacement)
    }
}

/// The candidate that `found` was probably meant to be: the one with the fewest slips, at most one in three letters.
pub fn closest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = found.chars().count();
    candidates
        .into_iter()
        .map(|candidate| (slips(found, candidate), candidate))
        .filter(|(slips, _)| *slips < letters && *slips <= (letters / 3).max(1))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// How many letters are wrong, missing, too many or swapped with the next; another case is none.
fn slips(a: &str, b: &str) -> usize {
    strsim::damerau_levenshtein(&a.to_lowercase(), &b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_typo_finds_its_word_and_a_stranger_finds_none() {
        let words = ["dim", "heads", "hidden", "require"];
        assert_eq!(closest("dmi", words), Some("dim"));
        assert_eq!(closest("reqiure", words), Some("require"));
        assert_eq!(closest("vocab", words), None);
    }
}
