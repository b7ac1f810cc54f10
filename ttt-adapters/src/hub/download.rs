//! Downloading what of a model is needed.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use serde_json::Value;

use super::reference::is_plain_path;
use super::trouble::{Failure, broken, offline};
use super::{Hub, Progress, Reference, select, shards};
use crate::error::Error;
use crate::file;
use crate::store::sha256;

/// How often a file is asked for again after the connection broke; what has arrived is kept.
const ATTEMPTS: u32 = 4;

/// What the hub says of a model.
#[derive(Debug)]
struct Listing {
    commit: String,
    files: Vec<Listed>,
}

/// A file of a model.
#[derive(Debug)]
struct Listed {
    name: String,
    bytes: Option<u64>,
    sha256: Option<String>,
    /// What its bytes are called in the cache.
    blob: Option<String>,
}

impl Hub {
    /// Downloads what is missing of the newest commit of a revision. Gives the model's folder or file.
    pub fn download(
        &self,
        reference: &Reference,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<PathBuf, Error> {
        if self.is_offline {
            return Err(offline(self, reference));
        }
        let api = self
            .api()
            .map_err(|error| Failure::from(error).told(self, reference))?;
        let listing = self.listing(&api, reference)?;
        let names: Vec<String> = listing.files.iter().map(|file| file.name.clone()).collect();
        let selection = select(&names, &reference.part);
        let selection = selection.map_err(|error| error.in_file(Path::new(&reference.repository)))?;
        let pinned = Repo::with_revision(
            reference.repository.clone(),
            RepoType::Model,
            listing.commit.clone(),
        );
        let download = Download {
            hub: self,
            reference,
            repository: api.repo(pinned),
            snapshot: self.folder(reference).join("snapshots").join(&listing.commit),
            listing: &listing,
        };
        for name in &selection.files {
            download.file(name, report)?;
        }
        if let Some(index) = &selection.index {
            for shard in shards(&download.snapshot.join(index))? {
                download.file(&shard, report)?;
            }
        }
        self.remember(reference, &listing.commit)?;
        Ok(match &selection.lone {
            Some(file) => download.snapshot.join(file),
            None => download.snapshot,
        })
    }

    fn api(&self) -> Result<Api, ApiError> {
        ApiBuilder::from_cache(Cache::new(self.cache.clone()))
            .with_endpoint(self.endpoint.clone())
            .with_token(self.token.clone())
            .with_progress(false)
            .with_user_agent("ttt", env!("CARGO_PKG_VERSION"))
            .build()
    }

    /// The commit of the revision, and its files.
    fn listing(&self, api: &Api, reference: &Reference) -> Result<Listing, Error> {
        let repository = Repo::with_revision(
            reference.repository.clone(),
            RepoType::Model,
            reference.revision.clone(),
        );
        let request = api.repo(repository).info_request().query("blobs", "true");
        let answer = request.call().map_err(|error| {
            let error = ApiError::RequestError(Box::new(error));
            Failure::from(error).told(self, reference)
        })?;
        let answer: Value = answer.into_json().map_err(|error| {
            broken(
                self,
                reference,
                &format!("its answer is cut off or not JSON: {error}"),
            )
        })?;
        listing(&answer).ok_or_else(|| broken(self, reference, "its answer names no commit and files"))
    }

    /// Notes which commit a revision is, once all of it is here.
    fn remember(&self, reference: &Reference, commit: &str) -> Result<(), Error> {
        let repository = Repo::with_revision(
            reference.repository.clone(),
            RepoType::Model,
            reference.revision.clone(),
        );
        let cache = Cache::new(self.cache.clone());
        let noted = cache.repo(repository).create_ref(commit);
        noted.map_err(|error| file::unreadable(&self.folder(reference), &error))
    }
}

struct Download<'a> {
    hub: &'a Hub,
    reference: &'a Reference,
    repository: ApiRepo,
    snapshot: PathBuf,
    listing: &'a Listing,
}

