//! LLaMA.

use burn::config::Config;
use burn::module::Module;
use burn::nn::attention::generate_autoregressive_mask;
use burn::nn::{
    Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig, RmsNorm, RmsNormConfig, RotaryEncoding,
    RotaryEncodingConfig,
};
use burn::tensor::activation::{silu, softmax};
use burn::tensor::{Bool, Device, Int, Tensor};

/// What makes a LLaMA.
#[derive(Config, Debug)]
pub struct LlamaConfig {
    #[config(default = 32000)]
    pub vocab: usize,
    #[config(default = 2048)]
    pub ctx: usize,
    #[config(default = 4096)]
    pub dim: usize,
    #[config(default = 32)]
    pub heads: usize,
    #[config(default = 32)]
    pub kv_heads: usize,
    #[config(default = 128)]
    pub head_dim: usize,
    #[config(default = 11008)]
    pub hidden: usize,
    #[config(default = 32)]
    pub layers: usize,
    #[config(default = 1e-6)]
    pub eps: f64,
    #[config(default = "10000.0")]
    pub theta: f32,
}

fn linear(from: usize, to: usize, device: &Device) -> Linear {
    let normal = Initializer::Normal { mean: 0.0, std: 0.02 };
    LinearConfig::new(from, to)
        .with_bias(false)
        .with_initializer(normal)
        .init(device)
}

/// Rotary attention in which groups of query heads share one key-value head.
#[derive(Module, Debug)]
pub struct GroupedQueryAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    o: Linear,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
}

impl GroupedQueryAttention {
    fn new(config: &LlamaConfig, device: &Device) -> GroupedQueryAttention {
        let (queries, keys) = (config.heads * config.head_dim, config.kv_heads * config.head_dim);
        GroupedQueryAttention {
            q: linear(config.dim, queries, device),
            k: linear(config.dim, keys, device),
            v: linear(config.dim, keys, device),
            o: linear(queries, config.dim, device),
            heads: config.heads,
            kv_heads: config.kv_heads,
            head_dim: config.head_dim,
        }
    }

    fn forward(&self, x: Tensor<3>, rope: &RotaryEncoding, mask: Tensor<4, Bool>) -> Tensor<3> {
        let [batch, length, _] = x.dims();
        let split =
            |x: Tensor<3>, heads: usize| x.reshape([batch, length, heads, self.head_dim]).swap_dims(1, 2);
        let query = rope.forward(split(self.q.forward(x.clone()), self.heads));
        let key = self.repeat(rope.forward(split(self.k.forward(x.clone()), self.kv_heads)));
        let value = self.repeat(split(self.v.forward(x), self.kv_heads));
        let scores = query
            .matmul(key.transpose())
            .div_scalar((self.head_dim as f64).sqrt());
        let weights = softmax(scores.mask_fill(mask, f32::NEG_INFINITY), 3);
        let mixed = weights.matmul(value).swap_dims(1, 2);
        self.o
            .forward(mixed.reshape([batch, length, self.heads * self.head_dim]))
    }

    /// A copy of each key-value head for every query head that it serves.
    fn repeat(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, _, length, dim] = x.dims();
        let copies = self.heads / self.kv_heads;
        x.unsqueeze_dim::<5>(2)
            .repeat_dim(2, copies)
            .reshape([batch, self.heads, length, dim])
    }
}

/// A gated feed-forward layer.
#[derive(Module, Debug)]
pub struct SwiGlu {
    gate: Linear,
    up: Linear,
    down: Linear,
}

impl SwiGlu {
    fn new(config: &LlamaConfig, device: &Device) -> SwiGlu {
        SwiGlu {
            gate: linear(config.dim, config.hidden, device),
            up: linear(config.dim, config.hidden, device),
            down: linear(config.hidden, config.dim, device),
        }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.down
            .forward(silu(self.gate.forward(x.clone())) * self.up.forward(x))
    }
}

