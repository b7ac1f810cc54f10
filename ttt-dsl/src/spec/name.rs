//! Names and dotted paths.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Expr;
use crate::place::Place;

/// An identifier and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Name {
    /// The text of the identifier.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

impl Name {
    /// A name that nobody wrote.
    pub fn new(text: impl Into<String>) -> Name {
        Name {
            text: text.into(),
            place: Place::NOWHERE,
        }
    }

    /// The name of what could not be read: the mistake is reported, and nothing that follows from it need be.
    pub const MISSING: Name = Name {
        text: String::new(),
        place: Place::NOWHERE,
    };

    /// Whether this stands for what could not be read.
    pub fn is_missing(&self) -> bool {
        self.text.is_empty()
    }

    /// The text of the identifier.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<String> for Name {
    fn from(text: String) -> Name {
        Name::new(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `h[i].attn.q`: parts, and perhaps a tensor of the last one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// From the outside in; never empty.
    pub segments: Vec<Segment>,
    /// The whole path.
    #[serde(skip)]
    pub place: Place,
}

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The part's or tensor's name.
    pub name: Name,
    /// The index of a repeated part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<SegmentIndex>,
}

/// `[i]` or `[0]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentIndex {
    /// A name bound by `{i}` in the source's text.
    Name(Name),
    /// A static expression; in practice a number.
    Expr(Box<Expr>),
}
