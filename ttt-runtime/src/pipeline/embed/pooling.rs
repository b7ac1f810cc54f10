//! From one vector per token to one per sentence.

use burn::tensor::{Bool, Tensor};
use serde::Deserialize;

/// How the vectors of a sentence's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The first token's.
    Cls,
    /// The largest of each component.
    Max,
    /// The mean over real tokens.
    Mean,
    /// The sum over real tokens, divided by the square root of their number.
    MeanSqrtLength,
    /// The last real token's.
    Last,
}

/// `1_Pooling/config.json` as sentence-transformers writes it.
#[derive(Debug, Deserialize)]
pub(super) struct PoolingFile {
    #[serde(default)]
    pooling_mode: Option<String>,
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
    #[serde(default)]
    pooling_mode_weightedmean_tokens: bool,
    #[serde(default)]
    pooling_mode_lasttoken: bool,
}

impl PoolingFile {
    /// The modes the file asks for, in the order in which sentence-transformers concatenates them; the name of a mode
    /// that is not supported is the error.
    pub(super) fn modes(&self) -> Result<Vec<Pooling>, String> {
        if self.pooling_mode_weightedmean_tokens {
            return Err("pooling_mode_weightedmean_tokens".into());
        }
        let flags = [
            (self.pooling_mode_cls_token, Pooling::Cls),
            (self.pooling_mode_max_tokens, Pooling::Max),
            (self.pooling_mode_mean_tokens, Pooling::Mean),
            (self.pooling_mode_mean_sqrt_len_tokens, Pooling::MeanSqrtLength),
            (self.pooling_mode_lasttoken, Pooling::Last),
        ];
        let modes: Vec<Pooling> = flags
            .into_iter()
            .filter(|(set, _)| *set)
            .map(|(_, mode)| mode)
            .collect();
        match (&self.pooling_mode, modes.is_empty()) {
            (Some(name), true) => Pooling::from_name(name)
                .map(|mode| vec![mode])
                .ok_or_else(|| name.clone()),
            _ => Ok(modes),
        }
    }
}

/// GGUF's numbers of `pooling_type`.
const GGUF_NUMBERS: [(u32, Pooling); 3] = [(1, Pooling::Mean), (2, Pooling::Cls), (3, Pooling::Last)];

impl Pooling {
    /// The pooling that the metadata of a GGUF file state.
    pub fn of_gguf(metadata: Option<&serde_json::Value>) -> Option<Pooling> {
        Pooling::number_in_gguf(metadata).and_then(Pooling::of_gguf_number)
    }

    /// The number of the pooling that the metadata of a GGUF file state; 0 is none.
    pub(super) fn number_in_gguf(metadata: Option<&serde_json::Value>) -> Option<u64> {
        let keys = metadata.and_then(serde_json::Value::as_object)?;
        let (_, number) = keys.iter().find(|(key, _)| key.ends_with(".pooling_type"))?;
        number.as_u64()
    }

    /// `1_Pooling/config.json` for vectors of this many numbers.
    pub(super) fn to_file(self, dim: usize) -> serde_json::Value {
        serde_json::json!({
            "word_embedding_dimension": dim,
            "pooling_mode_cls_token": self == Pooling::Cls,
            "pooling_mode_mean_tokens": self == Pooling::Mean,
            "pooling_mode_max_tokens": self == Pooling::Max,
            "pooling_mode_mean_sqrt_len_tokens": self == Pooling::MeanSqrtLength,
            "pooling_mode_lasttoken": self == Pooling::Last,
        })
    }

    /// The number that GGUF has for it, under `pooling_type`.
    pub fn gguf_number(self) -> Option<u32> {
        let found = GGUF_NUMBERS.iter().find(|(_, pooling)| *pooling == self);
        found.map(|(number, _)| *number)
    }

    /// The pooling of a number of GGUF's.
    pub(super) fn of_gguf_number(number: u64) -> Option<Pooling> {
        let found = GGUF_NUMBERS.iter().find(|(known, _)| u64::from(*known) == number);
        found.map(|(_, pooling)| *pooling)
    }

    /// The mode that newer files call by this name.
    fn from_name(name: &str) -> Option<Pooling> {
        match name {
            "cls" => Some(Pooling::Cls),
            "max" => Some(Pooling::Max),
            "mean" => Some(Pooling::Mean),
            "mean_sqrt_len_tokens" => Some(Pooling::MeanSqrtLength),
            "lasttoken" => Some(Pooling::Last),
            _ => None,
        }
    }

    /// Pools `[B, T, D]` to `[B, D]`. `mask` `[B, T]` is true for real tokens, which come first in each row.
    pub fn pool(self, hidden: Tensor<3>, mask: Tensor<2, Bool>) -> Tensor<2> {
        let [batch, length, dim] = hidden.dims();
        let padding = mask
            .clone()
            .bool_not()
            .unsqueeze_dim::<3>(2)
            .expand([batch, length, dim]);
        let counts = || mask.clone().float().sum_dim(1).clamp_min(1e-9);
        match self {
            Pooling::Cls => hidden.narrow(1, 0, 1).squeeze_dim(1),
            Pooling::Max => hidden.mask_fill(padding, f32::MIN).max_dim(1).squeeze_dim(1),
            Pooling::Mean => hidden.mask_fill(padding, 0.0).sum_dim(1).squeeze_dim::<2>(1) / counts(),
            Pooling::MeanSqrtLength => {
                hidden.mask_fill(padding, 0.0).sum_dim(1).squeeze_dim::<2>(1) / counts().sqrt()
            }
            Pooling::Last => {
                let last = mask.int().sum_dim(1).sub_scalar(1).clamp_min(0);
                let index = last.unsqueeze_dim::<3>(2).expand([batch, 1, dim]);
                hidden.gather(1, index).squeeze_dim(1)
            }
        }
    }
}

/// Scales every row to length one; a row of zeros stays.
pub fn normalize(vectors: Tensor<2>) -> Tensor<2> {
    let length = vectors.clone().square().sum_dim(1).sqrt().clamp_min(1e-12);
    vectors / length
}
