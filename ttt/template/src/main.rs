//! A small model: it learns to repeat the first half of a sequence.

use std::error::Error;

use ttt::burn::module::Module;
use ttt::burn::optim::{AdamWConfig, GradientsParams};
use ttt::burn::tensor::{Device, Distribution, Int, Tensor};
use ttt::{Context, Init, loss};

ttt::model! {
    /// A pre-norm decoder layer.
    block Layer(dim, heads, hidden) {
        require dim % heads == 0;
        attn_norm: RmsNorm(dim);
        attn: Attention(dim, heads, causal: true);
        mlp_norm: RmsNorm(dim);
        mlp: SwiGlu(dim, hidden);
        forward(x: [B, T, dim]) -> [B, T, dim] {
            let x = x + attn(attn_norm(x));
            x + mlp(mlp_norm(x))
        }
    }

    /// A causal decoder with learned positions.
    model Copier {
        params { vocab = 16, ctx = 32, dim = 64, heads = 4, layers = 2, hidden = 2 * dim }
        require dim % heads == 0;
        tokens: Embedding(vocab, dim);
        places: Embedding(ctx, dim);
        layer: [Layer(dim, heads, hidden); layers];
        norm: RmsNorm(dim);
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {
            norm(layer(tokens(input_ids) + places(positions(input_ids))))
        }

        /// Scores of the next token.
        head lm {
            logits: Linear(dim, vocab, bias: false);
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }

        preset wide { dim: 256, heads: 8 }
    }
}

const STEPS: usize = 200;
const HALF: usize = 8;

/// Sequences `[16, 16]` of tokens whose second half repeats the first.
fn batch(config: &CopierConfig, device: &Device) -> Tensor<2, Int> {
    let highest = (config.vocab - 1) as f64;
    let half = Tensor::<2>::random([16, HALF], Distribution::Uniform(0.0, highest), device).int();
    Tensor::cat(vec![half.clone(), half], 1)
}

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex().autodiff();
    device.seed(1);
    let config = CopierConfig::default();
    let mut model = config.init_lm(&Init::new(device.clone()))?;
    println!("{} parameters", model.num_params());
    let mut optimizer = AdamWConfig::new().init();
    for step in 1..=STEPS {
        let input_ids = batch(&config, &device);
        let logits = model.forward(&mut Context::new().with_training(), input_ids.clone());
        let loss = loss::next_token(logits, input_ids, None);
        if step == 1 || step % 50 == 0 {
            println!("step {step:>3}  loss {:.3}", loss.clone().into_scalar::<f32>());
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(3e-3, model, gradients);
    }

    let input_ids = batch(&config, &device).narrow(0, 0, 1);
    let logits = model.forward(&mut Context::new(), input_ids.clone());
    let guesses = logits.argmax(2).narrow(1, HALF - 1, HALF).flatten::<1>(0, 2);
    println!(
        "sequence {:?}",
        input_ids.into_data().iter::<i64>().collect::<Vec<i64>>()
    );
    println!(
        "guessed  {:?}",
        guesses.into_data().iter::<i64>().collect::<Vec<i64>>()
    );
    Ok(())
}
