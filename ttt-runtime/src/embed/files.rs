//! The files of a sentence-transformers directory.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokenizers::{PaddingParams, PaddingStrategy, Tokenizer, TruncationParams};

use super::pooling::PoolingFile;
use super::{EmbedError, Pooling};

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

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    pad_token: Option<serde_json::Value>,
}

impl Recipe {
    /// Reads `modules.json` and the files it names. Without one, tokens are averaged and lengths kept, as
    /// sentence-transformers does for a plain checkpoint.
    pub(super) fn read(dir: &Path) -> Result<Recipe, EmbedError> {
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
                    return Err(EmbedError::malformed(
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

/// The directory's tokenizer, set to pad each batch to its longest sentence and to cut at `longest` tokens.
pub(super) fn tokenizer(dir: &Path, longest: usize) -> Result<Tokenizer, EmbedError> {
    let path = dir.join("tokenizer.json");
    let text = read(&path)?.ok_or_else(|| EmbedError::Read {
        path: path.clone(),
        source: ErrorKind::NotFound.into(),
        help: "embeddings need the checkpoint's own tokenizer.json beside its weights",
    })?;
    let mut tokenizer = Tokenizer::from_bytes(text)
        .map_err(|error| EmbedError::malformed(&path, error, "a tokenizer.json"))?;
    let padding = padding(dir, &tokenizer)?;
    let truncation = TruncationParams {
        max_length: longest,
        ..Default::default()
    };
    tokenizer
        .with_truncation(Some(truncation))
        .map_err(EmbedError::tokenize)?;
    tokenizer.with_padding(Some(padding));
    Ok(tokenizer)
}

/// Padding is masked out of every result, but its id must be one the model knows.
fn padding(dir: &Path, tokenizer: &Tokenizer) -> Result<PaddingParams, EmbedError> {
    let mut params = tokenizer.get_padding().cloned().unwrap_or_default();
    params.strategy = PaddingStrategy::BatchLongest;
    params.pad_to_multiple_of = None;
    if tokenizer.get_padding().is_none() {
        let config: TokenizerConfig = read_json(&dir.join("tokenizer_config.json"))?.unwrap_or_default();
        let token = config
            .pad_token
            .as_ref()
            .and_then(|token| token.as_str().or_else(|| token["content"].as_str()));
        let token = token.unwrap_or(&params.pad_token);
        params.pad_id = tokenizer.token_to_id(token).unwrap_or(0);
        params.pad_token = tokenizer.id_to_token(params.pad_id).unwrap_or_default();
    }
    Ok(params)
}

fn read_pooling(path: &Path) -> Result<Vec<Pooling>, EmbedError> {
    let file: PoolingFile = read_json(path)?.ok_or_else(|| EmbedError::Read {
        path: path.to_path_buf(),
        source: ErrorKind::NotFound.into(),
        help: "modules.json names this pooling; restore its config.json",
    })?;
    file.modes().map_err(|mode| {
        EmbedError::malformed(path, mode, "cls, max, mean, mean_sqrt_len or last-token pooling")
    })
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EmbedError> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| EmbedError::malformed(path, error, "valid JSON of this file's form"))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, EmbedError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EmbedError::Read {
            path: path.to_path_buf(),
            source,
            help: "check the file's permissions",
        }),
    }
}
