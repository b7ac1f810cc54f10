//! Attention: prompts against the processor's speed, in the operations that are needed; single queries against the memory's,
//! in bytes of keys and values.

use std::time::{Duration, Instant};

use ttt_kernels::limits::{Limits, ReadBandwidth};
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
    let flops = Limits::measure(Duration::from_secs(1)).flops;
    let read = ReadBandwidth::new();
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
        let (work, limit, unit) = if queries > 1 {
            let seen = (2 * keys - queries + 1) * queries / 2;
            (4 * heads * seen * dim, flops, "GFLOP/s")
        } else {
            // The speed of memory drifts: it is measured now.
            let bytes = read.measure(Duration::from_millis(100));
            (8 * groups * keys * dim, bytes, "GB/s")
        };
        let time = time_of(shape);
        let speed = work as f64 / time;
        println!(
            "{heads} heads, {groups} groups, {queries} of {keys}: {:.0} µs, {:.1} {unit}, {:.0} % of {:.0}",
            time * 1e6,
            speed / 1e9,
            100.0 * speed / limit,
            limit / 1e9
        );
    }
}

/// The lower quartile of the seconds it takes. Single queries go through the keys and values of as many layers as no cache
/// holds.
fn time_of(shape: AttentionShape) -> f64 {
    let stored = shape.groups * shape.keys * shape.dim;
    let layers = if shape.queries > 1 {
        1
    } else {
        (96usize << 20).div_ceil(8 * stored)
    };
    let q = numbers(shape.heads * shape.queries * shape.dim, 0.7);
    let (k, v) = (numbers(layers * stored, 0.3), numbers(layers * stored, 0.9));
    let mut out = vec![0.0; q.len()];
    let mut times: Vec<f64> = (0..15)
        .map(|_| {
            let began = Instant::now();
            for (keys, values) in k.chunks_exact(stored).zip(v.chunks_exact(stored)) {
                attend(shape, &q, keys, values, &mut out);
            }
            began.elapsed().as_secs_f64() / layers as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 4]
}

/// Queries as linear layers give them, keys and values as the cache has them.
fn attend(shape: AttentionShape, queries: &[f32], keys: &[f32], values: &[f32], out: &mut [f32]) {
    let positions = Strides::of_positions(shape.heads, shape.queries, shape.dim);
    let cached = Strides::of_heads(shape.groups, shape.keys, shape.dim);
    let heads = |numbers, strides| Heads { numbers, strides };
    let attention = Attention {
        shape,
        queries: heads(queries, positions),
        keys: heads(keys, cached),
        values: heads(values, cached),
        scale: 0.125,
        causal: true,
        visible: None,
    };
    attention.forward(out, positions);
}

fn numbers(count: usize, step: f32) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * step).sin()).collect()
}
