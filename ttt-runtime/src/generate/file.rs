//! `generation_config.json`: how a checkpoint wants to be generated from.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{GenerateError, Penalties, Sampling, Settings};

/// What a checkpoint's `generation_config.json` asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenerationFile {
    /// The settings.
    pub settings: Settings,
    /// How tokens are drawn when they are drawn, which the file may say without asking for it.
    pub sampling: Sampling,
    /// Texts that end a generation.
    pub stop_strings: Vec<String>,
    /// Settings that are not done here, each as a sentence.
    pub notes: Vec<String>,
}

/// The keys that are done. Absent ones have the defaults of transformers.
#[derive(Debug, Deserialize)]
struct Keys {
    max_new_tokens: Option<usize>,
    do_sample: Option<bool>,
    temperature: Option<f32>,
    top_k: Option<usize>,
    top_p: Option<f32>,
    min_p: Option<f32>,
    repetition_penalty: Option<f32>,
    eos_token_id: Option<TokenIds>,
    max_length: Option<usize>,
    max_time: Option<f64>,
    stop_strings: Option<StopTexts>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a token's id, or a list of them")]
enum TokenIds {
    One(u32),
    Several(Vec<u32>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a text, or a list of them")]
enum StopTexts {
    One(String),
    Several(Vec<String>),
}

/// How many of the likeliest tokens transformers draws from when a configuration that samples does not say.
const DEFAULT_TOP_K: usize = 50;

/// Keys that change what is generated and are not done here, with the value under which they change nothing.
fn not_done() -> [(&'static str, Value); 23] {
    [
        ("num_beams", json!(1)),
        ("num_beam_groups", json!(1)),
        ("num_return_sequences", json!(1)),
        ("no_repeat_ngram_size", json!(0)),
        ("encoder_no_repeat_ngram_size", json!(0)),
        ("encoder_repetition_penalty", json!(1.0)),
        ("min_length", json!(0)),
        ("min_new_tokens", json!(0)),
        ("typical_p", json!(1.0)),
        ("epsilon_cutoff", json!(0.0)),
        ("eta_cutoff", json!(0.0)),
        ("diversity_penalty", json!(0.0)),
        ("length_penalty", json!(1.0)),
        ("guidance_scale", json!(1.0)),
        ("penalty_alpha", json!(0.0)),
        ("bad_words_ids", json!([])),
        ("sequence_bias", json!([])),
        ("suppress_tokens", json!([])),
        ("begin_suppress_tokens", json!([])),
        ("forced_bos_token_id", Value::Null),
        ("forced_eos_token_id", Value::Null),
        ("exponential_decay_length_penalty", Value::Null),
        ("watermarking_config", Value::Null),
    ]
}

impl GenerationFile {
    /// Reads a checkpoint's `generation_config.json`; `None` where there is none. Ranges are not checked yet, since the
    /// caller may set other values: see [`Settings::check`].
    ///
    /// # Errors
    ///
    /// When the file is there and is not such a file.
    pub fn read(directory: &Path) -> Result<Option<GenerationFile>, GenerateError> {
        let path = directory.join("generation_config.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(in_file(&path, error)),
        };
        let keys: Keys = serde_json::from_str(&text).map_err(|error| in_file(&path, error))?;
        let max_time = keys.max_time.map(Duration::try_from_secs_f64).transpose();
        let max_time = max_time.map_err(|error| in_file(&path, format!("`max_time`: {error}")))?;
        let mut file = GenerationFile::from(keys);
        file.settings.max_time = max_time;
        Ok(Some(file))
    }
}

fn in_file(path: &Path, what: impl ToString) -> GenerateError {
    GenerateError::File {
        path: path.to_path_buf(),
        what: what.to_string(),
    }
}

impl From<Keys> for GenerationFile {
    fn from(keys: Keys) -> GenerationFile {
        let defaults = Settings::default();
        let sampling = Sampling {
            temperature: keys.temperature.unwrap_or(1.0),
            top_k: keys.top_k.unwrap_or(DEFAULT_TOP_K),
            top_p: keys.top_p.unwrap_or(1.0),
            min_p: keys.min_p.unwrap_or(0.0),
        };
        // A count of new tokens goes before one with the prompt, as in transformers.
        let max_length = keys.max_length.filter(|_| keys.max_new_tokens.is_none());
        let settings = Settings {
            max_new_tokens: keys
                .max_new_tokens
                .or(max_length)
                .unwrap_or(defaults.max_new_tokens),
            max_length,
            max_time: None,
            sampling: keys.do_sample.unwrap_or(false).then_some(sampling),
            penalties: Penalties {
                repetition: keys.repetition_penalty.unwrap_or(1.0),
                ..defaults.penalties
            },
            stop_tokens: match keys.eos_token_id {
                None => Vec::new(),
                Some(TokenIds::One(id)) => vec![id],
                Some(TokenIds::Several(ids)) => ids,
            },
            seed: defaults.seed,
        };
        let asked = not_done().into_iter().filter_map(|(key, neutral)| {
            let value = keys.others.get(key)?;
            let same = value.is_null()
                || *value == neutral
                || value.as_f64() == neutral.as_f64() && value.is_number();
            (!same).then(|| format!("generation_config.json asks for {key} = {value}, which is not done"))
        });
        GenerationFile {
            notes: asked.collect(),
            settings,
            sampling,
            stop_strings: match keys.stop_strings {
                None => Vec::new(),
                Some(StopTexts::One(text)) => vec![text],
                Some(StopTexts::Several(texts)) => texts,
            },
        }
    }
}
