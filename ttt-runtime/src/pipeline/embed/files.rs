//! The files of a sentence-transformers directory.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Pooling;
use super::pooling::PoolingFile;
use crate::pipeline::PipelineError;

/// What a directory says about pooling and normalisation.
pub(super) struct Recipe {
    pub(super) pooling: Vec<Pooling>,
    pub(super) normalize: bool,
    pub(super) max_seq_length: Option<usize>,
    pub(super) notes: Vec<String>,
}

#[derive(Deserialize)]
struct Module {
    path: String,
    #[serde(rename = "type")]
    class: String,
}

#[derive(Default, Deserialize)]
struct Limits {
    max_seq_length: Option<usize>,
}

impl Recipe {
    /// Reads `modules.json` and the files it names. Without one, tokens are averaged and lengths kept, as
    /// sentence-transformers does for a plain checkpoint.
    pub(super) fn read(dir: &Path) -> Result<Recipe, PipelineError> {
        let limits: Limits = read_json(&dir.join("sentence_bert_config.json"))?.unwrap_or_default();
        let mut recipe = Recipe {
            pooling: Vec::new(),
            normalize: false,
            max_seq_length: limits.max_seq_length,
            notes: Vec::new(),
        };
        let path = dir.join("modules.json");
        let modules: Option<Vec<Module>> = read_json(&path)?;
        for module in modules.into_iter().flatten() {
            match module.class.rsplit('.').next() {
                Some("Transformer") => {}
                Some("Pooling") => {
                    recipe.pooling = read_pooling(&dir.join(&module.path).join("config.json"))?
                }
                Some("Normalize") => recipe.normalize = true,
                _ => {
                    return Err(malformed(
                        &path,
                        module.class,
                        "Transformer, Pooling or Normalize",
                    ));
                }
            }
        }
        if recipe.pooling.is_empty() {
            recipe
                .notes
                .push("the directory names no pooling: the vectors of all tokens are averaged".into());
            recipe.pooling.push(Pooling::Mean);
        }
        Ok(recipe)
    }
}

fn read_pooling(path: &Path) -> Result<Vec<Pooling>, PipelineError> {
    let file: PoolingFile = read_json(path)?.ok_or_else(|| {
        malformed(
            path,
            "there is no such file",
            "the configuration of the pooling that modules.json names",
        )
    })?;
    file.modes()
        .map_err(|mode| malformed(path, mode, "cls, max, mean, mean_sqrt_len or last-token pooling"))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, PipelineError> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| malformed(path, error, "valid JSON of this file's form"))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, PipelineError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(malformed(path, error, "a file that can be read")),
    }
}

fn malformed(path: &Path, found: impl ToString, expected: &'static str) -> PipelineError {
    PipelineError::File {
        path: path.to_path_buf(),
        found: found.to_string(),
        expected,
    }
}
