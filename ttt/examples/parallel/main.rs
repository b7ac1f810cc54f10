//! A new architecture in fifty lines, trained on a text.
//!
//! `cargo run --release --example parallel [TEXT [STEPS]]`

#[path = "../text/mod.rs"]
mod text;

use std::error::Error;

use text::{Settings, TextModel, train_and_sample};
use ttt::burn::tensor::{Device, Int, Tensor};
use ttt::{Context, Init};

ttt::model! {
    /// Attention and feed-forward side by side, each let in by a learned gate that starts nearly closed.
    block ParallelBlock(dim, heads, head_dim, hidden, eps: Float) {
        require head_dim % 2 == 0;
        norm: RmsNorm(dim, eps: eps);
        attn: GroupedQueryAttention(dim, heads, heads, head_dim, qk_norm: true, eps: eps);
        mlp: Mlp(dim, hidden, act: relu_squared, bias: false);
        attn_gate: Vector(dim, init_mean: 0.1, init_std: 0.0);
        mlp_gate: Vector(dim, init_mean: 0.1, init_std: 0.0);
        forward(x: [B, T, dim], cos: [B, T, head_dim], sin: [B, T, head_dim]) -> [B, T, dim] {
            let y = norm(x);
            x + attn_gate * attn(y, cos, sin) + mlp_gate * mlp(y)
        }
    }

    /// A small decoder over bytes with gated parallel layers.
    model Parallel {
        params { vocab = 256, dim = 96, heads = 4, head_dim = 24, layers = 3, hidden = 4 * dim, eps: Float = 1e-6 }
        require head_dim % 2 == 0;
        embed: Embedding(vocab, dim);
        rope: Rope(head_dim);
        layer: [ParallelBlock(dim, heads, head_dim, hidden, eps); layers];
        norm: RmsNorm(dim, eps: eps);
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {
            let (cos, sin) = rope(positions(input_ids));
            norm(layer(embed(input_ids), cos, sin))
        }

        /// Scores of the next byte.
        head lm {
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = embed.weight;
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }

        preset wide { dim: 192, heads: 6, head_dim: 32, layers: 4 }
    }
}

impl TextModel for ParallelLm {
    fn logits(&self, context: &mut Context, input_ids: Tensor<2, Int>) -> Result<Tensor<3>, Box<dyn Error>> {
        Ok(self.forward(context, input_ids))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_args()?;
    let device = Device::flex();
    device.seed(settings.seed);
    let model = ParallelConfig::default().init_lm(&Init::new(device.clone().autodiff()))?;
    train_and_sample(model, &settings, &device)
}
