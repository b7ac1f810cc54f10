//! How tokens are chosen: the checkpoint's way, changed by the command line.

use std::path::Path;

use ttt::generate::{GenerationFile, Sampling, Settings};
use ttt::pipeline::{PipelineError, TextGenerator, TextModel};

use super::Failure;
use crate::cli::Choosing;

/// A generator with the checkpoint's settings and the command line's over them.
pub fn generator(text: TextModel, beside: &Path, args: &Choosing) -> Result<TextGenerator, Failure> {
    // A GGUF file has no such file beside it.
    let file = match beside.is_dir() {
        true => GenerationFile::read(beside).map_err(PipelineError::from)?,
        false => None,
    };
    let file = file.unwrap_or_default();
    for note in &file.notes {
        anstream::eprintln!("note: {note}");
    }
    let settings = settings(file.settings, args);
    Ok(TextGenerator::new(text, settings)?.with_stop_strings(&args.stop))
}

fn settings(mut settings: Settings, args: &Choosing) -> Settings {
    let drawn = [args.temperature, args.top_p, args.min_p]
        .iter()
        .any(Option::is_some)
        || args.top_k.is_some();
    if args.greedy || args.temperature == Some(0.0) {
        settings.sampling = None;
    } else if drawn || settings.sampling.is_some() {
        let file = settings.sampling.unwrap_or_default();
        settings.sampling = Some(Sampling {
            temperature: args.temperature.unwrap_or(file.temperature),
            top_k: args.top_k.unwrap_or(file.top_k),
            top_p: args.top_p.unwrap_or(file.top_p),
            min_p: args.min_p.unwrap_or(file.min_p),
        });
    }
    settings.seed = args.seed.unwrap_or_else(rand::random);
    settings.max_new_tokens = args.max_new_tokens.unwrap_or(settings.max_new_tokens);
    settings.penalties.repetition = args.repetition_penalty.unwrap_or(settings.penalties.repetition);
    settings.penalties.presence = args.presence_penalty.unwrap_or(settings.penalties.presence);
    settings
}
