//! A checkpoint in several files with an index.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::{TensorInfo, TensorSource, no_such_tensor, open_file};
use crate::error::{Error, Problem, codes};
use crate::file;
use crate::tensor::HostTensor;

/// The files that a `model.safetensors.index.json` or `pytorch_model.bin.index.json` names, as one source.
pub struct ShardedFiles {
    path: PathBuf,
    infos: IndexMap<String, TensorInfo>,
    homes: IndexMap<String, usize>,
    shards: Vec<Arc<dyn TensorSource>>,
}

impl ShardedFiles {
    /// Opens an index and every file it names.
    pub fn open(path: &Path) -> Result<ShardedFiles, Error> {
        let listed = weight_map(path)?;
        let shards = open_shards(path, &listed)?;
        let mut problems = Vec::new();
        let mut infos = IndexMap::new();
        let mut homes = IndexMap::new();
        for (name, file) in &listed {
            let home = shards.get_index_of(file.as_str()).unwrap_or_default();
            match shards[home].tensors().get(name) {
                Some(info) => {
                    infos.insert(name.clone(), info.clone());
                    homes.insert(name.clone(), home);
                }
                None => problems.push(lacking(path, name, file, &shards)),
            }
        }
        for (file, shard) in &shards {
            let unlisted = shard.tensors().keys().filter(|name| !listed.contains_key(*name));
            problems.extend(unlisted.map(|name| {
                Problem::new(
                    codes::SHARD_UNLISTED,
                    format!("`{name}` is in {file} but not in the index"),
                )
                .file(path)
                .tensor(name)
                .help("write the index again, or take the tensor out of the shard")
            }));
        }
        let shards = shards.into_values().collect();
        Error::unless_empty(
            problems,
            ShardedFiles {
                path: path.to_path_buf(),
                infos,
                homes,
                shards,
            },
        )
    }
}

impl TensorSource for ShardedFiles {
    fn origin(&self) -> &Path {
        &self.path
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        &self.infos
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        let home = self.homes.get(name).ok_or_else(|| no_such_tensor(self, name))?;
        self.shards[*home].read(name)
    }
}

/// File names by tensor names. Every file name is plain: an index must not reach out of its directory.
pub(crate) fn weight_map(path: &Path) -> Result<IndexMap<String, String>, Error> {
    let index = file::read_json(path)?;
    let malformed = |message: String, found: &Value, expected: &str| {
        Problem::new(codes::INDEX, message)
            .file(path)
            .found(found)
            .expected(expected)
            .help("write the index again with the library that wrote the shards")
    };
    let Some(map) = index.get("weight_map").and_then(Value::as_object) else {
        let found = index.get("weight_map").unwrap_or(&Value::Null);
        return Err(malformed(
            "there is no `weight_map`".into(),
            found,
            "an object of file names",
        )
        .into());
    };
    let mut problems = Vec::new();
    let mut listed = IndexMap::new();
    for (name, value) in map {
        match value.as_str() {
            Some(file) if is_plain(file) => {
                listed.insert(name.clone(), file.to_string());
            }
            _ => {
                let message = format!("`{name}` is not listed in a file beside the index");
                problems.push(malformed(message, value, "a file name").tensor(name));
            }
        }
    }
    Error::unless_empty(problems, listed)
}

fn is_plain(file: &str) -> bool {
    let mut components = Path::new(file).components();
    matches!(components.next(), Some(Component::Normal(_))) && components.next().is_none()
}

fn open_shards(
    path: &Path,
    listed: &IndexMap<String, String>,
) -> Result<IndexMap<String, Arc<dyn TensorSource>>, Error> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut problems = Vec::new();
    let mut shards = IndexMap::new();
    for file in listed.values() {
        if shards.contains_key(file) || problems.iter().any(|problem| names(problem, file)) {
            continue;
        }
        let shard = directory.join(file);
        if !shard.exists() {
            let tensors = listed.values().filter(|listed| *listed == file).count();
            problems.push(
                Problem::new(codes::MISSING_SHARD, format!("{file} is missing"))
                    .file(shard)
                    .expected(format!("{tensors} tensors that the index lists there"))
                    .help("download this file too"),
            );
            continue;
        }
        match open_file(&shard) {
            Ok(opened) => {
                shards.insert(file.clone(), opened);
            }
            Err(error) => problems.extend(error.problems),
        }
    }
    Error::unless_empty(problems, shards)
}

fn names(problem: &Problem, file: &str) -> bool {
    let name = problem.file.as_deref().and_then(Path::file_name);
    name.is_some_and(|name| name == file)
}

fn lacking(
    index: &Path,
    name: &str,
    file: &str,
    shards: &IndexMap<String, Arc<dyn TensorSource>>,
) -> Problem {
    let elsewhere = shards
        .iter()
        .find(|(_, shard)| shard.tensors().contains_key(name))
        .map(|(elsewhere, _)| elsewhere);
    let problem = Problem::new(codes::SHARD_LACKS, format!("`{name}` is not in {file}"))
        .file(index)
        .tensor(name)
        .expected(format!("in {file}"));
    match elsewhere {
        Some(elsewhere) => problem
            .found(format!("in {elsewhere}"))
            .help("index and shards are of different versions: download all of them again"),
        None => problem
            .found("in none of the shards")
            .help("index and shards are of different versions, or a shard is: download all of them again"),
    }
}
