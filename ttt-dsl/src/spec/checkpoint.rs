//! Checkpoints that a model says it fits.

use serde::{Deserialize, Serialize};

use super::{HeadChoice, Name};
use crate::place::Place;

/// `checkpoint "gpt2/model.safetensors" preset small head lm layout hf;`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The file or directory, as it is written: relative to the crate or to the file of the schema.
    pub path: String,
    /// Where the path stands.
    #[serde(skip)]
    pub place: Place,
    /// The preset whose numbers it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Name>,
    /// What is built on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<HeadChoice>,
    /// The weights table that it is read with, or [`Checkpoint::OWN_LAYOUT`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Name>,
}

impl Checkpoint {
    /// The layout in which every tensor has the path that it has in the model.
    pub const OWN_LAYOUT: &str = "own";

    /// A checkpoint of which only the path is said.
    pub fn new(path: impl Into<String>, place: Place) -> Checkpoint {
        Checkpoint {
            path: path.into(),
            place,
            preset: None,
            head: None,
            layout: None,
        }
    }
}
