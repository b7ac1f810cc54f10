//! Attention: prompts in floating-point operations that are needed, single queries in bytes of keys and values.

use std::time::Instant;

use ttt_kernels::{Attention, AttentionShape, Heads, Strides};

/// `[heads, groups, queries, keys, dim]`
const SHAPES: [[usize; 5]; 7] = [
    [12, 12, 128, 128, 64],
    [12, 12, 512, 512, 64],
    [12, 12, 2048, 2048, 64],
    [32, 4, 512, 512, 64],
    [12, 12, 1, 64, 64],
    [12, 12, 1, 2000, 64],
    [32, 4, 1, 2000, 64],
];

fn main() {
    for [heads, groups, queries, keys, dim] in SHAPES {
        let q = vec![0.3; heads * queries * dim];
        let k: Vec<f32> = (0..groups * keys * dim).map(|i| (i as f32).sin()).collect();
        let mut out = vec![0.0; heads * queries * dim];
        let stored = Heads {
            numbers: &k,
            strides: Strides::of_heads(groups, keys, dim),
        };
        let attention = Attention {
            shape: AttentionShape {
                batch: 1,
                heads,
                groups,
                queries,
                keys,
                dim,
                value_dim: dim,
            },
            queries: Heads {
                numbers: &q,
                strides: Strides::of_positions(heads, queries, dim),
            },
            keys: stored,
            values: stored,
            scale: 0.125,
            causal: true,
            visible: None,
        };
        let mut times: Vec<f64> = (0..30)
            .map(|_| {
                let began = Instant::now();
                attention.forward(&mut out, Strides::of_positions(heads, queries, dim));
                began.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let seen = (2 * keys - queries + 1) * queries / 2;
        println!(
            "{heads} heads, {groups} groups, {queries} of {keys}: {:.0} µs, {:.0} GFLOP/s, {:.1} GB/s",
            times[7] * 1e6,
            (4 * heads * seen * dim) as f64 / times[7] / 1e9,
            (8 * groups * keys * dim) as f64 / times[7] / 1e9
        );
    }
}
