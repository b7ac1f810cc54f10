//! Scaled dot-product attention without a matrix of scores (Dao et al., 2022; Milakov and Gimelshein, 2018).

mod block;
mod part;
mod single;

use crate::level::Level;
use crate::scratch::Scratch;
use crate::threads::{self, SharedMut};
use part::Part;

/// Numbers `[batch, heads, positions, dim]` anywhere in a slice; those of one position stand side by side.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// All numbers.
    pub numbers: &'a [f32],
    /// Where the others begin.
    pub strides: Strides,
}

/// How many numbers apart neighbours begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strides {
    /// Sequences.
    pub batch: usize,
    /// Heads of one sequence.
    pub head: usize,
    /// Positions of one head.
    pub position: usize,
}

impl Strides {
    /// Those of contiguous `[batch, heads, positions, dim]`.
    pub fn of_heads(heads: usize, positions: usize, dim: usize) -> Strides {
        Strides {
            batch: heads * positions * dim,
            head: positions * dim,
            position: dim,
        }
    }

    /// Those of contiguous `[batch, positions, heads, dim]`, as linear layers give.
    pub fn of_positions(heads: usize, positions: usize, dim: usize) -> Strides {
        Strides {
            batch: heads * positions * dim,
            head: dim,
            position: heads * dim,
        }
    }

    fn start(&self, batch: usize, head: usize, position: usize) -> usize {
        batch * self.batch + head * self.head + position * self.position
    }

    /// How many numbers a slice must have at least.
    fn reach(&self, [batch, heads, positions, dim]: [usize; 4]) -> usize {
        if batch * heads * positions == 0 {
            return 0;
        }
        self.start(batch - 1, heads - 1, positions - 1) + dim
    }
}

/// Sizes of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionShape {
    /// Sequences.
    pub batch: usize,
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values, each for `heads / groups` heads of queries.
    pub groups: usize,
    /// Positions of queries: the last ones of `keys` where attention is causal.
    pub queries: usize,
    /// Positions of keys and values.
    pub keys: usize,
    /// Numbers of a query and of a key.
    pub dim: usize,
    /// Numbers of a value.
    pub value_dim: usize,
}

/// Attention of queries `[batch, heads, queries, dim]` to keys `[batch, groups, keys, dim]` and values
/// `[batch, groups, keys, value_dim]`, each read where it is.
#[derive(Clone, Copy, Debug)]
pub struct Attention<'a> {
    /// The sizes.
    pub shape: AttentionShape,
    /// What is asked.
    pub queries: Heads<'a>,
    /// What is compared.
    pub keys: Heads<'a>,
    /// What is mixed.
    pub values: Heads<'a>,
    /// What products of queries and keys are multiplied with, commonly `1 / √dim`.
    pub scale: f32,
    /// Whether the last query sees all keys, the one before it all but one, and so on.
    pub causal: bool,
    /// `[batch, keys]`, false for keys that no query sees.
    pub visible: Option<&'a [bool]>,
}

/// With so many rows or fewer that share keys, each is treated by itself.
const FEW: usize = 3;

/// Keys that one part of few rows reads at least.
const KEYS_OF_PART: usize = 192;

/// About how many multiplications are worth a part.
const WORK_OF_PART: usize = 1 << 15;

