//! The folder of models, and what can be done in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::entry::Description;
use super::files::{files_of, plain_files, size, take};
use super::manifest::Manifest;
use super::{Entry, Method, Placement, name};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::hub::Progress;
use crate::name::nearest_help;
use crate::registry::{FormatRegistry, ModelRegistry};

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

    /// Every model, in the order of their names. Folders in which nothing is a model are left out.
    pub fn list(&self) -> Vec<Entry> {
        let names = self.names();
        let entries = names.iter().map(|name| self.entry(name));
        entries
            .filter(|entry| entry.format.is_some() || entry.problem.is_some())
            .collect()
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
    /// Of a checkpoint's folder, the files that a model is read from are copied; of a folder in a format of your own, all
    /// that lie in it directly; of a folder that is no model, the one file in it that is.
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
        let source = self.lone_model(&source);
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

    /// Notes what a model is that was put into the store by other means, with the checksums of its files.
    pub fn note(&self, name: &str, report: &mut dyn FnMut(Progress<'_>)) -> Result<Entry, Error> {
        let folder = self.existing(name)?;
        if Manifest::read(&folder)?.is_some() || !folder.is_dir() {
            return Err(taken(name, &folder));
        }
        let model = self.lone_model(&folder);
        let description = Description::of(&model, self.formats, self.models);
        let (base, files) = files_of(&model)?;
        let digests = files.iter().map(|file| take(&base, file, None, report));
        let path = match model.strip_prefix(&folder) {
            Ok(inside) if !inside.as_os_str().is_empty() => inside.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let manifest = Manifest {
            format: description.format,
            family: description.family,
            files: digests.collect::<Result<_, _>>()?,
            ..Manifest::new(Placement::Found, path, folder.display().to_string())
        };
        manifest.write(&folder)?;
        Ok(manifest.entry(name, &folder))
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
