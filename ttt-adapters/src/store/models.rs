//! Every model that can be named: in the file system, in the store, on the hub.

use std::path::{Path, PathBuf};

use super::{Entry, Method, Placement, Store};
use crate::error::{Error, Problem, codes};
use crate::hub::{Hub, Progress, Reference};
use crate::name::nearest_help;

/// The store and the hub together.
#[derive(Clone)]
pub struct Models<'a> {
    /// Models by name.
    pub store: Store<'a>,
    /// Models by `org/name`.
    pub hub: Hub,
}

impl Models<'_> {
    /// The model that a text names without the network: a path that is there, else a stored name, else a model of the hub
    /// that is here completely.
    pub fn find(&self, text: &str) -> Result<Option<PathBuf>, Error> {
        let path = Path::new(text);
        if path.exists() {
            return Ok(Some(path.to_path_buf()));
        }
        if self.store.names().iter().any(|name| name == text) {
            return self.store.path(text).map(Some);
        }
        let reference = Reference::parse(text);
        Ok(reference.and_then(|reference| self.hub.cached(&reference)))
    }

    /// The model that a text names, downloaded where it is not here.
    pub fn resolve(&self, text: &str, report: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, Error> {
        if let Some(path) = self.find(text)? {
            return Ok(path);
        }
        let Some(reference) = Reference::parse(text) else {
            return Err(self.nowhere(text, "it is no org/name for the hub").into());
        };
        self.hub.download(&reference, report).map_err(|mut error| {
            let looked = self.nowhere(
                text,
                &format!("it is not here as a model of {}", self.hub.endpoint),
            );
            error.problems.insert(0, looked);
            error
        })
    }

    /// Adds a model to the store. Of the hub, the newest is downloaded first, unless the network may not be asked. What
    /// lies in the store already without having been added is [noted](Store::note) where it is.
    pub fn add(
        &self,
        text: &str,
        name: Option<&str>,
        method: Method,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Entry, Error> {
        let is_path = Path::new(text).exists();
        let is_stored = !is_path && self.store.names().iter().any(|name| name == text);
        if is_stored && name.is_none_or(|name| name == text) {
            return self.store.note(text, report);
        }
        let reference = match is_path || is_stored {
            true => None,
            false => Reference::parse(text),
        };
        let (path, usual) = match &reference {
            Some(reference) if !self.hub.is_offline => (
                self.hub.download(reference, report)?,
                reference.name().to_string(),
            ),
            Some(reference) => (self.resolve(text, report)?, reference.name().to_string()),
            None => (self.resolve(text, report)?, usual_name(Path::new(text))),
        };
        self.store.add(&path, name.unwrap_or(&usual), method, report)
    }

    /// Every model that is here, stored ones first.
    pub fn list(&self) -> Vec<Entry> {
        let mut entries = self.store.list();
        entries.extend(self.hub.cached_models().into_iter().map(|(reference, path)| {
            let mut entry = self.store.describe(&reference.to_string(), &path, None);
            entry.placement = Placement::Hub;
            entry
        }));
        entries
    }

    /// The same, with the checksums of those that were put into the store by other means: their files are read through
    /// once, and what was found is [noted](Store::note). One that cannot be noted stays without.
    pub fn list_with_checksums(&self, report: &mut dyn FnMut(Progress<'_>)) -> Vec<Entry> {
        let mut entries = self.list();
        for entry in &mut entries {
            let is_unknown = entry.placement == Placement::Found && entry.sha256.is_none();
            if is_unknown
                && entry.problem.is_none()
                && let Ok(noted) = self.store.note(&entry.name, report)
            {
                *entry = noted;
            }
        }
        entries
    }

    /// Removes a stored model. The hub's cache is shared with other tools and is left alone.
    pub fn remove(&self, text: &str) -> Result<Entry, Error> {
        let is_stored = self.store.names().iter().any(|name| name == text);
        let reference = Reference::parse(text).filter(|_| !is_stored);
        match reference.and_then(|reference| self.hub.cached(&reference)) {
            Some(path) => Err(Problem::new(
                codes::NOT_OURS,
                format!("`{text}` is in the hub's cache, which other tools share"),
            )
            .file(path)
            .help("remove it with the hub's own tool, `hf cache`, or delete the folder")
            .into()),
            None => self.store.remove(text),
        }
    }

    fn nowhere(&self, text: &str, hub: &str) -> Problem {
        let names = self.store.names();
        let help = match names.as_slice() {
            [] => "add a model to the store, or name one as org/name".to_string(),
            names => nearest_help(text, names.iter().map(String::as_str), "stored models"),
        };
        Problem::new(codes::NOWHERE, format!("nothing is called `{text:.200}`"))
            .found(format!(
                "there is no such path; no stored model of this name in {}; {hub}",
                self.store.root.display()
            ))
            .expected("a path, the name of a stored model, or org/name")
            .help(help)
    }
}

/// The name of a path without its ending.
fn usual_name(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let name = if path.is_dir() {
        path.file_name()
    } else {
        path.file_stem()
    };
    name.unwrap_or_default().to_string_lossy().into_owned()
}