impl Attention<'_> {
    /// Writes the mixed values `[batch, heads, queries, value_dim]` to `out` with its strides.
    ///
    /// A query that sees no key gives zeros. Within 3e-6 of the exact value, relative to the largest value.
    ///
    /// # Panics
    ///
    /// When a slice is shorter than its sizes and strides need, `heads` is no multiple of `groups`, `visible` is not
    /// `[batch, keys]`, results overlap, or causal queries are more than keys.
    pub fn forward(&self, out: &mut [f32], strides: Strides) {
        self.forward_at(Level::current(), out, strides);
    }

    pub(crate) fn forward_at(&self, level: Level, out: &mut [f32], strides: Strides) {
        let shape = self.shape;
        self.check(out, strides);
        if shape.batch * shape.heads * shape.queries * shape.value_dim == 0 {
            return;
        }
        let plan = Plan::new(level, &shape);
        let out = SharedMut::new(out);
        let mut partial = Scratch::new(if plan.splits == 1 {
            0
        } else {
            plan.partial_numbers(&shape)
        });
        let partial = SharedMut::new(partial.numbers());
        let parts = plan.blocks * plan.splits * shape.batch * shape.groups;
        // The last queries see the most keys: their parts come first, so that all threads end together.
        threads::run(parts, &|part| {
            let (rest, group) = (part / shape.groups, part % shape.groups);
            let (rest, batch) = (rest / shape.batch, rest % shape.batch);
            let (block, split) = (plan.blocks - 1 - rest / plan.splits, rest % plan.splits);
            Part {
                of: self,
                plan,
                batch,
                group,
                block,
                split,
                out: &out,
                strides,
                partial: &partial,
            }
            .run(level);
        });
        if plan.splits > 1 {
            threads::run(shape.batch * shape.groups * plan.blocks, &|part| {
                let (rest, group) = (part / shape.groups, part % shape.groups);
                let (block, batch) = (rest / shape.batch, rest % shape.batch);
                Part {
                    of: self,
                    plan,
                    batch,
                    group,
                    block,
                    split: 0,
                    out: &out,
                    strides,
                    partial: &partial,
                }
                .merge();
            });
        }
    }

    fn check(&self, out: &[f32], strides: Strides) {
        let AttentionShape {
            batch,
            heads,
            groups,
            queries,
            keys,
            dim,
            value_dim,
        } = self.shape;
        assert!(
            groups > 0 && heads.is_multiple_of(groups),
            "{heads} query heads share {groups} key-value heads"
        );
        let holds = |numbers: &[f32], strides: Strides, sizes| numbers.len() >= strides.reach(sizes);
        assert!(
            holds(
                self.queries.numbers,
                self.queries.strides,
                [batch, heads, queries, dim]
            ),
            "the queries are [batch, heads, queries, dim]"
        );
        assert!(
            holds(self.keys.numbers, self.keys.strides, [batch, groups, keys, dim]),
            "the keys are [batch, groups, keys, dim]"
        );
        assert!(
            holds(
                self.values.numbers,
                self.values.strides,
                [batch, groups, keys, value_dim]
            ),
            "the values are [batch, groups, keys, value_dim]"
        );
        assert!(
            holds(out, strides, [batch, heads, queries, value_dim]),
            "the result is [batch, heads, queries, value_dim]"
        );
        assert!(
            strides.are_apart([batch, heads, queries, value_dim]),
            "results do not overlap"
        );
        assert!(
            self.visible.is_none_or(|visible| visible.len() == batch * keys),
            "the mask is [batch, keys]"
        );
        assert!(
            !self.causal || queries <= keys,
            "{queries} causal queries are the last ones of {keys} keys"
        );
    }
}

impl Strides {
    /// Whether no number belongs to two positions: each axis steps over all that smaller steps reach.
    fn are_apart(&self, [batch, heads, positions, dim]: [usize; 4]) -> bool {
        if batch * heads * positions == 0 {
            return true;
        }
        let mut axes = [
            (self.batch, batch),
            (self.head, heads),
            (self.position, positions),
        ];
        axes.sort_unstable();
        let mut reach = dim;
        for (stride, size) in axes {
            if size > 1 {
                if stride < reach {
                    return false;
                }
                reach += stride * (size - 1);
            }
        }
        true
    }
}

/// How attention is cut into parts.
#[derive(Clone, Copy)]
struct Plan {
    /// Queries of all heads of a group, as rows that share keys: the heads of one query stand side by side.
    rows: usize,
    /// Rows of one part.
    block: usize,
    /// Parts that the rows are cut into.
    blocks: usize,
    /// Parts that the keys are cut into, where rows are few; their results are merged.
    splits: usize,
    /// Keys of one part.
    keys: usize,
}

impl Plan {
    fn new(level: Level, shape: &AttentionShape) -> Plan {
        let rows = shape.heads / shape.groups * shape.queries;
        let block = if rows <= FEW {
            rows
        } else {
            rows.min(level.run(block::Widest))
        };
        let blocks = rows.div_ceil(block);
        let parts = blocks * shape.batch * shape.groups;
        let wanted = (4 * threads::count()).div_ceil(parts);
        let work = block * (shape.dim + shape.value_dim);
        let least = KEYS_OF_PART.max(WORK_OF_PART.div_ceil(work.max(1)));
        let splits = if parts >= 4 * threads::count() {
            1
        } else {
            wanted.min(shape.keys / least).max(1)
        };
        Plan {
            rows,
            block,
            blocks,
            splits,
            keys: shape.keys.div_ceil(splits),
        }
    }

    /// Numbers of a row's partial result: the mixed values, the largest score, and the sum of weights.
    fn partial_row(shape: &AttentionShape) -> usize {
        shape.value_dim + 2
    }

    fn partial_numbers(&self, shape: &AttentionShape) -> usize {
        shape.batch * shape.groups * self.rows * self.splits * Plan::partial_row(shape)
    }
}

#[cfg(test)]
mod tests {
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
        for (heads, queries) in [(1, 1), (3, 1), (8, 1), (2, 3)] {
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
}
