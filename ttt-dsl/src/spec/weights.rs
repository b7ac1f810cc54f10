//! Where a model's tensors come from in a foreign checkpoint.

use serde::{Deserialize, Serialize};

use super::{Name, Path};
use crate::place::Place;

/// `weights hf(linear: in_out) { … }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsTable {
    /// The format: `hf`, `gguf`, a user's own.
    pub format: Name,
    /// How the source lays tensors out.
    #[serde(default)]
    pub options: WeightsOptions,
    /// One line per tensor, leaf or fused tensor.
    pub entries: Vec<WeightsEntry>,
    /// Parts and heads that the format has no tensors for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Path>,
    /// Other spellings of last segments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Heads whose checkpoints have another prefix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<HeadPrefix>,
}

/// How a source lays tensors out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WeightsOptions {
    /// How linear weights are stored.
    #[serde(default)]
    pub linear: LinearLayout,
    /// How rotary dimensions are paired.
    #[serde(default)]
    pub rope: RopePairing,
    /// The segment that base tensors carry in a checkpoint saved with a head.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// How linear weights are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinearLayout {
    /// `[out, in]`, as here and in PyTorch's `Linear`.
    #[default]
    OutIn,
    /// `[in, out]`, as in GPT-2's `Conv1D`.
    InOut,
}

/// How rotary dimensions are paired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RopePairing {
    /// `i` with `i + d/2`, as here and in Hugging Face's checkpoints.
    #[default]
    Half,
    /// `2i` with `2i + 1`, as in Meta's checkpoints and GGUF's `llama`.
    Interleaved,
}

/// `"h.{i}.attn.c_attn" => (h[i].attn.q, h[i].attn.k, h[i].attn.v) via transpose`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsEntry {
    /// The source's name, with `{i}` for indices.
    pub source: String,
    /// Where the name stands.
    #[serde(skip)]
    pub place: Place,
    /// What it fills.
    pub target: Target,
    /// Steps from the source's values to ours, in order; each can be undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// What a source tensor fills.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A leaf or one tensor.
    Path(Path),
    /// Several, fused along the output dimension.
    Fused(Vec<Path>),
    /// Must equal this one when present.
    Same(Path),
    /// Holds by what each frequency of a `Rope` is divided, which says its `llama3` scaling.
    Factors(Path),
    /// May be present, is not used.
    Skip,
}

/// One invertible step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Swaps the last two dimensions.
    Transpose,
    /// Adds a constant: norms stored minus one.
    Add(f64),
}

/// `alias "gamma" => "weight"`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// The last segment as some checkpoints spell it.
    pub from: String,
    /// The spelling the table uses.
    pub to: String,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// `prefix "transformer" => question_answering`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeadPrefix {
    /// The segment that base tensors carry in a checkpoint saved with the head.
    pub prefix: String,
    /// The head.
    pub head: Name,
}
