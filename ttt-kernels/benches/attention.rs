//! Attention: prompts against the processor's speed, in the operations that are needed; single queries against the memory's,
//! in bytes of keys and values.

use std::time::{Duration, Instant};

use ttt_kernels::limits::Limits;
use ttt_kernels::{Attention, AttentionShape, Heads, Strides};

/// `[heads, groups, queries, keys, dim]` of GPT-2, of LLaMA 1.1B and of SmolLM2 135M.
const SHAPES: [[usize; 5]; 9] = [
    [12, 12, 128, 128, 64],
    [12, 12, 512, 512, 64],
    [12, 12, 2048, 2048, 64],
    [32, 4, 512, 512, 64],
    [32, 4, 2048, 2048, 64],
    [12, 12, 1, 64, 64],
    [12, 12, 1, 2000, 64],
    [32, 4, 1, 2000, 64],
    [9, 3, 1, 2000, 64],
];

fn main() {
    let limits = Limits::measure(Duration::from_secs(2));
    println!("{limits:?}");
    for [heads, groups, queries, keys, dim] in SHAPES {
        let shape = AttentionShape {
            batch: 1,
            heads,
            groups,
            queries,
            keys,
            dim,
            value_dim: dim,
        };
        measure(&limits, shape);
    }
}

/// The lower quartile of the times, each of which goes through the keys and values of as many layers as no cache holds.
fn measure(limits: &Limits, shape: AttentionShape) {
    let AttentionShape {
        heads,
        groups,
        queries,
        keys,
        dim,
        ..
    } = shape;
    let stored = groups * keys * dim;
    let layers = if queries > 1 {
        1
    } else {
        (96usize << 20).div_ceil(8 * stored)
    };
    let numbers =
        |count: usize, step: f32| -> Vec<f32> { (0..count).map(|i| (i as f32 * step).sin()).collect() };
    let q = numbers(heads * queries * dim, 0.7);
    let (k, v) = (numbers(layers * stored, 0.3), numbers(layers * stored, 0.9));
    let mut out = vec![0.0; heads * queries * dim];
    let positions = Strides::of_positions(heads, queries, dim);
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let began = Instant::now();
            for (keys_of_layer, values_of_layer) in k.chunks_exact(stored).zip(v.chunks_exact(stored)) {
                let in_order = |numbers| Heads {
                    numbers,
                    strides: Strides::of_heads(groups, keys, dim),
                };
                let attention = Attention {
                    shape,
                    queries: Heads {
                        numbers: &q,
                        strides: positions,
                    },
                    keys: in_order(keys_of_layer),
                    values: in_order(values_of_layer),
                    scale: 0.125,
                    causal: true,
                    visible: None,
                };
                attention.forward(&mut out, positions);
            }
            began.elapsed().as_secs_f64() / layers as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let time = times[times.len() / 4];
    let seen = (2 * keys - queries + 1) * queries / 2;
    let (speed, limit, unit) = if queries > 1 {
        ((4 * heads * seen * dim) as f64 / time, limits.flops, "GFLOP/s")
    } else {
        ((8 * stored) as f64 / time, limits.read_bytes, "GB/s")
    };
    println!(
        "{heads} heads, {groups} groups, {queries} of {keys}: {:.0} µs, {:.1} {unit}, {:.0} % of {:.0}",
        time * 1e6,
        speed / 1e9,
        100.0 * speed / limit,
        limit / 1e9
    );
}
