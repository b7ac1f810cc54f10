//! A random checkpoint of the fixtures.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::reference::References;

/// The folder of all fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A checkpoint with inputs and what the reference implementation answers. `fixtures/README.md` has the details.
#[derive(Debug)]
pub struct Case {
    /// `llama/grouped`.
    pub name: String,
    /// The checkpoint's folder.
    pub folder: PathBuf,
    /// What it is there to catch, the head and the tolerance.
    pub about: About,
}

/// What `case.json` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What the case is there to catch.
    pub says: String,
    /// `base`, or the name of the head.
    pub head: String,
    /// The largest absolute difference that rounding explains.
    pub tolerance: f32,
}

impl Case {
    /// Every case of a family, by name.
    ///
    /// # Panics
    ///
    /// When the fixtures cannot be read, or there is none.
    pub fn of(family: &str) -> Vec<Case> {
        let mut cases: Vec<Case> = subfolders(&fixtures().join(family))
            .into_iter()
            .map(|folder| Case::read(family, folder))
            .collect();
        assert!(!cases.is_empty(), "no fixtures of {family}");
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn read(family: &str, folder: PathBuf) -> Case {
        let about = read_json(&folder.join("case.json"));
        Case {
            name: format!("{family}/{}", last_name(&folder)),
            folder,
            about,
        }
    }

    /// `input_ids` and whatever else is passed in.
    pub fn inputs(&self) -> References {
        References::read(&self.folder.join("inputs.safetensors"))
    }

    /// What the reference answers: outputs, `output_mask`, `trace.*` and `greedy`.
    pub fn outputs(&self) -> References {
        References::read(&self.folder.join("outputs.safetensors"))
    }

    /// `labels`, `loss` and `gradient.*`, in the cases that have them.
    pub fn gradients(&self) -> Option<References> {
        let path = self.folder.join("gradients.safetensors");
        path.exists().then(|| References::read(&path))
    }
}

pub(crate) fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("a folder's entry").path())
        .filter(|path| path.is_dir())
        .collect()
}

pub(crate) fn last_name(folder: &Path) -> String {
    folder
        .file_name()
        .expect("a folder in a folder")
        .to_string_lossy()
        .into_owned()
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
