//! Which code a person means.

use super::{Catalogue, Entry};
use crate::diagnostic::{Code, closest};

/// What was found for what a person typed.
#[derive(Clone, Debug)]
pub enum Found {
    /// The codes that it names; several when it is a number alone and two tables have it.
    Entries(Vec<Entry>),
    /// No code is named so; those that may be meant.
    Nearest(Vec<Code>),
}

/// Looks a code up as it is typed: `T103`, `t103`, `103`. A word finds the codes whose titles have it.
pub fn find(query: &str, catalogues: &[&Catalogue]) -> Found {
    let query = query.trim();
    let named = catalogues.iter().flat_map(|catalogue| {
        let codes = catalogue.codes.iter().copied();
        let named = codes.filter(|code| names(query, *code));
        named.filter_map(|code| catalogue.entry(code))
    });
    let entries: Vec<Entry> = named.collect();
    match entries.is_empty() {
        false => Found::Entries(entries),
        true => Found::Nearest(nearest(query, catalogues)),
    }
}

fn names(query: &str, code: Code) -> bool {
    let number = code
        .id
        .trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    code.id.eq_ignore_ascii_case(query) || number == query
}

fn nearest(query: &str, catalogues: &[&Catalogue]) -> Vec<Code> {
    let codes = || {
        catalogues
            .iter()
            .flat_map(|catalogue| catalogue.codes.iter().copied())
    };
    let word = query.to_lowercase();
    let titled: Vec<Code> = codes()
        .filter(|code| word.len() > 2 && code.title.to_lowercase().contains(&word))
        .collect();
    if !titled.is_empty() {
        return titled;
    }
    let id = closest(query, codes().map(|code| code.id));
    codes().filter(|code| Some(code.id) == id).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::{Found, find};
    use crate::diagnostic::catalogue::SCHEMAS;

    fn ids(query: &str) -> Vec<&'static str> {
        match find(query, &[&SCHEMAS]) {
            Found::Entries(entries) => entries.iter().map(|entry| entry.code.id).collect(),
            Found::Nearest(codes) => panic!("{query} finds none, but is near {codes:?}"),
        }
    }

    fn near(query: &str) -> Vec<&'static str> {
        match find(query, &[&SCHEMAS]) {
            Found::Entries(_) => panic!("{query} is a code"),
            Found::Nearest(codes) => codes.iter().map(|code| code.id).collect(),
        }
    }

    #[test]
    fn a_code_is_found_in_any_case_and_without_its_letter() {
        assert_eq!(ids("T103"), ["T103"]);
        assert_eq!(ids("t103"), ["T103"]);
        assert_eq!(ids("103"), ["T103"]);
    }

    #[test]
    fn a_slip_finds_the_nearest_and_a_word_the_titles() {
        assert_eq!(near("T1103"), ["T103"]);
        assert_eq!(near("broadcast"), ["T303"]);
        assert!(near("nonsense").is_empty());
    }
}
