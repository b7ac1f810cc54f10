//! Codes of mistakes, and how a table of them is written.

use std::fmt;

use serde::{Serialize, Serializer};

/// A row of a table of codes.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// `T001`
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// One paragraph: what the rule is and why it is one.
    pub explanation: &'static str,
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

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

/// Writes a table of codes, a row each: `NAME "T001" "title" "explanation"`.
///
/// A macro, so that a row is written once and gives both a name to use and an entry to list.
#[macro_export]
macro_rules! codes {
    ($($name:ident $id:literal $title:literal $explanation:literal)*) => {
        $(#[doc = concat!($id, ": ", $title, ". ", $explanation)]
        pub const $name: $crate::diagnostic::Code =
            $crate::diagnostic::Code { id: $id, title: $title, explanation: $explanation };)*

        /// Every code, in order.
        pub static TABLE: &[$crate::diagnostic::Code] = &[$($name),*];

        /// The row with this id.
        pub fn find(id: &str) -> Option<$crate::diagnostic::Code> {
            TABLE.iter().find(|code| code.id.eq_ignore_ascii_case(id)).copied()
        }
    };
}
