//! The one table of codes: `T0xx` syntax, `T1xx` names, `T2xx` params, kinds and arity, `T3xx` shapes and element types,
//! `T4xx` requires and presets, `T5xx` ties, heads and `extends`, `T6xx` config tables, `T7xx` weights tables.

use std::fmt;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `T001`
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One paragraph: what the rule is and why it is one.
    pub explanation: &'static str,
}

/// The row with this id.
pub fn find(id: &str) -> Option<Code> {
    TABLE
        .iter()
        .find(|code| code.id.eq_ignore_ascii_case(id))
        .copied()
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// A macro, so that a row is written once and gives both a name to use and an entry to list.
macro_rules! table {
    ($($name:ident $id:literal $title:literal $explanation:literal)*) => {
        $(#[doc = concat!($id, ": ", $title, ". ", $explanation)]
        pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };)*

        /// Every code, in order.
        pub static TABLE: &[Code] = &[$($name),*];
    };
}

table! {
    LEXICAL "T001" "not a token"
        "The text cannot be cut into tokens: a bracket or a quote is left open, or a character belongs to no token. \
         The language's tokens are Rust's."
    UNEXPECTED "T002" "unexpected token"
        "The grammar wants something else here. The message names what was found and what may stand in its place."
    MISSING "T003" "unfinished"
        "The text ends in the middle of something, as in `attn: ;`. What is complete around it is still checked."
    UNKNOWN_ITEM "T004" "unknown item"
        "What stands between the braces of a source, block, model, head or table begins with a word of a small set. \
         Nothing unknown is skipped, since a misspelt line would silently change the architecture."
    NOT_A_NAME "T005" "not usable as a name"
        "Parts, params and heads become Rust fields and functions, and their names segments of tensor paths, so words \
         that Rust keeps for itself cannot name them."
    ORDER "T006" "positional after named"
        "Positional arguments come first, named ones after them."
    NUMBER "T007" "not a number of the language"
        "Whole numbers are 64 bits wide and signed; other numbers are finite and 64 bits wide. Neither takes a suffix."
    REPEATED "T008" "said twice"
        "A block, model or head has one `forward`; a head has one `loss`; an option is given once. A second one would \
         silently win over the first."
    TOML "T009" "not TOML"
        "The file is not valid TOML, so none of it can be read as a schema."
    TOML_VALUE "T010" "wrong kind of TOML value"
        "A key of the TOML spelling holds a table, a list, a text, a number or a boolean; the message says which one \
         belongs here."
    TOML_KEY "T011" "unknown TOML key"
        "Nothing unknown is skipped, since a misspelt key would silently change the architecture."
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn ids_ascend_and_so_are_unique() {
        assert!(TABLE.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
