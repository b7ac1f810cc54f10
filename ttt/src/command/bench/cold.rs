//! From the start of a process to its first token.

use std::process::Command;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::memory::Memory;
use super::{Figures, Subject, passes};
use crate::cli::Bench;
use crate::command::Failure;

/// Tokens of the first prompt.
const TOKENS: usize = 16;

/// What a process did until its first token. The file is in the system's cache when another run read it before.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cold {
    /// Of the whole process, its end included; of this process when it measures itself.
    pub seconds: f64,
    /// Opening, reading and building the model.
    pub load_seconds: f64,
    /// The first pass, over 16 tokens if the model takes so many.
    pub first_pass_seconds: f64,
    /// The most memory that was resident at once.
    pub peak_bytes: Option<usize>,
}

/// Measures this process.
pub fn here(args: &Bench) -> Result<Figures, Failure> {
    let started = Instant::now();
    let subject = Subject::open(args)?;
    let first = passes::first(&subject, subject.tokens(None, TOKENS, 0))?;
    let memory = Memory::read(subject.work.stored_bytes);
    let cold = Cold {
        seconds: started.elapsed().as_secs_f64(),
        load_seconds: subject.loading.as_secs_f64(),
        first_pass_seconds: first.as_secs_f64(),
        peak_bytes: memory.map(|memory| memory.peak_bytes),
    };
    Ok(Figures {
        cold: Some(cold),
        memory,
        ..subject.figures(args)
    })
}

/// Measures another process that does the same.
pub fn elsewhere(args: &Bench) -> Result<Cold, Failure> {
    let fail = |what: String| Failure::new(format!("the process that was measured {what}"));
    let program = std::env::current_exe().map_err(|error| fail(format!("cannot be started: {error}")))?;
    let mut command = Command::new(program);
    command.arg("bench").arg(&args.source.path);
    command.args([
        "--only",
        "cold",
        "--format",
        "json",
        "--dtype",
        &args.dtype.to_string(),
    ]);
    let choice = &args.source.choice;
    for (option, value) in [
        ("--model", &choice.model),
        ("--head", &choice.head),
        ("--preset", &choice.preset),
    ] {
        command.args(value.iter().flat_map(|value| [option, value]));
    }
    for (key, value) in &choice.set {
        command.arg("--set").arg(format!("{key}={value}"));
    }
    if let Some(threads) = args.threads {
        command.arg("--threads").arg(threads.to_string());
    }
    let started = Instant::now();
    let output = command
        .output()
        .map_err(|error| fail(format!("cannot be started: {error}")))?;
    let seconds = started.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(fail(format!(
            "failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    let figures: Figures = serde_json::from_slice(&output.stdout)
        .map_err(|error| fail(format!("did not print figures: {error}")))?;
    let cold = figures.cold.ok_or_else(|| fail("measured nothing".to_string()))?;
    Ok(Cold { seconds, ..cold })
}
