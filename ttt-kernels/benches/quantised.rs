//! Quantised linear layers: few rows against the memory's speed, many rows against the same product in `f32`.

use std::time::Instant;

use ttt_kernels::limits::ReadBandwidth;
use ttt_kernels::{BlockFormat, Linear, QuantisedLinear};

/// Sizes `[inputs, outputs]` of LLaMA 1.1B and SmolLM2 135M.
const SIZES: [[usize; 2]; 3] = [[2048, 5632], [5632, 2048], [576, 1536]];

fn main() {
    let read = ReadBandwidth::new();
    for format in BlockFormat::ALL {
        for [inputs, outputs] in SIZES {
            few(&read, format, inputs, outputs);
            for rows in [16, 128, 512] {
                many(format, rows, inputs, outputs);
            }
        }
    }
}

/// The lower quartile of the times of two works, in seconds, measured in turn so that both meet the same programs.
fn quartiles(mut first: impl FnMut(), mut second: impl FnMut()) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..9 {
        for (index, times) in times.iter_mut().enumerate() {
            let began = Instant::now();
            if index == 0 {
                first()
            } else {
                second()
            }
            times.push(began.elapsed().as_secs_f64());
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[2]
    })
}

fn weight(format: BlockFormat, numbers: usize) -> Vec<u8> {
    (0..numbers / 32 * format.bytes())
        .map(|i| (i * 7 % 251) as u8 & 0x3F)
        .collect()
}

fn few(read: &ReadBandwidth, format: BlockFormat, inputs: usize, outputs: usize) {
    let layers = (128usize << 20).div_ceil(inputs * outputs);
    let blocks = weight(format, layers * inputs * outputs);
    let x = vec![0.5; inputs];
    let mut out = vec![0.0; outputs];
    let [reading, ours] = quartiles(
        || {
            read.read();
        },
        || {
            for blocks in blocks.chunks_exact(blocks.len() / layers) {
                QuantisedLinear::new(format, blocks, inputs, outputs).forward(&x, &mut out);
            }
        },
    );
    let (limit, speed) = (ReadBandwidth::BYTES as f64 / reading, blocks.len() as f64 / ours);
    println!(
        "1 row, {format:?} {inputs}x{outputs}: {:.1} GB/s, {:.0} % of {:.1}",
        speed / 1e9,
        100.0 * speed / limit,
        limit / 1e9
    );
}

fn many(format: BlockFormat, rows: usize, inputs: usize, outputs: usize) {
    let blocks = weight(format, inputs * outputs);
    let plain = vec![0.5f32; inputs * outputs];
    let x = vec![0.5; rows * inputs];
    let (mut out, mut other) = (vec![0.0; rows * outputs], vec![0.0; rows * outputs]);
    let times = quartiles(
        || QuantisedLinear::new(format, &blocks, inputs, outputs).forward(&x, &mut out),
        || Linear::new(&plain, inputs, outputs).forward(&x, &mut other),
    );
    let [ours, single] = times.map(|time| (2 * rows * inputs * outputs) as f64 / time / 1e9);
    println!("{rows} rows, {format:?} {inputs}x{outputs}: {ours:.0} GOP/s, f32 {single:.0}");
}
