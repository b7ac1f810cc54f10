//! Static values.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The value of a param or let.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A Bool.
    Bool(bool),
    /// A Dim or Int.
    Int(i64),
    /// A Float.
    Float(f64),
    /// A variant's name.
    Variant(String),
}

/// Static values by name, in order of declaration.
pub type Values = IndexMap<String, Scalar>;

/// What names of static expressions stand for: [`Values`], or what a call puts before them.
pub trait Names {
    /// The value of a name, if it has one.
    fn value(&self, name: &str) -> Option<&Scalar>;
}

impl Names for Values {
    fn value(&self, name: &str) -> Option<&Scalar> {
        self.get(name)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(value) => write!(f, "{value}"),
            Scalar::Int(value) => write!(f, "{value}"),
            Scalar::Float(value) => write!(f, "{value:?}"),
            Scalar::Variant(name) => f.write_str(name),
        }
    }
}
