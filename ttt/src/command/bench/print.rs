//! Figures for people.

use super::{Figures, Reading};

/// A line for each.
pub fn figures(figures: &Figures) {
    let head = figures.head.as_ref().map(|head| format!(".{head}"));
    println!(
        "{}{} in {}, {} threads, {}",
        figures.model,
        head.unwrap_or_default(),
        figures.dtype,
        figures.threads,
        figures.level
    );
    if let Some(machine) = &figures.limits {
        println!(
            "machine  {:.0} GFLOP/s, reads {:.1} GB/s",
            machine.gflops, machine.read_gigabytes_per_second
        );
    }
    reading("prefill", figures.prefill.as_ref());
    if let Some(decode) = &figures.decode {
        println!(
            "decode   {} after {} tokens: {:.1} tokens/s, {:.1} GB/s, {:.0} % of the limit",
            sequences(decode.batch, decode.tokens),
            decode.depth,
            decode.tokens_per_second,
            decode.gigabytes_per_second,
            100.0 * decode.share_of_limit
        );
    }
    reading("forward", figures.forward.as_ref());
    if let Some(cold) = &figures.cold {
        println!(
            "cold     {:.2} s in all: {:.2} s loading, {:.2} s to the first token",
            cold.seconds, cold.load_seconds, cold.first_pass_seconds
        );
    }
    if let Some(memory) = &figures.memory {
        println!(
            "memory   {:.0} MB at most, {:.0} MB of it weights",
            memory.peak_bytes as f64 / 1e6,
            memory.weights_bytes as f64 / 1e6
        );
    }
}

fn reading(name: &str, reading: Option<&Reading>) {
    if let Some(reading) = reading {
        println!(
            "{name:8} {}: {:.1} ms, {:.0} tokens/s, {:.0} GFLOP/s, {:.0} % of the limit",
            sequences(reading.batch, reading.tokens),
            reading.ms,
            reading.tokens_per_second,
            reading.gflops,
            100.0 * reading.share_of_limit
        );
    }
}

fn sequences(batch: usize, tokens: usize) -> String {
    match batch {
        1 => format!("{tokens} tokens"),
        _ => format!("{batch} × {tokens} tokens"),
    }
}
