//! How a foreign configuration fills a model's params.

use serde::{Deserialize, Serialize};

use super::{Expr, Name};
use crate::place::Place;

/// `config hf("gpt2") { … }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigTable {
    /// The format: `hf`, `gguf`, a user's own.
    pub format: Name,
    /// The `model_type`s it answers to.
    pub model_types: Vec<String>,
    /// Where each param comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<ConfigEntry>,
    /// What the configuration says besides, as far as it follows from the params.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<Agreement>,
    /// What the configuration must not say otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expects: Vec<Expect>,
    /// Keys known to change nothing here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignores: Vec<Name>,
    /// Params that no configuration gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<Name>,
    /// The head each of the format's class names asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub architectures: Vec<(String, HeadChoice)>,
}

/// `hidden: "n_inner" or 4 * dim`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigEntry {
    /// The param.
    pub param: Name,
    /// The first that is present and not null gives the value; never empty.
    pub sources: Vec<Source>,
}

/// One source of a [`ConfigEntry`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A key; dots descend.
    Key {
        /// The key.
        key: String,
        /// Where it stands.
        #[serde(skip)]
        place: Place,
    },
    /// `len("id2label")`: the number of entries of a key.
    Length {
        /// The key.
        key: String,
        /// Where it stands.
        #[serde(skip)]
        place: Place,
    },
    /// `present("pooler.dense.weight")`: whether the checkpoint has a tensor of this name, with or without the prefix;
    /// passed over when there is no checkpoint.
    Present {
        /// The tensor's name in the checkpoint.
        tensor: String,
        /// Where it stands.
        #[serde(skip)]
        place: Place,
    },
    /// `absent("output.weight")`: the opposite.
    Absent {
        /// The tensor's name in the checkpoint.
        tensor: String,
        /// Where it stands.
        #[serde(skip)]
        place: Place,
    },
    /// `none(-1)`: the value that stands for a key that is absent or null, and is written as none.
    Unset(Expr),
    /// A static expression over params.
    Value(Expr),
}

/// `also "rope.dimension_count" = head_dim`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// The key; dots descend.
    pub key: String,
    /// What it is: written with the configuration, and compared where a configuration that is read has the key.
    pub value: Expr,
    /// Where the key stands.
    #[serde(skip)]
    pub place: Place,
}

/// `expect "add_cross_attention" = false, "why"`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    /// The key; dots descend.
    pub key: String,
    /// What it may be; never empty. Absent and null are always fine.
    pub values: Vec<Literal>,
    /// Said when it is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// A value of a foreign configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// `true`
    Bool(bool),
    /// `12`
    Int(i64),
    /// `0.5`
    Float(f64),
    /// `"absolute"`
    Text(String),
}

impl HeadChoice {
    /// The head's name; none for the base.
    pub fn name(&self) -> Option<&str> {
        match self {
            HeadChoice::Base => None,
            HeadChoice::Head(name) => Some(name.as_str()),
        }
    }
}

/// What a class name of the format asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadChoice {
    /// The model itself.
    Base,
    /// One of its heads.
    Head(Name),
}
