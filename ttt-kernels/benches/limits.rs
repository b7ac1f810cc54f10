//! What the machine can do, and what starting work on all threads costs.

use std::time::{Duration, Instant};

use ttt_kernels::limits::{Limits, ReadBandwidth};

fn main() {
    for _ in 0..3 {
        let limits = Limits::measure(Duration::from_secs(1));
        println!(
            "{} threads, {}: {:.1} GB/s, {:.0} GFLOP/s",
            limits.threads,
            limits.level,
            limits.read_bytes / 1e9,
            limits.flops / 1e9
        );
    }
    let buffer = ReadBandwidth::new();
    let mut times: Vec<Duration> = (0..20).map(|_| buffer.read()).collect();
    times.sort();
    println!(
        "median read {:.1} GB/s",
        ReadBandwidth::BYTES as f64 / times[10].as_secs_f64() / 1e9
    );
    let mut x = vec![0.5f32; 1 << 14];
    let mut times: Vec<Duration> = (0..2000)
        .map(|_| {
            let began = Instant::now();
            ttt_kernels::activate(&mut x, ttt_kernels::Activation::Relu);
            began.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "two parts of 0.5 µs: median {:?}, 99 % {:?}",
        times[1000], times[1980]
    );
    let mut times: Vec<Duration> = (0..2000)
        .map(|_| {
            let began = Instant::now();
            rayon::join(|| std::hint::black_box(1), || std::hint::black_box(2));
            began.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "rayon join from outside: median {:?}, 99 % {:?}",
        times[1000], times[1980]
    );
}
