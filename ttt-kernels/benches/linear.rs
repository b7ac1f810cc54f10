//! Linear layers: few rows against the memory's speed, many rows against the processor's.

use std::hint::black_box;
use std::time::{Duration, Instant};

use gemm::Parallelism;
use half::{bf16, f16};
use ttt_kernels::limits::{Limits, ReadBandwidth};
use ttt_kernels::{Linear, Number};

/// Sizes `[inputs, outputs]` of LLaMA 1.1B, and of GPT-2.
const SIZES: [[usize; 2]; 7] = [
    [2048, 2048],
    [2048, 5632],
    [5632, 2048],
    [768, 768],
    [768, 3072],
    [3072, 768],
    [768, 50257],
];

fn main() {
    let limits = Limits::measure(Duration::from_secs(2));
    println!("{limits:?}");
    let read = ReadBandwidth::new();
    for [inputs, outputs] in SIZES {
        few(&read, inputs, outputs, "f32", |x| x);
        few(&read, inputs, outputs, "f16", f16::from_f32);
        few(&read, inputs, outputs, "bf16", bf16::from_f32);
    }
    for [inputs, outputs] in &SIZES[1..6] {
        for rows in [16, 128, 512] {
            many(&limits, rows, *inputs, *outputs);
        }
    }
}

/// The lower quartile of the times in seconds, which are measured in turn so that all meet the same other programs.
fn quartiles<const N: usize>(rounds: usize, mut work: [Box<dyn FnMut() + '_>; N]) -> [f64; N] {
    let mut times = [(); N].map(|()| Vec::new());
    for _ in 0..rounds {
        for (work, times) in work.iter_mut().zip(&mut times) {
            let began = Instant::now();
            work();
            times.push(began.elapsed().as_secs_f64());
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 4]
    })
}

/// Enough weights that no cache holds them, one after the other as a model's layers are.
fn few<N: Number>(read: &ReadBandwidth, inputs: usize, outputs: usize, name: &str, from: fn(f32) -> N) {
    let layers = (192usize << 20).div_ceil(inputs * outputs * size_of::<N>());
    let weight: Vec<N> = (0..layers * inputs * outputs)
        .map(|i| from((i % 1000) as f32 * 1e-3))
        .collect();
    let layers: Vec<_> = weight
        .chunks_exact(inputs * outputs)
        .map(|weight| Linear::new(weight, inputs, outputs))
        .collect();
    let bytes = size_of_val(&weight[..]) as f64;
    for rows in [1, 4] {
        let x = vec![0.5; rows * inputs];
        let [reading, ours] = quartiles(
            9,
            [
                Box::new(|| {
                    read.read();
                }),
                Box::new(|| {
                    for layer in &layers {
                        black_box(layer.forward(&x, rows));
                    }
                }),
            ],
        );
        let limit = ReadBandwidth::BYTES as f64 / reading;
        let speed = bytes / ours;
        println!(
            "{rows} row, {name} {inputs}x{outputs}: {:.1} GB/s, {:.0} % of {:.1}",
            speed / 1e9,
            100.0 * speed / limit,
            limit / 1e9
        );
    }
}

fn many(limits: &Limits, rows: usize, inputs: usize, outputs: usize) {
    let weight: Vec<f32> = (0..inputs * outputs).map(|i| (i % 1000) as f32 * 1e-3).collect();
    let half: Vec<f16> = weight.iter().copied().map(f16::from_f32).collect();
    let x = vec![0.5; rows * inputs];
    let bias = vec![0.5; outputs];
    let mut plain = vec![0.0; rows * outputs];
    let [ours, halves, reference] = quartiles(
        15,
        [
            Box::new(|| {
                let linear = Linear::new(&weight, inputs, outputs).bias(&bias);
                black_box(linear.forward(&x, rows));
            }),
            Box::new(|| {
                black_box(Linear::new(&half, inputs, outputs).forward(&x, rows));
            }),
            // SAFETY: the sizes are those of the slices.
            Box::new(|| unsafe {
                gemm::gemm(
                    rows,
                    outputs,
                    inputs,
                    plain.as_mut_ptr(),
                    1,
                    outputs as isize,
                    false,
                    x.as_ptr(),
                    1,
                    inputs as isize,
                    weight.as_ptr(),
                    inputs as isize,
                    1,
                    0.0,
                    1.0,
                    false,
                    false,
                    false,
                    Parallelism::Rayon(0),
                );
            }),
        ],
    );
    let flops = (2 * rows * inputs * outputs) as f64;
    println!(
        "{rows} rows, {inputs}x{outputs}: {:.0} GFLOP/s with bias, f16 {:.0}, gemm with rayon {:.0}, of {:.0}",
        flops / ours / 1e9,
        flops / halves / 1e9,
        flops / reference / 1e9,
        limits.flops / 1e9
    );
}
