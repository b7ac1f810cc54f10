//! BERT.

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::attention::{MhaInput, MultiHeadAttention, MultiHeadAttentionConfig};
use burn::nn::{
    Dropout, DropoutConfig, Embedding, EmbeddingConfig, Gelu, Initializer, LayerNorm, LayerNormConfig,
    Linear, LinearConfig,
};
use burn::tensor::{Bool, Device, Int, Tensor};

use super::gpt2::Mlp;

/// What makes a BERT.
#[derive(Config, Debug)]
pub struct BertConfig {
    #[config(default = 30522)]
    pub vocab: usize,
    #[config(default = 512)]
    pub ctx: usize,
    #[config(default = 2)]
    pub segments: usize,
    #[config(default = 768)]
    pub dim: usize,
    #[config(default = 12)]
    pub heads: usize,
    #[config(default = 12)]
    pub layers: usize,
    #[config(default = 3072)]
    pub hidden: usize,
    #[config(default = 1e-12)]
    pub eps: f64,
    #[config(default = 0.1)]
    pub dropout: f64,
}

const NORMAL: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

impl BertConfig {
    fn embedding(&self, entries: usize, device: &Device) -> Embedding {
        EmbeddingConfig::new(entries, self.dim)
            .with_initializer(NORMAL)
            .init(device)
    }

    fn norm(&self, device: &Device) -> LayerNorm {
        LayerNormConfig::new(self.dim).with_epsilon(self.eps).init(device)
    }

    fn linear(&self, to: usize, device: &Device) -> Linear {
        LinearConfig::new(self.dim, to)
            .with_initializer(NORMAL)
            .init(device)
    }
}

/// Sums of word, position and segment vectors, normalised.
#[derive(Module, Debug)]
pub struct BertEmbeddings {
    word: Embedding,
    position: Embedding,
    segment: Embedding,
    norm: LayerNorm,
    drop: Dropout,
}

impl BertEmbeddings {
    fn new(config: &BertConfig, device: &Device) -> BertEmbeddings {
        BertEmbeddings {
            word: config.embedding(config.vocab, device),
            position: config.embedding(config.ctx, device),
            segment: config.embedding(config.segments, device),
            norm: config.norm(device),
            drop: DropoutConfig::new(config.dropout).init(),
        }
    }

    fn forward(&self, input_ids: Tensor<2, Int>, token_type_ids: Tensor<2, Int>) -> Tensor<3> {
        let [_, length] = input_ids.dims();
        let positions = Tensor::<1, Int>::arange(0..length as i64, &input_ids.device()).unsqueeze::<2>();
        let sum = self.word.forward(input_ids)
            + self.segment.forward(token_type_ids)
            + self.position.forward(positions);
        self.drop.forward(self.norm.forward(sum))
    }
}

/// A post-norm encoder layer.
#[derive(Module, Debug)]
pub struct BertLayer {
    attn: MultiHeadAttention,
    attn_norm: LayerNorm,
    mlp: Mlp,
    mlp_norm: LayerNorm,
    drop: Dropout,
}

impl BertLayer {
    fn new(config: &BertConfig, device: &Device) -> BertLayer {
        let attention = MultiHeadAttentionConfig::new(config.dim, config.heads)
            .with_dropout(0.0)
            .with_initializer(NORMAL);
        BertLayer {
            attn: attention.init(device),
            attn_norm: config.norm(device),
            mlp: Mlp::new(config.dim, config.hidden, Gelu::new(), device),
            mlp_norm: config.norm(device),
            drop: DropoutConfig::new(config.dropout).init(),
        }
    }

    fn forward(&self, x: Tensor<3>, padding: Option<Tensor<2, Bool>>) -> Tensor<3> {
        let input = MhaInput::self_attn(x.clone());
        let input = match padding {
            Some(padding) => input.mask_pad(padding),
            None => input,
        };
        let x = self
            .attn_norm
            .forward(x + self.drop.forward(self.attn.forward(input).context));
        self.mlp_norm
            .forward(x.clone() + self.drop.forward(self.mlp.forward(x)))
    }
}

