//! GPT-2.

use burn::config::Config;
use burn::module::Module;
use burn::nn::attention::{
    MhaInput, MultiHeadAttention, MultiHeadAttentionConfig, generate_autoregressive_mask,
};
use burn::nn::{
    Dropout, DropoutConfig, Embedding, EmbeddingConfig, Gelu, Initializer, LayerNorm, LayerNormConfig,
    Linear, LinearConfig,
};
use burn::tensor::{Bool, Device, Int, Tensor};

/// What makes a GPT-2.
#[derive(Config, Debug)]
pub struct Gpt2Config {
    #[config(default = 50257)]
    pub vocab: usize,
    #[config(default = 1024)]
    pub ctx: usize,
    #[config(default = 768)]
    pub dim: usize,
    #[config(default = 12)]
    pub heads: usize,
    #[config(default = 12)]
    pub layers: usize,
    #[config(default = 3072)]
    pub hidden: usize,
    #[config(default = 1e-5)]
    pub eps: f64,
    #[config(default = 0.0)]
    pub dropout: f64,
}

const NORMAL: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

/// Two linear maps with an activation between them.
#[derive(Module, Debug)]
pub struct Mlp {
    up: Linear,
    act: Gelu,
    down: Linear,
}

impl Mlp {
    /// Fresh numbers.
    pub fn new(dim: usize, hidden: usize, act: Gelu, device: &Device) -> Mlp {
        Mlp {
            up: LinearConfig::new(dim, hidden)
                .with_initializer(NORMAL)
                .init(device),
            act,
            down: LinearConfig::new(hidden, dim)
                .with_initializer(NORMAL)
                .init(device),
        }
    }

    /// `[B, T, dim]` to `[B, T, dim]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.down.forward(self.act.forward(self.up.forward(x)))
    }
}

/// A pre-norm decoder layer.
#[derive(Module, Debug)]
pub struct Gpt2Block {
    ln_1: LayerNorm,
    attn: MultiHeadAttention,
    ln_2: LayerNorm,
    mlp: Mlp,
    drop: Dropout,
}

impl Gpt2Block {
    fn new(config: &Gpt2Config, device: &Device) -> Gpt2Block {
        let norm = LayerNormConfig::new(config.dim).with_epsilon(config.eps);
        let attention = MultiHeadAttentionConfig::new(config.dim, config.heads)
            .with_dropout(0.0)
            .with_initializer(NORMAL);
        Gpt2Block {
            ln_1: norm.init(device),
            attn: attention.init(device),
            ln_2: norm.init(device),
            mlp: Mlp::new(config.dim, config.hidden, Gelu::new_approximate(), device),
            drop: DropoutConfig::new(config.dropout).init(),
        }
    }

    fn forward(&self, x: Tensor<3>, mask: Tensor<3, Bool>) -> Tensor<3> {
        let input = MhaInput::self_attn(self.ln_1.forward(x.clone())).mask_attn(mask);
        let x = x + self.drop.forward(self.attn.forward(input).context);
        x.clone() + self.drop.forward(self.mlp.forward(self.ln_2.forward(x)))
    }
}

/// GPT-2: a pre-norm causal decoder with learned positions.
#[derive(Module, Debug)]
pub struct Gpt2 {
    wte: Embedding,
    wpe: Embedding,
    drop: Dropout,
    h: Vec<Gpt2Block>,
    ln_f: LayerNorm,
}

impl Gpt2Config {
    /// Fresh numbers.
    pub fn init(&self, device: &Device) -> Gpt2 {
        assert_eq!(self.dim % self.heads, 0, "heads divide dim");
        Gpt2 {
            wte: EmbeddingConfig::new(self.vocab, self.dim)
                .with_initializer(NORMAL)
                .init(device),
            wpe: EmbeddingConfig::new(self.ctx, self.dim)
                .with_initializer(NORMAL)
                .init(device),
            drop: DropoutConfig::new(self.dropout).init(),
            h: (0..self.layers).map(|_| Gpt2Block::new(self, device)).collect(),
            ln_f: LayerNormConfig::new(self.dim).with_epsilon(self.eps).init(device),
        }
    }

    /// With scores of the next token, whose weight is the table of tokens.
    pub fn init_lm(&self, device: &Device) -> Gpt2Lm {
        Gpt2Lm {
            transformer: self.init(device),
        }
    }

    /// With scores of a whole sequence.
    pub fn init_sequence_classification(
        &self,
        classes: usize,
        device: &Device,
    ) -> Gpt2SequenceClassification {
        let score = LinearConfig::new(self.dim, classes)
            .with_bias(false)
            .with_initializer(NORMAL);
        Gpt2SequenceClassification {
            transformer: self.init(device),
            score: score.init(device),
        }
    }
}

impl Gpt2 {
    /// `[B, T]` to `[B, T, dim]`
    pub fn forward(&self, input_ids: Tensor<2, Int>) -> Tensor<3> {
        let [batch, length] = input_ids.dims();
        let device = input_ids.device();
        let positions = Tensor::<1, Int>::arange(0..length as i64, &device).unsqueeze::<2>();
        let mask = generate_autoregressive_mask(batch, length, &device);
        let mut x = self
            .drop
            .forward(self.wte.forward(input_ids) + self.wpe.forward(positions));
        for block in &self.h {
            x = block.forward(x, mask.clone());
        }
        self.ln_f.forward(x)
    }
}

/// GPT-2 with scores of the next token.
#[derive(Module, Debug)]
pub struct Gpt2Lm {
    transformer: Gpt2,
}

impl Gpt2Lm {
    /// `[B, T]` to `[B, T, vocab]`
    pub fn forward(&self, input_ids: Tensor<2, Int>) -> Tensor<3> {
        let x = self.transformer.forward(input_ids);
        x.matmul(self.transformer.wte.weight.val().transpose().unsqueeze::<3>())
    }
}

/// GPT-2 with scores of a whole sequence, from its last token.
#[derive(Module, Debug)]
pub struct Gpt2SequenceClassification {
    transformer: Gpt2,
    score: Linear,
}

impl Gpt2SequenceClassification {
    /// `[B, T]` to `[B, classes]`
    pub fn forward(&self, input_ids: Tensor<2, Int>) -> Tensor<2> {
        let [batch, length] = input_ids.dims();
        let x = self.transformer.forward(input_ids);
        let [_, _, dim] = x.dims();
        let last = x
            .slice([0..batch, length - 1..length, 0..dim])
            .reshape([batch, dim]);
        self.score.forward(last)
    }
}