impl Download<'_> {
    /// Downloads a file unless it is there. A connection that breaks is taken up again where it broke.
    fn file(&self, name: &str, report: &mut dyn FnMut(Progress<'_>)) -> Result<(), Error> {
        let listed = self.listing.files.iter().find(|file| file.name == name);
        let Some(listed) = listed else {
            let what = format!("its index names `{name:.200}`, which it does not have");
            return Err(broken(self.hub, self.reference, &what));
        };
        let path = self.snapshot.join(name);
        if path.is_file() {
            return Ok(());
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            let bar = Bar {
                report,
                size: listed.bytes,
            };
            let failure = match self.repository.download_with_progress(name, bar) {
                Ok(_) => break,
                Err(error) => Failure::from(error),
            };
            if attempt == ATTEMPTS || !failure.is_passing() {
                return Err(failure.told(self.hub, self.reference));
            }
            if matches!(failure, Failure::StalePart) {
                self.forget_part(listed)?;
            }
            thread::sleep(Duration::from_millis(200 << attempt));
        }
        self.check(listed, &path)
    }

    /// Drops what an earlier download left and no later one can continue.
    fn forget_part(&self, listed: &Listed) -> Result<(), Error> {
        let blob = listed.blob.as_deref().filter(|blob| is_plain_path(blob));
        let Some(blob) = blob else {
            return Ok(());
        };
        let blobs = self.hub.folder(self.reference).join("blobs");
        let part = blobs.join(blob).with_extension("part");
        match part.exists() {
            true => std::fs::remove_file(&part).map_err(|error| file::unreadable(&part, &error)),
            false => Ok(()),
        }
    }

    /// Compares a file with what the hub says of it; one that differs is not kept.
    fn check(&self, listed: &Listed, path: &Path) -> Result<(), Error> {
        let metadata = std::fs::metadata(path).map_err(|error| file::unreadable(path, &error))?;
        let differs = if listed.bytes.is_some_and(|listed| listed != metadata.len()) {
            Some(format!("{} bytes", metadata.len()))
        } else {
            match &listed.sha256 {
                None => None,
                Some(expected) => Some(sha256(path, &mut |_| ())?).filter(|found| found != expected),
            }
        };
        let Some(found) = differs else {
            return Ok(());
        };
        // The name in the snapshot is a link to the bytes, where the system has links.
        let bytes = std::fs::canonicalize(path).and_then(std::fs::remove_file);
        let link = match std::fs::symlink_metadata(path) {
            Ok(_) => std::fs::remove_file(path),
            Err(_) => Ok(()),
        };
        bytes.and(link).map_err(|error| file::unreadable(path, &error))?;
        let what = format!("`{}` did not arrive as it was sent: {found}", listed.name);
        Err(broken(self.hub, self.reference, &what))
    }
}

/// Hands hf-hub's progress on.
struct Bar<'a> {
    report: &'a mut dyn FnMut(Progress<'_>),
    size: Option<u64>,
}

impl hf_hub::api::Progress for Bar<'_> {
    fn init(&mut self, size: usize, file: &str) {
        let bytes = self.size.unwrap_or(size as u64);
        (self.report)(Progress::Started { file, bytes });
    }

    fn update(&mut self, bytes: usize) {
        (self.report)(Progress::Advanced(bytes as u64));
    }

    fn finish(&mut self) {
        (self.report)(Progress::Finished);
    }
}

fn listing(answer: &Value) -> Option<Listing> {
    let commit = answer.get("sha")?.as_str()?;
    if !is_plain_path(commit) || commit.contains('/') {
        return None;
    }
    let files = answer.get("siblings")?.as_array()?.iter().filter_map(|file| {
        let name = file.get("rfilename")?.as_str()?;
        let text = |pointer: &str| file.pointer(pointer).and_then(Value::as_str).map(str::to_string);
        let sha256 = text("/lfs/sha256");
        is_plain_path(name).then(|| Listed {
            name: name.to_string(),
            bytes: file.get("size").and_then(Value::as_u64),
            blob: sha256.clone().or_else(|| text("/blobId")),
            sha256,
        })
    });
    Some(Listing {
        commit: commit.to_string(),
        files: files.collect(),
    })
}
