//! What loading a real checkpoint costs in memory: `cargo bench -p ttt-tests --bench memory`.
//!
//! Pages of the mapped file are shared with the system's cache and count as `file`; a second copy of the weights would
//! show as `anonymous`. Needs `scripts/fetch-models`, and Linux for the figures.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use ttt::Init;
use ttt::burn::tensor::Device;

fn main() {
    let Some(dir) = ttt_tests::checkpoint("all-minilm-l6-v2") else {
        println!("SKIPPED: all-minilm-l6-v2 is not here; run scripts/fetch-models");
        return;
    };
    let before = Memory::read();
    let started = Instant::now();
    let opened = ttt::open(&dir).unwrap();
    let model = ttt::load(&opened, &Init::new(Device::flex())).unwrap();
    let elapsed = started.elapsed();
    let after = Memory::read();
    let weights = opened.instance.parameter_count() * 4;
    println!("weights    {:8.1} MiB", mebibytes(weights));
    println!(
        "anonymous  {:8.1} MiB more after loading",
        mebibytes(after.anonymous.saturating_sub(before.anonymous))
    );
    println!(
        "file       {:8.1} MiB more after loading",
        mebibytes(after.file.saturating_sub(before.file))
    );
    println!("peak       {:8.1} MiB resident in all", mebibytes(after.peak));
    println!("time       {elapsed:8.1?}");
    drop(model);
}

/// Bytes of this process, as Linux counts them.
#[derive(Default)]
struct Memory {
    anonymous: usize,
    file: usize,
    peak: usize,
}

impl Memory {
    fn read() -> Memory {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
            kibibytes.unwrap_or(0) * 1024
        };
        Memory {
            anonymous: field("RssAnon:"),
            file: field("RssFile:"),
            peak: field("VmHWM:"),
        }
    }
}

fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
