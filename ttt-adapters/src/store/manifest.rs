//! What the store notes of a model.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::digest::FileDigest;
use super::{Entry, Placement, digest};
use crate::error::{Error, Problem, codes};
use crate::file;

/// The note's name in the model's folder.
pub(super) const FILE: &str = ".ttt-model.json";

/// The note's version.
const VERSION: u32 = 1;

/// The note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub version: u32,
    pub placement: Placement,
    /// What to open: inside the model's folder for a copy, anywhere for a link.
    pub path: PathBuf,
    /// Where it was added from.
    pub source: String,
    pub format: Option<String>,
    pub family: Option<String>,
    /// In the order of their names.
    pub files: Vec<FileDigest>,
}

impl Manifest {
    pub fn new(placement: Placement, path: PathBuf, source: String) -> Manifest {
        Manifest {
            version: VERSION,
            placement,
            path,
            source,
            format: None,
            family: None,
            files: Vec::new(),
        }
    }

    /// Reads the note of a model's folder; `None` when there is none.
    pub fn read(folder: &Path) -> Result<Option<Manifest>, Error> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Ok(None);
        }
        let damaged = |what: String| {
            Problem::new(
                codes::MANIFEST,
                format!("what the store noted of this model is damaged: {what}"),
            )
            .file(&path)
            .help("remove the model and add it again")
        };
        let manifest: Manifest =
            serde_json::from_value(file::read_json(&path)?).map_err(|error| damaged(error.to_string()))?;
        if manifest.version != VERSION {
            return Err(damaged(format!("it is of version {}", manifest.version)).into());
        }
        Ok(Some(manifest))
    }

    /// Writes the note into a model's folder.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(FILE);
        let value = serde_json::to_value(self).map_err(|error| file::unreadable(&path, &error.into()))?;
        file::write_json(&path, &value)
    }

    /// What to open, for a model in this folder.
    pub fn target(&self, folder: &Path) -> PathBuf {
        match self.placement {
            Placement::Linked => self.path.clone(),
            _ if self.path == Path::new(".") => folder.to_path_buf(),
            _ => folder.join(&self.path),
        }
    }

    /// The folder that the files' names are relative to.
    pub fn base(&self, folder: &Path) -> PathBuf {
        let target = self.target(folder);
        match (self.placement, target.is_dir()) {
            (Placement::Linked, false) => target.parent().unwrap_or(Path::new("")).to_path_buf(),
            (Placement::Linked, true) => target,
            _ => folder.to_path_buf(),
        }
    }

    /// The model as it is listed.
    pub fn entry(&self, name: &str, folder: &Path) -> Entry {
        let path = self.target(folder);
        let problem = (!path.exists()).then(|| format!("there is no {} any more", path.display()));
        Entry {
            name: name.to_string(),
            path,
            placement: self.placement,
            source: Some(self.source.clone()),
            format: self.format.clone(),
            family: self.family.clone(),
            bytes: self.files.iter().map(|file| file.bytes).sum(),
            sha256: digest::of_model(&self.files),
            problem,
        }
    }
}
