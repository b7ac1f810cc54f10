//! `ttt generate`: texts go on.

use std::io::Write;
use std::time::Instant;

use serde_json::json;
use ttt::pipeline::{Completion, TextGenerator};
use ttt::task::GENERATE;
use ttt::text::Message;

use super::{Failure, choosing, interrupt, runner, texts};
use crate::cli::{Format, Generate};

/// Continues the prompts. A single one is printed as it grows.
pub fn run(args: &Generate) -> Result<(), Failure> {
    let mut prompts = args.prompts.clone();
    if let Some(path) = &args.prompt_file {
        prompts.push(texts::read_file(path)?);
    }
    let opening = runner::open(&args.runner.source, args.runner.dtype, GENERATE)?;
    let generator = choosing::generator(opening.text, &opening.beside, &args.choosing)?;
    let ids: Result<Vec<_>, _> = prompts
        .iter()
        .map(|prompt| encode(&generator, args, prompt))
        .collect();
    let ids = ids?;
    match (args.runner.format, ids.as_slice()) {
        (Format::Text, [one]) => {
            interrupt::listen()?;
            let mut stream = generator.stream(one)?;
            for piece in stream.by_ref() {
                print!("{}", piece?);
                std::io::stdout()
                    .flush()
                    .map_err(|error| Failure::file("the output".as_ref(), error))?;
                if interrupt::interrupted() {
                    break;
                }
            }
            println!();
        }
        (format, ids) => {
            let started = Instant::now();
            let completions = generator.complete(ids)?;
            print_all(&prompts, &completions, format, started.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

fn encode(generator: &TextGenerator, args: &Generate, prompt: &str) -> Result<Vec<u32>, Failure> {
    if !args.chat {
        return Ok(generator.prompt(prompt)?);
    }
    let system = args.system.iter().map(|text| Message::new("system", text));
    let messages: Vec<Message> = system.chain([Message::new("user", prompt)]).collect();
    Ok(generator.conversation(&messages)?)
}

/// Text prints each prompt over its continuation, JSON a line for each.
fn print_all(prompts: &[String], completions: &[Completion], format: Format, seconds: f64) {
    for (prompt, completion) in prompts.iter().zip(completions) {
        match format {
            Format::Text => println!("> {prompt}\n{}\n", completion.text),
            Format::Json => println!(
                "{}",
                json!({
                    "text": completion.text, "token_ids": completion.token_ids, "finish": completion.finish,
                    "prompt_tokens": completion.prompt_tokens, "seconds": seconds,
                })
            ),
        }
    }
}
