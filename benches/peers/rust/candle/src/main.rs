//! candle: `forward FOLDER BATCH TOKENS` for BERT, `prefill MODEL TOKENS`, `decode MODEL DEPTH NEW` and `cold MODEL TOKENS`,
//! where MODEL is a folder with GPT-2 or a GGUF file with a LLaMA. Prints one JSON object.

mod gpt2;
mod timing;

use std::fs::File;
use std::path::Path;

use candle_core::quantized::gguf_file::Content;
use candle_core::{D, DType, Device, Result, Tensor, bail};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use candle_transformers::models::quantized_llama::ModelWeights;

use crate::gpt2::Gpt2;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |word: &str| word.parse::<usize>().map_err(candle_core::Error::wrap);
    match words[..] {
        ["forward", folder, batch, tokens] => forward(Path::new(folder), number(batch)?, number(tokens)?),
        ["prefill", model, tokens] => {
            let mut model = Model::load(Path::new(model))?;
            let prompt = numbers(number(tokens)?, model.vocabulary());
            let milliseconds = timing::milliseconds(|| model.next(&prompt, 0).map(drop))?;
            println!("{{\"ms\": {milliseconds}}}");
            Ok(())
        }
        ["decode", model, depth, new] => {
            let mut model = Model::load(Path::new(model))?;
            let prompt = numbers(number(depth)?, model.vocabulary());
            let rate = timing::rate(&prompt, number(new)?, |tokens, place| model.next(tokens, place))?;
            println!("{{\"tokens_per_second\": {rate}}}");
            Ok(())
        }
        ["cold", model, tokens] => {
            let mut model = Model::load(Path::new(model))?;
            let token = model.next(&numbers(number(tokens)?, model.vocabulary()), 0)?;
            println!("{{\"token\": {token}}}");
            Ok(())
        }
        _ => bail!("candle-peer forward|prefill|decode|cold MODEL NUMBERS"),
    }
}

fn forward(folder: &Path, batch: usize, tokens: usize) -> Result<()> {
    let config = Config::default();
    let prompt = Tensor::from_vec(
        numbers(batch * tokens, config.vocab_size),
        (batch, tokens),
        &Device::Cpu,
    )?;
    let kinds = prompt.zeros_like()?;
    let model = BertModel::load(weights(folder)?, &config)?;
    let milliseconds = timing::milliseconds(|| model.forward(&prompt, &kinds, None).map(drop))?;
    println!("{{\"ms\": {milliseconds}}}");
    Ok(())
}

/// A model that generates.
enum Model {
    Gpt2(Gpt2, gpt2::Cache),
    Llama(Box<ModelWeights>, usize),
}

impl Model {
    fn load(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Ok(Model::Gpt2(Gpt2::load(&weights(path)?)?, Gpt2::cache()));
        }
        let mut file = File::open(path)?;
        let content = Content::read(&mut file)?;
        let Some(embedding) = content.tensor_infos.get("token_embd.weight") else {
            bail!("{} has no token_embd.weight", path.display());
        };
        let vocabulary = embedding.shape.dims()[0];
        let model = ModelWeights::from_gguf(content, &mut file, &Device::Cpu)?;
        Ok(Model::Llama(Box::new(model), vocabulary))
    }

    fn vocabulary(&self) -> usize {
        match self {
            Model::Gpt2(..) => gpt2::VOCABULARY,
            Model::Llama(_, vocabulary) => *vocabulary,
        }
    }

    /// The likeliest token after `tokens`, which stand at `place`; place 0 starts a new text.
    fn next(&mut self, tokens: &[u32], place: usize) -> Result<u32> {
        let scores = match self {
            Model::Gpt2(model, cache) => {
                if place == 0 {
                    *cache = Gpt2::cache();
                }
                model.scores(tokens, place, cache)?
            }
            Model::Llama(model, _) => {
                model.forward(&Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?, place)?
            }
        };
        scores.flatten_all()?.argmax(D::Minus1)?.to_scalar()
    }
}

fn weights(folder: &Path) -> Result<VarBuilder<'static>> {
    let file = folder.join("model.safetensors");
    // SAFETY: nobody changes the file while it is mapped.
    unsafe { VarBuilder::from_mmaped_safetensors(&[file], DType::F32, &Device::Cpu) }
}

/// The same prompt for every peer.
fn numbers(count: usize, vocabulary: usize) -> Vec<u32> {
    (0..count)
        .map(|index| ((index * 7919 + 13) % vocabulary) as u32)
        .collect()
}
