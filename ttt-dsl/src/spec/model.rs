//! Models, heads, presets.

use serde::{Deserialize, Serialize};

use super::{
    Arg, Body, BodyRef, Checkpoint, ConfigTable, Expr, Name, Param, Part, Path, Transform, WeightsTable,
};

/// An architecture with params of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The model's name.
    pub name: Name,
    /// The model it copies before its own items apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<Name>,
    /// What is removed from or replaced in the copied model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// Params; every one has a default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// Its lets, requires, parts, ties and forward.
    #[serde(flatten)]
    pub body: Body,
    /// What is changed after all this is written, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Transform>,
    /// Heads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<Head>,
    /// Presets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<Preset>,
    /// How foreign configurations fill the params, one table per format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<ConfigTable>,
    /// Where tensors come from, one table per format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<WeightsTable>,
    /// Checkpoints that fit it, which the compiler compares with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<Checkpoint>,
}

/// `remove wpe;`, `replace h with [Other(dim); layers];`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "a handful of values exist at a time")]
pub enum Edit {
    /// Takes a part, head, preset, param or tie out of the copied model.
    Remove(Path),
    /// Puts another part in the place of a copied one; `part.name` is the replaced part's name.
    Replace(Part),
}

impl Edit {
    /// The name it begins with, of something in the copied model.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Edit::Remove(path) => path.segments.first().map(|segment| &segment.name),
            Edit::Replace(part) => Some(&part.name),
        }
    }
}

/// Parts and a loss on top of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The head's name, snake case.
    pub name: Name,
    /// Params beside the model's; every one has a default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// The name of a dimension that the model's inputs carry after their first, folded into it while the model runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<Name>,
    /// Its lets, requires, parts, ties and forward.
    #[serde(flatten)]
    pub body: Body,
    /// What it is trained with: the sum of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
}

/// `loss next_token;`, `loss cross_entropy(logits: mc_logits, labels: mc_labels);`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// One of [`crate::standard::losses`].
    pub name: Name,
    /// Named arguments: another tensor in the place of one that it reads, or a static value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Arg>,
}

/// `preset medium { dim: 1024 }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The preset's name, snake case.
    pub name: Name,
    /// The params that differ from their defaults.
    pub values: Vec<(Name, Expr)>,
}

impl Model {
    /// The head of this name.
    pub fn head(&self, name: &str) -> Option<&Head> {
        self.heads.iter().find(|head| head.name.as_str() == name)
    }

    /// The preset of this name.
    pub fn preset(&self, name: &str) -> Option<&Preset> {
        self.presets.iter().find(|preset| preset.name.as_str() == name)
    }

    /// The config table for this format.
    pub fn config(&self, format: &str) -> Option<&ConfigTable> {
        self.configs.iter().find(|table| table.format.as_str() == format)
    }

    /// The weights table for this format.
    pub fn weights(&self, format: &str) -> Option<&WeightsTable> {
        self.weights.iter().find(|table| table.format.as_str() == format)
    }

    /// Params and body.
    pub fn as_body(&self) -> BodyRef<'_> {
        BodyRef {
            name: &self.name,
            params: &self.params,
            body: &self.body,
        }
    }
}

impl Head {
    /// Params and body.
    pub fn as_body(&self) -> BodyRef<'_> {
        BodyRef {
            name: &self.name,
            params: &self.params,
            body: &self.body,
        }
    }
}