/// A pre-norm decoder layer.
#[derive(Module, Debug)]
pub struct LlamaBlock {
    attn_norm: RmsNorm,
    attn: GroupedQueryAttention,
    mlp_norm: RmsNorm,
    mlp: SwiGlu,
}

impl LlamaBlock {
    fn new(config: &LlamaConfig, device: &Device) -> LlamaBlock {
        let norm = RmsNormConfig::new(config.dim).with_epsilon(config.eps);
        LlamaBlock {
            attn_norm: norm.init(device),
            attn: GroupedQueryAttention::new(config, device),
            mlp_norm: norm.init(device),
            mlp: SwiGlu::new(config, device),
        }
    }

    fn forward(&self, x: Tensor<3>, rope: &RotaryEncoding, mask: Tensor<4, Bool>) -> Tensor<3> {
        let x = x.clone() + self.attn.forward(self.attn_norm.forward(x), rope, mask);
        x.clone() + self.mlp.forward(self.mlp_norm.forward(x))
    }
}

/// LLaMA: a pre-norm causal decoder with rotary positions and grouped queries.
#[derive(Module, Debug)]
pub struct Llama {
    embed: Embedding,
    rope: RotaryEncoding,
    layer: Vec<LlamaBlock>,
    norm: RmsNorm,
}

impl LlamaConfig {
    /// Fresh numbers.
    pub fn init(&self, device: &Device) -> Llama {
        assert_eq!(self.heads % self.kv_heads, 0, "key-value heads divide heads");
        let normal = Initializer::Normal { mean: 0.0, std: 0.02 };
        Llama {
            embed: EmbeddingConfig::new(self.vocab, self.dim)
                .with_initializer(normal)
                .init(device),
            rope: RotaryEncodingConfig::new(self.ctx, self.head_dim)
                .with_theta(self.theta)
                .init(device),
            layer: (0..self.layers).map(|_| LlamaBlock::new(self, device)).collect(),
            norm: RmsNormConfig::new(self.dim).with_epsilon(self.eps).init(device),
        }
    }

    /// With scores of the next token.
    pub fn init_lm(&self, device: &Device) -> LlamaLm {
        LlamaLm {
            model: self.init(device),
            logits: linear(self.dim, self.vocab, device),
        }
    }

    /// With scores of a whole sequence.
    pub fn init_sequence_classification(
        &self,
        classes: usize,
        device: &Device,
    ) -> LlamaSequenceClassification {
        LlamaSequenceClassification {
            model: self.init(device),
            score: linear(self.dim, classes, device),
        }
    }
}

impl Llama {
    /// `[B, T]` to `[B, T, dim]`
    pub fn forward(&self, input_ids: Tensor<2, Int>) -> Tensor<3> {
        let [batch, length] = input_ids.dims();
        let mask = generate_autoregressive_mask(batch, length, &input_ids.device()).unsqueeze_dim::<4>(1);
        let mut x = self.embed.forward(input_ids);
        for layer in &self.layer {
            x = layer.forward(x, &self.rope, mask.clone());
        }
        self.norm.forward(x)
    }
}

/// LLaMA with scores of the next token.
#[derive(Module, Debug)]
pub struct LlamaLm {
    model: Llama,
    logits: Linear,
}

impl LlamaLm {
    /// `[B, T]` to `[B, T, vocab]`
    pub fn forward(&self, input_ids: Tensor<2, Int>) -> Tensor<3> {
        self.logits.forward(self.model.forward(input_ids))
    }
}

/// LLaMA with scores of a whole sequence, from its last token.
#[derive(Module, Debug)]
pub struct LlamaSequenceClassification {
    model: Llama,
    score: Linear,
}

impl LlamaSequenceClassification {
    /// `[B, T]` to `[B, classes]`
    pub fn forward(&self, input_ids: Tensor<2, Int>) -> Tensor<2> {
        let [batch, length] = input_ids.dims();
        let x = self.model.forward(input_ids);
        let [_, _, dim] = x.dims();
        let last = x
            .slice([0..batch, length - 1..length, 0..dim])
            .reshape([batch, dim]);
        self.score.forward(last)
    }
}
