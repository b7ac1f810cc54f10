//! Passes, timed.

use std::time::{Duration, Instant};

use ttt::burn::tensor::TensorData;
use ttt::generate::{GenerateError, Generator, Settings};
use ttt::{AnyTensor, Context, Int, Tensor};

use super::{Decoding, Machine, Reading, Subject, median};
use crate::cli::Bench;
use crate::command::Failure;

/// How long passes over many tokens took.
pub struct Read {
    batch: usize,
    tokens: usize,
    time: Duration,
    flops: f64,
}

/// How long it took to generate.
pub struct Decoded {
    batch: usize,
    tokens: usize,
    depth: usize,
    /// From one token to the next.
    time: Duration,
    bytes: usize,
}

impl Read {
    /// The figures of a machine with these limits.
    pub fn reading(&self, machine: &Machine) -> Reading {
        let seconds = self.time.as_secs_f64();
        let gflops = self.flops / seconds / 1e9;
        Reading {
            batch: self.batch,
            tokens: self.tokens,
            ms: seconds * 1e3,
            tokens_per_second: (self.batch * self.tokens) as f64 / seconds,
            gflops,
            share_of_limit: gflops / machine.gflops,
        }
    }
}

impl Decoded {
    /// The figures of a machine with these limits.
    pub fn decoding(&self, machine: &Machine) -> Decoding {
        let seconds = self.time.as_secs_f64();
        let gigabytes_per_second = self.bytes as f64 / seconds / 1e9;
        Decoding {
            batch: self.batch,
            tokens: self.tokens,
            depth: self.depth,
            tokens_per_second: self.batch as f64 / seconds,
            gigabytes_per_second,
            share_of_limit: gigabytes_per_second / machine.read_gigabytes_per_second,
        }
    }
}

/// A prompt, up to its first new token.
pub fn prefill(subject: &Subject, args: &Bench) -> Result<Read, Failure> {
    let batch = args.batch.get();
    let tokens = subject.tokens(args.prompt_tokens, 512, 0);
    let times = repeated(args, || Ok(generate(subject, batch, tokens, 1)?.first))?;
    let rows = (batch * tokens) as f64;
    Ok(Read {
        batch,
        tokens,
        time: median(times),
        // The head scores the last token alone.
        flops: subject.work.flops * rows + subject.work.flops_of_head * batch as f64,
    })
}

/// Tokens after a prompt, of which reading the prompt is not counted.
pub fn decode(subject: &Subject, args: &Bench) -> Result<Decoded, Failure> {
    let batch = args.batch.get();
    let depth = subject.tokens(args.depth, 32, 1);
    let tokens = subject.tokens(args.new_tokens, 64, depth);
    let mut cached = 0;
    let times = repeated(args, || {
        let generated = generate(subject, batch, depth, tokens + 1)?;
        cached = generated.cached_bytes;
        Ok(generated.rest / tokens as u32)
    })?;
    // Keys and values grow from `depth` tokens on; the average of what is read is taken.
    let read = cached as f64 * (depth as f64 + (tokens as f64 - 1.0) / 2.0) / (depth + tokens) as f64;
    Ok(Decoded {
        batch,
        tokens,
        depth,
        time: median(times),
        bytes: subject.work.read_bytes + read as usize,
    })
}

/// One pass without a cache.
pub fn forward(subject: &Subject, args: &Bench) -> Result<Read, Failure> {
    let batch = args.batch.get();
    let tokens = subject.tokens(args.prompt_tokens, 128, 0);
    let times = repeated(args, || run(subject, batch, tokens))?;
    let rows = (batch * tokens) as f64;
    Ok(Read {
        batch,
        tokens,
        time: median(times),
        flops: (subject.work.flops + subject.work.flops_of_head) * rows,
    })
}

/// The first pass of a process.
pub fn first(subject: &Subject, tokens: usize) -> Result<Duration, Failure> {
    match subject.generates {
        true => Ok(generate(subject, 1, tokens, 1)?.first),
        false => run(subject, 1, tokens),
    }
}

/// Once unmeasured, then as often as is asked for.
fn repeated(
    args: &Bench,
    mut pass: impl FnMut() -> Result<Duration, Failure>,
) -> Result<Vec<Duration>, Failure> {
    pass()?;
    (0..args.repeat.get()).map(|_| pass()).collect()
}

struct Generated {
    /// Until the first new token.
    first: Duration,
    /// From then on.
    rest: Duration,
    /// Bytes of keys and values in the end.
    cached_bytes: usize,
}

/// Generates as every user of the library does.
fn generate(subject: &Subject, batch: usize, prompt: usize, new: usize) -> Result<Generated, Failure> {
    let settings = Settings {
        max_new_tokens: new,
        ..Settings::default()
    };
    let generator = Generator::new(&subject.model, settings, subject.opened.ctx(), &subject.device)?;
    let vocabulary = vocabulary(subject)?;
    let prompts: Vec<Vec<u32>> = (0..batch)
        .map(|row| {
            ids(row * prompt, prompt, vocabulary)
                .map(|id| id as u32)
                .collect()
        })
        .collect();
    let started = Instant::now();
    let mut first = Duration::ZERO;
    let (generated, cached_bytes) = generator.generate_counting(&prompts, |sequence, _| {
        if sequence == 0 && first.is_zero() {
            first = started.elapsed();
        }
        Ok::<_, GenerateError>(None)
    })?;
    let rest = started.elapsed().saturating_sub(first);
    match generated.iter().find(|one| one.token_ids.len() < new) {
        None => Ok(Generated {
            first,
            rest,
            cached_bytes,
        }),
        Some(short) => Err(Failure::new(format!(
            "the model's context ended after {} of {new} new tokens",
            short.token_ids.len()
        ))
        .help("ask for less with --prompt-tokens, --depth or --new-tokens")),
    }
}

/// Runs the model on ids, with its other inputs as they are when they are left out.
fn run(subject: &Subject, batch: usize, tokens: usize) -> Result<Duration, Failure> {
    let vocabulary = vocabulary(subject)?;
    let ids: Vec<i64> = ids(0, batch * tokens, vocabulary).collect();
    let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [batch, tokens]), &subject.device);
    let mut context = Context::new();
    let started = Instant::now();
    subject
        .model
        .run(&mut context, [("input_ids", AnyTensor::from(ids))])?;
    Ok(started.elapsed())
}

/// Tokens that are spread over the vocabulary.
fn ids(from: usize, count: usize, vocabulary: usize) -> impl Iterator<Item = i64> {
    (from..from + count).map(move |at| ((at * 7919 + 13) % vocabulary) as i64)
}

/// Entries of the first table that is looked up.
fn vocabulary(subject: &Subject) -> Result<usize, Failure> {
    let entries = super::work::looked_up(&subject.opened);
    entries.ok_or_else(|| {
        Failure::new(format!("{} has no table of tokens", subject.opened.model))
            .help("models are measured that read token ids")
    })
}