/// The first token's vector, through one more layer.
#[derive(Module, Debug)]
pub struct BertPooler {
    dense: Linear,
}

impl BertPooler {
    fn forward(&self, x: Tensor<3>) -> Tensor<2> {
        let [batch, _, dim] = x.dims();
        let first = x.slice([0..batch, 0..1, 0..dim]).reshape([batch, dim]);
        self.dense.forward(first).tanh()
    }
}

/// What a BERT gives.
#[derive(Clone, Debug)]
pub struct BertOutput {
    /// `[B, T, dim]`
    pub last_hidden_state: Tensor<3>,
    /// `[B, dim]`
    pub pooler_output: Tensor<2>,
}

/// BERT: a post-norm bidirectional encoder.
#[derive(Module, Debug)]
pub struct Bert {
    embeddings: BertEmbeddings,
    layer: Vec<BertLayer>,
    pooler: BertPooler,
}

impl BertConfig {
    /// Fresh numbers.
    pub fn init(&self, device: &Device) -> Bert {
        assert_eq!(self.dim % self.heads, 0, "heads divide dim");
        Bert {
            embeddings: BertEmbeddings::new(self, device),
            layer: (0..self.layers).map(|_| BertLayer::new(self, device)).collect(),
            pooler: BertPooler {
                dense: self.linear(self.dim, device),
            },
        }
    }

    /// With scores of masked tokens, whose weight is the table of words.
    pub fn init_masked_lm(&self, device: &Device) -> BertMaskedLm {
        BertMaskedLm {
            bert: self.init(device),
            dense: self.linear(self.dim, device),
            act: Gelu::new(),
            norm: self.norm(device),
            bias: Initializer::Zeros.init([self.vocab], device),
        }
    }

    /// With scores of a whole sequence.
    pub fn init_sequence_classification(
        &self,
        classes: usize,
        device: &Device,
    ) -> BertSequenceClassification {
        BertSequenceClassification {
            bert: self.init(device),
            drop: DropoutConfig::new(self.dropout).init(),
            classifier: self.linear(classes, device),
        }
    }
}

impl Bert {
    /// `[B, T]` to `[B, T, dim]` and `[B, dim]`; `padding` is true where there is no token.
    pub fn forward(
        &self,
        input_ids: Tensor<2, Int>,
        token_type_ids: Option<Tensor<2, Int>>,
        padding: Option<Tensor<2, Bool>>,
    ) -> BertOutput {
        let token_type_ids = token_type_ids.unwrap_or_else(|| input_ids.zeros_like());
        let mut x = self.embeddings.forward(input_ids, token_type_ids);
        for layer in &self.layer {
            x = layer.forward(x, padding.clone());
        }
        BertOutput {
            pooler_output: self.pooler.forward(x.clone()),
            last_hidden_state: x,
        }
    }
}

/// BERT with scores of masked tokens.
#[derive(Module, Debug)]
pub struct BertMaskedLm {
    bert: Bert,
    dense: Linear,
    act: Gelu,
    norm: LayerNorm,
    bias: Param<Tensor<1>>,
}

impl BertMaskedLm {
    /// `[B, T]` to `[B, T, vocab]`
    pub fn forward(&self, input_ids: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>) -> Tensor<3> {
        let x = self.bert.forward(input_ids, None, padding).last_hidden_state;
        let x = self.norm.forward(self.act.forward(self.dense.forward(x)));
        let words = self.bert.embeddings.word.weight.val().transpose();
        x.matmul(words.unsqueeze::<3>()) + self.bias.val().unsqueeze::<3>()
    }
}

/// BERT with scores of a whole sequence.
#[derive(Module, Debug)]
pub struct BertSequenceClassification {
    bert: Bert,
    drop: Dropout,
    classifier: Linear,
}

impl BertSequenceClassification {
    /// `[B, T]` to `[B, classes]`
    pub fn forward(&self, input_ids: Tensor<2, Int>, padding: Option<Tensor<2, Bool>>) -> Tensor<2> {
        let pooled = self.bert.forward(input_ids, None, padding).pooler_output;
        self.classifier.forward(self.drop.forward(pooled))
    }
}
