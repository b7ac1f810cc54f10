//! Attention against its plain form in f64.

use proptest::prelude::*;

use super::*;

fn numbers(count: usize, step: f32) -> Vec<f32> {
    (0..count).map(|i| ((i * i % 9973) as f32 * step).sin()).collect()
}

/// `visible` tells of batch, query and key.
fn plain(attention: &Attention<'_>, visible: impl Fn(usize, usize, usize) -> bool) -> Vec<f64> {
    let shape = attention.shape;
    let number = |heads: &Heads<'_>, batch, head, position, at| {
        f64::from(heads.numbers[heads.strides.start(batch, head, position) + at])
    };
    let mut results = Vec::new();
    for batch in 0..shape.batch {
        for head in 0..shape.heads {
            let group = head / (shape.heads / shape.groups);
            for query in 0..shape.queries {
                let score = |key| {
                    let products = (0..shape.dim).map(|at| {
                        number(&attention.queries, batch, head, query, at)
                            * number(&attention.keys, batch, group, key, at)
                    });
                    products.sum::<f64>() * f64::from(attention.scale)
                };
                let keys: Vec<usize> = (0..shape.keys)
                    .filter(|key| visible(batch, query, *key))
                    .collect();
                let scores: Vec<f64> = keys.iter().map(|key| score(*key)).collect();
                let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = scores.iter().map(|score| (score - largest).exp()).sum();
                for at in 0..shape.value_dim {
                    let mixed: f64 = keys
                        .iter()
                        .zip(&scores)
                        .map(|(key, score)| {
                            (score - largest).exp() * number(&attention.values, batch, group, *key, at)
                        })
                        .sum();
                    results.push(if keys.is_empty() { 0.0 } else { mixed / total });
                }
            }
        }
    }
    results
}

fn check(shape: AttentionShape, causal: bool, room: usize, padding: Option<usize>) {
    let AttentionShape {
        batch,
        heads,
        groups,
        queries,
        keys,
        dim,
        value_dim,
    } = shape;
    // Keys and values stand in a cache with more room than they take.
    let stored = keys + room;
    let q = numbers(batch * heads * queries * dim, 0.31);
    let k = numbers(batch * groups * stored * dim, 0.71);
    let v = numbers(batch * groups * stored * value_dim, 0.53);
    let shown: Vec<bool> = (0..batch * keys)
        .map(|i| i % keys.max(1) >= padding.unwrap_or(0) * (i / keys.max(1) + 1))
        .collect();
    let attention = Attention {
        shape,
        queries: Heads {
            numbers: &q,
            strides: Strides::of_positions(heads, queries, dim),
        },
        keys: Heads {
            numbers: &k,
            strides: Strides::of_heads(groups, stored, dim),
        },
        values: Heads {
            numbers: &v,
            strides: Strides::of_heads(groups, stored, value_dim),
        },
        scale: 3.0 / (dim as f32).sqrt(),
        causal,
        visible: padding.map(|_| &shown[..]),
    };
    let expected = plain(&attention, |batch, query, key| {
        (!causal || key + queries <= keys + query) && (padding.is_none() || shown[batch * keys + key])
    });
    for level in Level::available() {
        let mut out = vec![f32::NAN; batch * heads * queries * value_dim];
        attention.forward_at(level, &mut out, Strides::of_heads(heads, queries, value_dim));
        for (at, (found, expected)) in out.iter().zip(&expected).enumerate() {
            let near = (f64::from(*found) - expected).abs() <= 3e-6;
            assert!(
                near,
                "{level} {shape:?} causal {causal} at {at}: {found} {expected}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn results_are_those_of_the_plain_form(
        batch in 1usize..3,
        groups in 1usize..3,
        shared in 1usize..5,
        queries in 0usize..40,
        earlier in 0usize..130,
        dim in 1usize..40,
        value_dim in 1usize..70,
        room in 0usize..4,
        causal: bool,
        padding in proptest::option::of(0usize..30),
    ) {
        let shape = AttentionShape {
            batch, heads: groups * shared, groups, queries, keys: queries + earlier, dim, value_dim,
        };
        check(shape, causal, room, padding);
    }
}

#[test]
fn long_caches_are_split_and_merged() {
    for (heads, queries) in [(1, 1), (3, 1), (5, 1), (7, 1), (8, 1), (2, 3)] {
        let shape = AttentionShape {
            batch: 1,
            heads,
            groups: 1,
            queries,
            keys: 2001,
            dim: 64,
            value_dim: 64,
        };
        check(shape, true, 7, None);
        check(shape, true, 7, Some(1500));
        check(shape, true, 7, Some(2001));
    }
}

#[test]
fn long_prompts_skip_what_is_not_seen() {
    let shape = AttentionShape {
        batch: 1,
        heads: 2,
        groups: 1,
        queries: 300,
        keys: 300,
        dim: 64,
        value_dim: 64,
    };
    check(shape, true, 0, None);
    check(shape, false, 0, None);
}

#[test]
fn few_rows_of_every_number_are_right() {
    for rows in 1..=FEW {
        for (keys, dim, value_dim) in [(3, 1, 1), (131, 16, 64), (260, 67, 83)] {
            for queries in [1, rows.min(keys)] {
                let shape = AttentionShape {
                    batch: 2,
                    heads: rows / queries,
                    groups: 1,
                    queries,
                    keys,
                    dim,
                    value_dim,
                };
                check(shape, true, 3, None);
                check(shape, false, 3, Some(2));
            }
        }
    }
}

#[test]
fn what_is_not_a_number_stays_so() {
    for keys in [100, 2001] {
        let shape = AttentionShape {
            batch: 1,
            heads: 8,
            groups: 1,
            queries: 1,
            keys,
            dim: 16,
            value_dim: 16,
        };
        let (queries, stored) = (vec![f32::NAN; 8 * 16], numbers(keys * 16, 0.7));
        let heads = |numbers, heads, positions| Heads {
            numbers,
            strides: Strides::of_heads(heads, positions, 16),
        };
        let attention = Attention {
            shape,
            queries: heads(&queries, 8, 1),
            keys: heads(&stored, 1, keys),
            values: heads(&stored, 1, keys),
            scale: 0.25,
            causal: false,
            visible: None,
        };
        for level in Level::available() {
            let mut out = vec![0.0; 8 * 16];
            attention.forward_at(level, &mut out, Strides::of_heads(8, 1, 16));
            assert!(out.iter().all(|number| number.is_nan()), "{level}, {keys} keys");
        }
    }
}
