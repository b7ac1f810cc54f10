//! A small LLaMA trained from nothing: a text becomes a tokenizer, a model and a Hugging Face directory.
//!
//! `cargo run --example shakespeare -- TEXT DIRECTORY [STEPS]`, where TEXT is a text file or the folder of plays that
//! `scripts/fetch-models shakespeare` prints. `ttt/demo` was made by it.

mod card;
mod corpus;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use card::{Card, save};
use corpus::{Corpus, HELD_OUT};
use rand::SeedableRng;
use rand::rngs::StdRng;
use ttt::burn::grad_clipping::GradientClippingConfig;
use ttt::burn::module::Module;
use ttt::burn::optim::{AdamWConfig, GradientsParams};
use ttt::burn::tensor::{Device, Int, Tensor};
use ttt::models::llama::{LlamaConfig, LlamaLm};
use ttt::{Context, Init, loss};

const VOCABULARY: usize = 1024;
const CTX: usize = 256;
const BATCH: usize = 2;
const STEPS: usize = 3600;
const WARMUP: usize = 100;
const LEARNING_RATE: f64 = 3e-3;
/// What the learning rate falls to, as a part of its height.
const LOWEST: f64 = 0.02;
const WEIGHT_DECAY: f32 = 0.05;
const REPORT: usize = 200;
const SEED: u64 = 1623;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (text, directory, steps) = match args.as_slice() {
        [text, directory] => (text, directory, STEPS),
        [text, directory, steps] => (text, directory, steps.parse()?),
        _ => return Err("give TEXT DIRECTORY [STEPS]".into()),
    };
    let corpus = Corpus::read(Path::new(text), VOCABULARY)?;
    if corpus.held_out.len() < BATCH * CTX {
        let found = corpus.train.len() + corpus.held_out.len();
        let expected = BATCH * CTX * HELD_OUT;
        return Err(
            format!("{text}: {found} tokens, expected at least {expected}: give a longer text").into(),
        );
    }
    let config = config(corpus.tokenizer.vocab_size());
    let device = Device::flex();
    device.seed(SEED);
    let model = config.init_lm(&Init::new(device.clone().autodiff()))?;
    let parameters = model.num_params();
    println!(
        "{parameters} parameters; {} bytes of text, {} tokens, {} held out",
        corpus.bytes,
        corpus.train.len() + corpus.held_out.len(),
        corpus.held_out.len()
    );

    let started = Instant::now();
    let model = train(model, &corpus, steps, &device)?.valid();
    let seconds = started.elapsed().as_secs();
    let held_out = held_out_loss(&model, &corpus, usize::MAX, &device);
    println!("{seconds} s; held out: loss {held_out:.4} nats");
    let card = Card {
        parameters,
        bytes: corpus.bytes,
        tokens: corpus.train.len(),
        held_out_tokens: corpus.held_out.len(),
        steps,
        tokens_per_step: BATCH * CTX,
        seconds,
        loss: held_out,
        bits_per_byte: corpus.bits_per_byte(held_out),
    };
    save(Path::new(directory), &model, &config, &corpus.tokenizer, &card)
}

/// The built-in family, as small as makes English.
fn config(vocab: usize) -> LlamaConfig {
    LlamaConfig {
        vocab,
        ctx: CTX,
        dim: 96,
        heads: 4,
        kv_heads: 2,
        head_dim: 24,
        hidden: 256,
        layers: 3,
        eps: 1e-5,
        tied: true,
        rope_original_ctx: CTX as i64,
        ..LlamaConfig::default()
    }
}

fn train(
    mut model: LlamaLm,
    corpus: &Corpus,
    steps: usize,
    device: &Device,
) -> Result<LlamaLm, Box<dyn Error>> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut optimizer = AdamWConfig::new()
        .with_beta_2(0.99)
        .with_epsilon(1e-8)
        .with_weight_decay(WEIGHT_DECAY)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
        .init();
    let training = device.clone().autodiff();
    let started = Instant::now();
    let mut sum = 0.0;
    for step in 1..=steps {
        let input_ids = corpus.batch(BATCH, CTX, &mut random, &training);
        let logits = model.forward(&mut Context::new().with_training(), input_ids.clone());
        let loss = loss::next_token(logits, input_ids, None);
        sum += loss.clone().into_scalar::<f32>();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(learning_rate(step, steps), model, gradients);
        if step % REPORT == 0 {
            let held_out = held_out_loss(&model.valid(), corpus, 16, device);
            println!(
                "step {step:>5}  loss {:.3}  held out {held_out:.3}  {:>4} s",
                sum / REPORT as f32,
                started.elapsed().as_secs()
            );
            sum = 0.0;
        }
    }
    Ok(model)
}

/// Up in a line, down in half a cosine.
fn learning_rate(step: usize, steps: usize) -> f64 {
    if step < WARMUP {
        return LEARNING_RATE * step as f64 / WARMUP as f64;
    }
    let done = (step - WARMUP) as f64 / steps.saturating_sub(WARMUP).max(1) as f64;
    let height = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
    LEARNING_RATE * (LOWEST + (1.0 - LOWEST) * height)
}

/// The mean loss of at most this many batches of what was not trained on.
fn held_out_loss(model: &LlamaLm, corpus: &Corpus, batches: usize, device: &Device) -> f32 {
    let losses: Vec<f32> = corpus
        .held_out_batches(BATCH, CTX)
        .take(batches)
        .map(|ids| {
            let input_ids: Tensor<2, Int> = Tensor::from_data(ids, device);
            let logits = model.forward(&mut Context::new(), input_ids.clone());
            loss::next_token(logits, input_ids, None).into_scalar::<f32>()
        })
        .collect();
    losses.iter().sum::<f32>() / losses.len() as f32
}
