//! What of the hub is here already.
//!
//! The layout is the hub's own: `models--org--name/refs/<revision>` holds a commit, `snapshots/<commit>/` its files.

use std::path::{Path, PathBuf};

use super::reference::{Part, is_plain_path};
use super::{Hub, Reference, select, shards};
use crate::error::Error;

impl Hub {
    /// The model's folder or file, if all of it is here.
    pub fn cached(&self, reference: &Reference) -> Option<PathBuf> {
        let snapshot = self.snapshot(reference)?;
        complete(&snapshot, &reference.part).ok().flatten()
    }

    /// The models that are here completely, with their folders.
    pub fn cached_models(&self) -> Vec<(Reference, PathBuf)> {
        let entries = std::fs::read_dir(&self.cache).into_iter().flatten().flatten();
        let mut models: Vec<(Reference, PathBuf)> = entries
            .filter_map(|entry| {
                let folder = entry.file_name().to_str()?.strip_prefix("models--")?.to_string();
                let reference = Reference::parse(&folder.replacen("--", "/", 1))?;
                let path = self.cached(&reference)?;
                Some((reference, path))
            })
            .collect();
        models.sort_by(|(a, _), (b, _)| a.repository.cmp(&b.repository));
        models
    }

    /// The folder of a model.
    pub(super) fn folder(&self, reference: &Reference) -> PathBuf {
        let name = format!("models--{}", reference.repository.replace('/', "--"));
        self.cache.join(name)
    }

    /// The folder of the commit that a revision was when it was last asked for.
    fn snapshot(&self, reference: &Reference) -> Option<PathBuf> {
        let folder = self.folder(reference);
        let commit = std::fs::read_to_string(folder.join("refs").join(&reference.revision));
        let commit = commit.unwrap_or_else(|_| reference.revision.clone());
        let snapshot = folder.join("snapshots").join(plain(commit.trim())?);
        snapshot.is_dir().then_some(snapshot)
    }
}

fn plain(commit: &str) -> Option<&str> {
    (is_plain_path(commit) && !commit.contains('/')).then_some(commit)
}

/// The folder or file of a model whose every file is there.
fn complete(snapshot: &Path, part: &Part) -> Result<Option<PathBuf>, Error> {
    let names = file_names(snapshot);
    let selection = select(&names, part)?;
    if let Some(index) = &selection.index {
        let shards = shards(&snapshot.join(index))?;
        if shards.is_empty() || !shards.iter().all(|shard| names.contains(shard)) {
            return Ok(None);
        }
    }
    Ok(Some(match selection.lone {
        Some(file) => snapshot.join(file),
        None if names.iter().any(|name| name == "config.json") => snapshot.to_path_buf(),
        None => return Ok(None),
    }))
}

/// The names of all files under a folder, in order, with slashes; hidden ones are left out.
pub(crate) fn file_names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    collect(folder, "", &mut names);
    names.sort();
    names
}

fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    const DEEPEST: usize = 4;
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let Some(name) = entry.file_name().to_str().map(str::to_string) else {
            continue;
        };
        let path = entry.path();
        if name.starts_with('.') {
            continue;
        }
        if path.is_file() {
            names.push(format!("{prefix}{name}"));
        } else if path.is_dir() && prefix.matches('/').count() < DEEPEST {
            collect(&path, &format!("{prefix}{name}/"), names);
        }
    }
}
