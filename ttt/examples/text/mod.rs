//! Training on the bytes of a text and sampling from the result, alike for expanded and interpreted models.

use std::error::Error;
use std::path::PathBuf;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use ttt::burn::module::Module;
use ttt::burn::optim::{AdamWConfig, GradientsParams};
use ttt::burn::tensor::{Device, Int, Tensor, TensorData, activation};
use ttt::{Context, loss};

/// A model that scores the next byte after each position.
pub trait TextModel: Module {
    /// `[B, T]` bytes to `[B, T, 256]` scores.
    fn logits(&self, context: &mut Context, input_ids: Tensor<2, Int>) -> Result<Tensor<3>, Box<dyn Error>>;
}

/// What the command line may change.
pub struct Settings {
    /// The text to learn.
    pub text: PathBuf,
    /// Optimizer steps.
    pub steps: usize,
    /// Where every random number comes from.
    pub seed: u64,
}

const BATCH: usize = 8;
const LENGTH: usize = 64;
const LEARNING_RATE: f64 = 3e-3;
const SAMPLE: usize = 200;

impl Settings {
    /// `[TEXT [STEPS]]`; the text is the language's reference when left out.
    pub fn from_args() -> Result<Settings, Box<dyn Error>> {
        let mut args = std::env::args().skip(1);
        let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/language.md");
        let text = args.next().map_or_else(|| reference.into(), PathBuf::from);
        let steps = args.next().map(|steps| steps.parse()).transpose()?.unwrap_or(300);
        Ok(Settings { text, steps, seed: 7 })
    }
}

/// Trains with AdamW, prints the loss, and prints a sample.
pub fn train_and_sample<M: TextModel>(
    mut model: M,
    settings: &Settings,
    device: &Device,
) -> Result<(), Box<dyn Error>> {
    let bytes =
        std::fs::read(&settings.text).map_err(|error| format!("{}: {error}", settings.text.display()))?;
    if bytes.len() <= LENGTH {
        return Err(format!("{}: needs more than {LENGTH} bytes", settings.text.display()).into());
    }
    println!("{} parameters, {} bytes of text", model.num_params(), bytes.len());
    let mut random = StdRng::seed_from_u64(settings.seed);
    let mut optimizer = AdamWConfig::new().with_weight_decay(0.01).init();
    let training = device.clone().autodiff();
    let mut mean = None;
    for step in 1..=settings.steps {
        let input_ids = batch(&bytes, &mut random, &training);
        let logits = model.logits(&mut Context::new().with_training(), input_ids.clone())?;
        let loss = loss::next_token(logits, input_ids, None);
        let value = loss.clone().into_scalar::<f32>();
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        model = optimizer.step(LEARNING_RATE, model, gradients);
        let smooth = mean.map_or(value, |mean: f32| 0.95 * mean + 0.05 * value);
        mean = Some(smooth);
        if step == 1 || step % 50 == 0 {
            println!("step {step:>4}  loss {smooth:.3}");
        }
    }
    println!("{}", sample(&model.valid(), &bytes[..16], &mut random, device)?);
    Ok(())
}

fn batch(bytes: &[u8], random: &mut StdRng, device: &Device) -> Tensor<2, Int> {
    let mut values: Vec<i64> = Vec::with_capacity(BATCH * LENGTH);
    for _ in 0..BATCH {
        let start = random.random_range(0..bytes.len() - LENGTH);
        values.extend(bytes[start..start + LENGTH].iter().map(|&byte| i64::from(byte)));
    }
    Tensor::from_data(TensorData::new(values, [BATCH, LENGTH]), device)
}

fn sample<M: TextModel>(
    model: &M,
    prompt: &[u8],
    random: &mut StdRng,
    device: &Device,
) -> Result<String, Box<dyn Error>> {
    let mut bytes = prompt.to_vec();
    for _ in 0..SAMPLE {
        let window: Vec<i64> = bytes
            .iter()
            .rev()
            .take(LENGTH)
            .rev()
            .map(|&byte| i64::from(byte))
            .collect();
        let length = window.len();
        let input_ids = Tensor::from_data(TensorData::new(window, [1, length]), device);
        let logits = model
            .logits(&mut Context::new(), input_ids)?
            .narrow(1, length - 1, 1);
        let scores = activation::softmax(logits.div_scalar(0.8), 2)
            .into_data()
            .iter::<f32>()
            .collect::<Vec<f32>>();
        bytes.push(draw(&scores, random));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn draw(probabilities: &[f32], random: &mut StdRng) -> u8 {
    let mut left: f32 = random.random();
    for (byte, probability) in probabilities.iter().enumerate() {
        left -= probability;
        if left <= 0.0 {
            return byte as u8;
        }
    }
    b' '
}
