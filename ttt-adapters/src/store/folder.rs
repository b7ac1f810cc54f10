//! The folder of models, and what can be done in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::digest::{FileDigest, pass_through};
use super::entry::Description;
use super::manifest::Manifest;
use super::{Entry, Method, Placement, name};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::hub::{Part, Progress, select, shards};
use crate::name::nearest_help;
use crate::registry::{FormatRegistry, ModelRegistry};
use crate::source::INDEX_ENDING;

/// A folder of models, and the registries that tell what they are.
#[derive(Clone)]
pub struct Store<'a> {
    /// The folder. It is made when the first model is added.
    pub root: PathBuf,
    /// The formats that models may be in.
    pub formats: &'a FormatRegistry,
    /// The models that are known.
    pub models: &'a ModelRegistry,
}

impl<'a> Store<'a> {
    /// The user's store: `$TTT_MODELS`, else `ttt/models` in the user's cache directory.
    pub fn of_user(formats: &'a FormatRegistry, models: &'a ModelRegistry) -> Result<Store<'a>, Error> {
        let given = std::env::var_os("TTT_MODELS").filter(|given| !given.is_empty());
        let root = given
            .map(PathBuf::from)
            .or_else(|| Some(dirs::cache_dir()?.join("ttt").join("models")));
        let root = root.ok_or_else(|| {
            Problem::new(codes::NOT_FOUND, "there is no cache directory to keep models in")
                .help("set TTT_MODELS to a folder")
        })?;
        Ok(Store {
            root,
            formats,
            models,
        })
    }

    /// Every model, in the order of their names.
    pub fn list(&self) -> Vec<Entry> {
        let names = self.names();
        names.iter().map(|name| self.entry(name)).collect()
    }

    /// The names of all models, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name::is_name(name)).collect();
        names.sort();
        names
    }

    /// What to open for a name: a folder or a file.
    pub fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.existing(name)?;
        let Some(manifest) = Manifest::read(&folder)? else {
            return Ok(self.lone_model(&folder));
        };
        let target = manifest.target(&folder);
        match target.exists() {
            true => Ok(target),
            false => Err(Problem::new(
                codes::NOT_FOUND,
                format!("`{name}` was added from files that are gone"),
            )
            .file(target)
            .help("bring them back, or remove the model and add it again")
            .into()),
        }
    }

    /// Adds a folder or a file under a name: as a copy, or as a link that notes where it is.
    ///
    /// Of a checkpoint's folder, the files that a model is read from are copied; of any other, all that lie in it directly.
    pub fn add(
        &self,
        source: &Path,
        name: &str,
        method: Method,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Entry, Error> {
        name::check(name)?;
        let target = self.root.join(name);
        if fs::symlink_metadata(&target).is_ok() {
            return Err(taken(name, &target));
        }
        let source = std::path::absolute(source).map_err(|error| file::unreadable(source, &error))?;
        fs::metadata(&source).map_err(|error| file::unreadable(&source, &error))?;
        let description = Description::of(&source, self.formats, self.models);
        if description.format.is_none() {
            // Opening says what was expected.
            self.formats.open(&source, &Default::default(), self.models)?;
        }

        fs::create_dir_all(&self.root).map_err(|error| file::unreadable(&self.root, &error))?;
        let staging = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .tempdir_in(&self.root)
            .map_err(|error| file::unreadable(&self.root, &error))?;
        let folder = staging.path().join(name);
        fs::create_dir(&folder).map_err(|error| file::unreadable(&folder, &error))?;
        let (base, files) = files_of(&source)?;
        let digests = files.iter().map(|file| {
            let copy = (method == Method::Copy).then(|| folder.join(file));
            take(&base, file, copy.as_deref(), report)
        });
        let (placement, path) = match method {
            Method::Link => (Placement::Linked, source.clone()),
            Method::Copy if source.is_dir() => (Placement::Copied, PathBuf::from(".")),
            Method::Copy => (
                Placement::Copied,
                PathBuf::from(source.file_name().unwrap_or_default()),
            ),
        };
        let manifest = Manifest {
            format: description.format,
            family: description.family,
            files: digests.collect::<Result<_, _>>()?,
            ..Manifest::new(placement, path, source.display().to_string())
        };
        manifest.write(&folder)?;
        // Another may have taken the name meanwhile; a folder with something in it is never written over.
        fs::rename(&folder, &target).map_err(|error| match target.exists() {
            true => taken(name, &target),
            false => file::unreadable(&target, &error),
        })?;
        Ok(manifest.entry(name, &target))
    }

    /// Removes a model. A copy is deleted; of a link, only the note of it is.
    pub fn remove(&self, name: &str) -> Result<Entry, Error> {
        let target = self.existing(name)?;
        let entry = self.entry(name);
        let removed = fs::symlink_metadata(&target).and_then(|metadata| {
            if !metadata.is_dir() {
                // A symbolic link, too, is removed without what it leads to.
                return fs::remove_file(&target);
            }
            // Gone under its name at once, so that nobody sees half of it.
            let grave = tempfile::Builder::new()
                .prefix(".removed.")
                .tempdir_in(&self.root)?;
            fs::rename(&target, grave.path().join(name))?;
            grave.close()
        });
        removed.map_err(|error| file::unreadable(&target, &error))?;
        Ok(entry)
    }

    /// The model's place in the store, which is there.
    pub(super) fn existing(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.root.join(name);
        if name::is_name(name) && fs::symlink_metadata(&path).is_ok() {
            return Ok(path);
        }
        let names = self.names();
        let help = nearest_help(name, names.iter().map(String::as_str), "stored models");
        Err(Problem::new(
            codes::NOT_FOUND,
            format!("no stored model is called `{name:.200}`"),
        )
        .file(&self.root)
        .help(help)
        .into())
    }

    fn entry(&self, name: &str) -> Entry {
        let place = self.root.join(name);
        match Manifest::read(&place) {
            Ok(Some(manifest)) => manifest.entry(name, &place),
            Ok(None) => self.describe(name, &place, None),
            Err(error) => self.describe(name, &place, Some(error.to_string())),
        }
    }

    /// A model that was not added, or whose note is damaged.
    pub(super) fn describe(&self, name: &str, place: &Path, problem: Option<String>) -> Entry {
        let path = self.lone_model(place);
        let description = Description::of(&path, self.formats, self.models);
        Entry {
            name: name.to_string(),
            placement: Placement::Found,
            source: None,
            format: description.format,
            family: description.family,
            bytes: size(place),
            sha256: None,
            problem,
            path,
        }
    }

    /// The one file in a folder that is a model, where the folder is none itself.
    fn lone_model(&self, place: &Path) -> PathBuf {
        let is_model = |path: &Path| self.formats.adapters().any(|adapter| adapter.recognises(path));
        if !place.is_dir() || is_model(place) {
            return place.to_path_buf();
        }
        let files = plain_files(place).into_iter().map(|file| place.join(file));
        let mut models = files.filter(|file| is_model(file));
        match (models.next(), models.next()) {
            (Some(model), None) => model,
            _ => place.to_path_buf(),
        }
    }
}

fn taken(name: &str, target: &Path) -> Error {
    Problem::new(
        codes::NAME_TAKEN,
        format!("there is a stored model `{name}` already"),
    )
    .file(target)
    .help("choose another name, or remove that one first")
    .into()
}

/// The files of a model: their folder, and their names in it in order.
fn files_of(source: &Path) -> Result<(PathBuf, Vec<String>), Error> {
    if source.is_dir() {
        let names = crate::hub::file_names(source);
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
fn plain_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let names = files.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with('.')).collect()
}

/// Reads a file through, and copies it where a copy is wanted.
fn take(
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
fn size(path: &Path) -> u64 {
    if !path.is_dir() {
        return fs::metadata(path).map_or(0, |metadata| metadata.len());
    }
    let names = crate::hub::file_names(path);
    names
        .iter()
        .map(|name| fs::metadata(path.join(name)).map_or(0, |metadata| metadata.len()))
        .sum()
}
