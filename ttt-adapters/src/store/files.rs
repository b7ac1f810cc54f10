//! The files that a model is made of.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::digest::{FileDigest, pass_through};
use crate::error::Error;
use crate::file;
use crate::hub::{Part, Progress, file_names, select, shards};
use crate::source::INDEX_ENDING;

/// The files of a model: their folder, and their names in it in order.
pub(super) fn files_of(source: &Path) -> Result<(PathBuf, Vec<String>), Error> {
    if source.is_dir() {
        let names = file_names(source);
        let mut files = match select(&names, &Part::Whole) {
            Ok(selection) => {
                let further = selection.index.as_ref().map(|index| shards(&source.join(index)));
                let further = further.transpose()?.unwrap_or_default();
                selection.files.into_iter().chain(further).collect()
            }
            Err(_) => plain_files(source),
        };
        files.sort();
        return Ok((source.to_path_buf(), files));
    }
    let base = source.parent().unwrap_or(Path::new("")).to_path_buf();
    let name = source
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let beside = source.with_extension("safetensors");
    let mut files = if name.ends_with(INDEX_ENDING) {
        shards(source)?
    } else if name.ends_with(".toml") && beside.is_file() {
        beside
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .into_iter()
            .collect()
    } else {
        Vec::new()
    };
    files.push(name);
    files.sort();
    Ok((base, files))
}

/// The names of the files that lie directly in a folder, hidden ones left out.
pub(super) fn plain_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let names = files.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with('.')).collect()
}

/// Reads a file through, and copies it where a copy is wanted.
pub(super) fn take(
    base: &Path,
    name: &str,
    copy: Option<&Path>,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<FileDigest, Error> {
    let path = base.join(name);
    let mut pass = || {
        let from = File::open(&path)?;
        report(Progress::Started {
            file: name,
            bytes: from.metadata()?.len(),
        });
        let passed = match copy {
            None => pass_through(from, &mut std::io::sink(), report)?,
            Some(copy) => {
                fs::create_dir_all(copy.parent().unwrap_or(Path::new("")))?;
                let mut to = File::create(copy)?;
                let passed = pass_through(from, &mut to, report)?;
                to.sync_all()?;
                passed
            }
        };
        report(Progress::Finished);
        Ok(passed)
    };
    let (bytes, sha256) = pass().map_err(|error: std::io::Error| file::unreadable(&path, &error))?;
    Ok(FileDigest {
        name: name.to_string(),
        bytes,
        sha256,
    })
}

/// The bytes of a file, or of all that lie in a folder.
pub(super) fn size(path: &Path) -> u64 {
    if !path.is_dir() {
        return fs::metadata(path).map_or(0, |metadata| metadata.len());
    }
    let names = file_names(path);
    names
        .iter()
        .map(|name| fs::metadata(path.join(name)).map_or(0, |metadata| metadata.len()))
        .sum()
}
