//! Quantised linear layers: few rows against the memory's speed, many rows against the same product in `f32`.

mod samples;

use samples::best;
use std::hint::black_box;
use ttt_kernels::limits::ReadBandwidth;
use ttt_kernels::{BlockFormat, Linear, QuantisedLinear};

/// Sizes `[inputs, outputs]` of LLaMA 1.1B and SmolLM2 135M.
const SIZES: [[usize; 2]; 9] = [
    [2048, 2048],
    [2048, 256],
    [2048, 5632],
    [5632, 2048],
    [2048, 32000],
    [576, 576],
    [576, 1536],
    [1536, 576],
    [576, 49152],
];

fn main() {
    let read = ReadBandwidth::new();
    // `few` and `many` choose a kind, `576x1536` sizes, `Q4_0` a format.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| words.iter().all(|word| name.contains(word.as_str()));
    for format in BlockFormat::ALL {
        for [inputs, outputs] in SIZES {
            let name = format!("{format:?} {inputs}x{outputs}");
            if is_wanted(&format!("few {name}")) {
                few(&read, &name, format, inputs, outputs);
            }
        }
        for [inputs, outputs] in SIZES {
            let name = format!("{format:?} {inputs}x{outputs}");
            for rows in [16, 128, 512] {
                if is_wanted(&format!("many {name}")) && outputs < 10_000 {
                    many(&name, format, rows, inputs, outputs);
                }
            }
        }
    }
}

fn weight(format: BlockFormat, numbers: usize) -> Vec<u8> {
    let pattern: Vec<u8> = (0..1 << 16).map(|i| (i * 7 % 251) as u8 & 0x3F).collect();
    let bytes = numbers / 32 * format.bytes();
    pattern.into_iter().cycle().take(bytes).collect()
}

/// About how many bytes one sample reads.
const SAMPLE: usize = 4 << 20;

/// Samples after which the same weights come again: no cache holds them till then.
const SAMPLES: usize = 48;

fn few(read: &ReadBandwidth, name: &str, format: BlockFormat, inputs: usize, outputs: usize) {
    let bytes = inputs / 32 * outputs * format.bytes();
    let layers = SAMPLE.div_ceil(bytes);
    let samples = SAMPLES.div_ceil(layers * bytes / SAMPLE);
    let blocks = weight(format, samples * layers * inputs * outputs);
    let mut line = format!("{name}:");
    for rows in [1, 4] {
        let x = vec![0.5; rows * inputs];
        let [reading, ours] = best(
            4 * SAMPLES,
            [
                &mut |round| {
                    read.read_some(round * layers * bytes, layers * bytes);
                },
                &mut |round| {
                    let start = round % samples * layers * bytes;
                    for blocks in blocks[start..][..layers * bytes].chunks_exact(bytes) {
                        let linear = QuantisedLinear::new(format, blocks, inputs, outputs);
                        black_box(linear.forward(&x, rows));
                    }
                },
            ],
        );
        let [limit, speed] = [reading, ours].map(|time| (layers * bytes) as f64 / time / 1e9);
        line += &format!(
            " {rows} rows {speed:.1} GB/s, {:.0} % of {limit:.1}.",
            100.0 * speed / limit
        );
    }
    println!("{line}");
}

fn many(name: &str, format: BlockFormat, rows: usize, inputs: usize, outputs: usize) {
    let blocks = weight(format, inputs * outputs);
    let plain = vec![0.5f32; inputs * outputs];
    let x = vec![0.5; rows * inputs];
    let times = best(
        15,
        [
            &mut |_| {
                let linear = QuantisedLinear::new(format, &blocks, inputs, outputs);
                black_box(linear.forward(&x, rows));
            },
            &mut |_| {
                black_box(Linear::new(&plain, inputs, outputs).forward(&x, rows));
            },
        ],
    );
    let [ours, single] = times.map(|time| (2 * rows * inputs * outputs) as f64 / time / 1e9);
    println!("{rows} rows, {name}: {ours:.0} GOP/s, f32 {single:.0}");
}
