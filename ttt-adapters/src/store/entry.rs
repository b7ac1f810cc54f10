//! A model as it is listed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::registry::{FormatRegistry, ModelRegistry, OpenOptions};

/// A model that can be named.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// What to open: a folder or a file.
    pub path: PathBuf,
    /// How it came to be there.
    pub placement: Placement,
    /// Where it was added from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The format's name; none when nothing recognises it.
    pub format: Option<String>,
    /// The model's name, `Llama`; none when it does not open.
    pub family: Option<String>,
    /// The size of its files.
    pub bytes: u64,
    /// Of its one file; of several, the checksum of the lines that `sha256sum` prints for them in the order of their names.
    pub sha256: Option<String>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How a model is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// With a copy of its files.
    Copy,
    /// By noting where its files are.
    Link,
}

/// Whose files a listed model's are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// The store has its own copy.
    Copied,
    /// The store notes where the files are.
    Linked,
    /// The files lie in the store, put there by other means.
    Found,
    /// The files lie in the hub's cache.
    Hub,
}

/// What the registries say of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct Description {
    pub format: Option<String>,
    pub family: Option<String>,
}

impl Description {
    /// Asks the formats; opens headers only.
    pub fn of(path: &Path, formats: &FormatRegistry, models: &ModelRegistry) -> Description {
        let recognised = formats.adapters().find(|adapter| adapter.recognises(path));
        let options = OpenOptions {
            fresh: true,
            ..OpenOptions::default()
        };
        let opened = recognised.and_then(|adapter| adapter.open(path, &options, models).ok());
        Description {
            format: recognised.map(|adapter| adapter.name().to_string()),
            family: opened.map(|opened| opened.model),
        }
    }
}
