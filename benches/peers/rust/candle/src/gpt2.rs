//! GPT-2 124M, which candle-transformers does not have, written as its models are.

use candle_core::{Device, IndexOp, Module, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Embedding, LayerNorm, VarBuilder, embedding, layer_norm};

pub const VOCABULARY: usize = 50257;
const WIDTH: usize = 768;
const LAYERS: usize = 12;
const HEADS: usize = 12;
const CHANNELS: usize = WIDTH / HEADS;
const CONTEXT: usize = 1024;
const EPSILON: f64 = 1e-5;

/// Keys and values of every layer.
pub type Cache = Vec<Option<(Tensor, Tensor)>>;

pub struct Gpt2 {
    tokens: Embedding,
    positions: Embedding,
    layers: Vec<Layer>,
    norm: LayerNorm,
}

impl Gpt2 {
    /// With the names of a Hugging Face file.
    pub fn load(weights: &VarBuilder) -> Result<Self> {
        let weights = weights.pp("transformer");
        Ok(Self {
            tokens: embedding(VOCABULARY, WIDTH, weights.pp("wte"))?,
            positions: embedding(CONTEXT, WIDTH, weights.pp("wpe"))?,
            layers: (0..LAYERS)
                .map(|number| Layer::load(&weights.pp(format!("h.{number}"))))
                .collect::<Result<_>>()?,
            norm: layer_norm(WIDTH, EPSILON, weights.pp("ln_f"))?,
        })
    }

    pub fn cache() -> Cache {
        vec![None; LAYERS]
    }

    /// Scores of the token that follows `tokens`, which stand after `past` others.
    pub fn scores(&self, tokens: &[u32], past: usize, cache: &mut Cache) -> Result<Tensor> {
        let new = tokens.len();
        let tokens = Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?;
        let places = Tensor::arange(past as u32, (past + new) as u32, &Device::Cpu)?.unsqueeze(0)?;
        let mut hidden = (self.tokens.forward(&tokens)? + self.positions.forward(&places)?)?;
        let mask = if new > 1 { Some(mask(new)?) } else { None };
        for (layer, cache) in self.layers.iter().zip(cache) {
            hidden = layer.forward(&hidden, mask.as_ref(), cache)?;
        }
        let last = self
            .norm
            .forward(&hidden.narrow(1, new - 1, 1)?)?
            .i((.., 0, ..))?;
        last.contiguous()?.matmul(&self.tokens.embeddings().t()?)
    }
}

struct Layer {
    before_attention: LayerNorm,
    query_key_value: Transposed,
    joined: Transposed,
    before_feed_forward: LayerNorm,
    up: Transposed,
    down: Transposed,
}

impl Layer {
    fn load(weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            before_attention: layer_norm(WIDTH, EPSILON, weights.pp("ln_1"))?,
            query_key_value: Transposed::load(WIDTH, 3 * WIDTH, &weights.pp("attn.c_attn"))?,
            joined: Transposed::load(WIDTH, WIDTH, &weights.pp("attn.c_proj"))?,
            before_feed_forward: layer_norm(WIDTH, EPSILON, weights.pp("ln_2"))?,
            up: Transposed::load(WIDTH, 4 * WIDTH, &weights.pp("mlp.c_fc"))?,
            down: Transposed::load(4 * WIDTH, WIDTH, &weights.pp("mlp.c_proj"))?,
        })
    }

    fn forward(
        &self,
        hidden: &Tensor,
        mask: Option<&Tensor>,
        cache: &mut Option<(Tensor, Tensor)>,
    ) -> Result<Tensor> {
        let hidden = (hidden + self.attention(&self.before_attention.forward(hidden)?, mask, cache)?)?;
        let inner = self
            .up
            .forward(&self.before_feed_forward.forward(&hidden)?)?
            .gelu()?;
        hidden + self.down.forward(&inner)?
    }

    fn attention(
        &self,
        hidden: &Tensor,
        mask: Option<&Tensor>,
        cache: &mut Option<(Tensor, Tensor)>,
    ) -> Result<Tensor> {
        let (batch, new, _) = hidden.dims3()?;
        let all = self.query_key_value.forward(hidden)?;
        let part = |index: usize| -> Result<Tensor> {
            let part = all.narrow(2, index * WIDTH, WIDTH)?;
            part.reshape((batch, new, HEADS, CHANNELS))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (query, mut key, mut value) = (part(0)?, part(1)?, part(2)?);
        if let Some((keys, values)) = cache.as_ref() {
            key = Tensor::cat(&[keys, &key], 2)?;
            value = Tensor::cat(&[values, &value], 2)?;
        }
        *cache = Some((key.clone(), value.clone()));
        let mut scores = (query.matmul(&key.t()?)? * (CHANNELS as f64).powf(-0.5))?;
        if let Some(mask) = mask {
            scores = scores.broadcast_add(mask)?;
        }
        let mixed = softmax_last_dim(&scores)?.matmul(&value)?;
        self.joined
            .forward(&mixed.transpose(1, 2)?.reshape((batch, new, WIDTH))?)
    }
}

/// A linear layer whose matrix is stored as [inputs, outputs].
struct Transposed {
    weight: Tensor,
    bias: Tensor,
}

impl Transposed {
    fn load(inputs: usize, outputs: usize, weights: &VarBuilder) -> Result<Self> {
        Ok(Self {
            weight: weights.get((inputs, outputs), "weight")?,
            bias: weights.get(outputs, "bias")?,
        })
    }

    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let (batch, new, width) = input.dims3()?;
        let rows = input.reshape((batch * new, width))?;
        rows.matmul(&self.weight)?
            .broadcast_add(&self.bias)?
            .reshape((batch, new, ()))
    }
}

/// Hides from each token those after it.
fn mask(new: usize) -> Result<Tensor> {
    let hidden = |row, column| if column > row { f32::NEG_INFINITY } else { 0.0 };
    let cells: Vec<f32> = (0..new)
        .flat_map(|row| (0..new).map(move |column| hidden(row, column)))
        .collect();
    Tensor::from_vec(cells, (new, new), &Device::Cpu)
}
