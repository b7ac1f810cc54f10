//! Scaled dot-product attention without a matrix of scores (Dao et al., 2022; Milakov and Gimelshein, 2018).

mod block;
mod few;
mod part;
#[cfg(test)]
mod tests;

use crate::level::Level;
use crate::scratch::Scratch;
use crate::shared::SharedMut;
use crate::threads;
use part::Part;

/// Numbers `[batch, heads, positions, dim]` anywhere in a slice; those of one position stand side by side.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// All numbers.
    pub numbers: &'a [f32],
    /// Where the others begin.
    pub strides: Strides,
}

impl<'a> Heads<'a> {
    /// The `dim` numbers of one position.
    ///
    /// # Panics
    ///
    /// When the slice does not reach so far.
    pub fn at(&self, batch: usize, head: usize, position: usize, dim: usize) -> &'a [f32] {
        &self.numbers[self.strides.start(batch, head, position)..][..dim]
    }
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

/// So many rows or fewer that share keys are treated as [`few`] are.
const FEW: usize = 8;

/// Keys that one part of few rows reads at least.
const KEYS_OF_PART: usize = 192;

/// About how many multiplications are worth a part.
const WORK_OF_PART: usize = 1 << 15;

impl Attention<'_> {
    /// Writes the mixed values `[batch, heads, queries, value_dim]` to `out` with its strides.
    ///
    /// A query that sees no key gives zeros. A value that a query does not see counts by a weight of zero: it is finite. Within 3e-6 of the exact value, relative to the largest value.
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
