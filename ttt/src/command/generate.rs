//! `ttt generate`: texts go on.

use std::io::Write;
use std::time::Instant;

use serde_json::{Map, Value, json};
use ttt::pipeline::{Completion, TextGenerator};
use ttt::task::GENERATE;
use ttt::text::Message;

use super::{Failure, choosing, interrupt, progress, runner, texts};
use crate::cli::{Format, Generate};

/// Continues the prompts. A single one is printed as it grows. Ctrl-C ends them early; what is there is printed.
pub fn run(args: &Generate) -> Result<(), Failure> {
    let mut prompts = args.prompts.clone();
    if let Some(path) = &args.prompt_file {
        prompts.push(without_last_newline(texts::read_file(path)?));
    }
    let opening = runner::open(&args.runner.source, args.runner.dtype, GENERATE)?;
    let generator = choosing::generator(opening.text, &opening.beside, &args.choosing)?;
    let ids: Result<Vec<_>, _> = prompts
        .iter()
        .map(|prompt| encode(&generator, args, prompt))
        .collect();
    let ids = ids?;
    interrupt::listen()?;
    match (args.runner.format, ids.as_slice()) {
        (Format::Text, [one]) => stream(&generator, one),
        (format, ids) => complete(&generator, &prompts, ids, format),
    }
}

fn encode(generator: &TextGenerator, args: &Generate, prompt: &str) -> Result<Vec<u32>, Failure> {
    if !args.chat {
        return Ok(generator.prompt(prompt)?);
    }
    let system = args.system.iter().map(|text| Message::new("system", text));
    let messages: Vec<Message> = system.chain([Message::new("user", prompt)]).collect();
    Ok(generator.conversation(&messages)?)
}

/// Editors end a file's last line, which is not meant to be continued after.
fn without_last_newline(text: String) -> String {
    let line = text.strip_suffix('\n').unwrap_or(&text);
    line.strip_suffix('\r').unwrap_or(line).to_string()
}

fn stream(generator: &TextGenerator, prompt: &[u32]) -> Result<(), Failure> {
    let mut stream = generator.stream(prompt)?;
    for piece in stream.by_ref() {
        print!("{}", piece?);
        std::io::stdout()
            .flush()
            .map_err(|error| Failure::file("the output".as_ref(), error))?;
        if interrupt::interrupted() {
            break;
        }
    }
    println!("{}", stream.cancel()?);
    Ok(())
}

fn complete(
    generator: &TextGenerator,
    prompts: &[String],
    ids: &[Vec<u32>],
    format: Format,
) -> Result<(), Failure> {
    let longest: usize = ids
        .iter()
        .map(|ids| generator.settings().new_tokens(ids.len()))
        .sum();
    let bar = progress::bar(longest, "tokens at most");
    let started = Instant::now();
    let completions = generator.complete_while(ids, &mut || {
        bar.inc(1);
        !interrupt::interrupted()
    });
    bar.finish_and_clear();
    let completions = completions?;
    let seconds = started.elapsed().as_secs_f64();
    for (prompt, completion) in prompts.iter().zip(&completions) {
        match format {
            Format::Text => println!("> {prompt}\n{}\n", completion.text),
            Format::Json => println!("{}", Value::Object(as_json(generator, completion, seconds))),
        }
    }
    Ok(())
}

/// One line of JSON. The seed is told where tokens were drawn, so that they can be drawn again.
fn as_json(generator: &TextGenerator, completion: &Completion, seconds: f64) -> Map<String, Value> {
    let settings = generator.settings();
    let mut object = Map::new();
    object.insert("text".into(), json!(completion.text));
    object.insert("token_ids".into(), json!(completion.token_ids));
    object.insert("finish".into(), json!(completion.finish));
    object.insert("prompt_tokens".into(), json!(completion.prompt_tokens));
    if settings.sampling.is_some() {
        object.insert("seed".into(), json!(settings.seed));
    }
    object.insert("seconds".into(), json!(seconds));
    object
}
