//! The schema: plain data, equal wherever it was written, the same for every spelling and every source.

mod block;
mod checkpoint;
mod config;
mod expr;
mod model;
mod name;
mod transform;
mod types;
mod weights;

pub use block::{Block, Body, BodyRef, Forward, Leaf, LeafWeight, Let, Param, Part, PartCall, Require, Tie};
pub use checkpoint::Checkpoint;
pub use config::{Agreement, ConfigEntry, ConfigTable, Expect, HeadChoice, Literal, Source};
pub use expr::{Arg, BinaryOp, Expr, ExprKind, IndexItem, Pattern, Statement, UnaryOp};
pub use model::{Edit, Head, Loss, Model, Preset};
pub use name::{Name, Path, Segment, SegmentIndex};
pub use transform::{Action, Copies, Encoding, PathPattern, PathStep, PatternStep, Transform};
pub use types::{
    DimItem, ElementType, EnumDecl, Function, Input, Kind, Output, Signature, TensorType, Variant,
};
pub use weights::{
    Alias, HeadPrefix, LinearLayout, RopePairing, Step, Target, WeightsEntry, WeightsOptions, WeightsTable,
};

use serde::{Deserialize, Serialize};

/// Everything one source declares, in order of writing within each kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// Enumerations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enums: Vec<EnumDecl>,
    /// Functions; only the standard library declares them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Function>,
    /// Modules written in Rust.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<Leaf>,
    /// Blocks written in the language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Block>,
    /// Models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Model>,
    /// Whether an item could not be read. What seems to be missing may have been written, so it is no mistake.
    #[serde(skip)]
    pub incomplete: bool,
    /// Whether anything could not be read, so that its numbers need not be what was written.
    #[serde(skip)]
    pub damaged: bool,
}
