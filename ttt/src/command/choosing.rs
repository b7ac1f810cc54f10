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
    if args.stop.iter().any(String::is_empty) {
        return Err(
            Failure::new("--stop is empty").help("give the text that ends the answer, or leave it out")
        );
    }
    let stop_strings = file.stop_strings.clone();
    let settings = settings(&file, args);
    if let Err(error) = settings.check() {
        // A value that the command line did not give is the file's.
        let is_of_file = file.settings.check().is_err();
        let place = beside.join("generation_config.json");
        return Err(match is_of_file {
            true => Failure::new(format!("{}: {error}", place.display()))
                .help("mend the file, or say on the command line how tokens are chosen, as with --greedy"),
            false => Failure::new(error.to_string()),
        });
    }
    if args.seed.is_some() && settings.sampling.is_none() {
        anstream::eprintln!(
            "note: nothing is drawn at random: --seed changes nothing without --temperature or --top-k"
        );
    }
    Ok(TextGenerator::new(text, settings)?
        .with_stop_strings(stop_strings)
        .with_stop_strings(&args.stop))
}

fn settings(file: &GenerationFile, args: &Choosing) -> Settings {
    let mut settings = file.settings.clone();
    let drawn = [args.temperature, args.top_p, args.min_p]
        .iter()
        .any(Option::is_some)
        || args.top_k.is_some();
    if args.greedy || args.temperature == Some(0.0) {
        settings.sampling = None;
    } else if drawn || settings.sampling.is_some() {
        let file = file.sampling;
        settings.sampling = Some(Sampling {
            temperature: args.temperature.unwrap_or(file.temperature),
            top_k: args.top_k.unwrap_or(file.top_k),
            top_p: args.top_p.unwrap_or(file.top_p),
            min_p: args.min_p.unwrap_or(file.min_p),
        });
    }
    settings.seed = args.seed.unwrap_or_else(rand::random);
    if let Some(tokens) = args.max_new_tokens {
        (settings.max_new_tokens, settings.max_length) = (tokens, None);
    }
    settings.penalties.repetition = args.repetition_penalty.unwrap_or(settings.penalties.repetition);
    settings.penalties.presence = args.presence_penalty.unwrap_or(settings.penalties.presence);
    settings
}
