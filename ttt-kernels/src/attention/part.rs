//! One part of attention: some rows that share keys, and some of the keys.

use std::ops::Range;

use super::block::Block;
use super::few::Few;
use super::{Attention, FEW, Plan, Strides};
use crate::level::Level;
use crate::shared::SharedMut;

/// Stands for a score of −∞ where differences are taken.
pub(super) const LOWEST: f32 = -1e30;

/// The rows of one block with the keys of one split.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub of: &'a Attention<'a>,
    pub plan: Plan,
    pub batch: usize,
    pub group: usize,
    pub block: usize,
    pub split: usize,
    pub out: &'a SharedMut<f32>,
    pub strides: Strides,
    pub partial: &'a SharedMut<f32>,
}

impl<'a> Part<'a> {
    pub(super) fn run(self, level: Level) {
        if self.plan.rows <= FEW {
            level.run(Few(self));
        } else {
            level.run(Block(self));
        }
    }

    /// The part's rows.
    pub(super) fn rows(&self) -> Range<usize> {
        let first = self.block * self.plan.block;
        first..(first + self.plan.block).min(self.plan.rows)
    }

    /// The head and the query of a row.
    fn place(&self, row: usize) -> (usize, usize) {
        let shape = &self.of.shape;
        let shared = shape.heads / shape.groups;
        (self.group * shared + row % shared, row / shared)
    }

    /// The numbers of a row's query.
    pub(super) fn query(&self, row: usize) -> &'a [f32] {
        let (head, query) = self.place(row);
        self.of.queries.at(self.batch, head, query, self.of.shape.dim)
    }

    /// How many keys a row sees, padding among them.
    pub(super) fn seen(&self, row: usize) -> usize {
        let shape = &self.of.shape;
        let (_, query) = self.place(row);
        if self.of.causal {
            shape.keys - shape.queries + query + 1
        } else {
            shape.keys
        }
    }

    /// The keys of this part that any of its rows sees.
    pub(super) fn keys(&self) -> Range<usize> {
        let first = self.split * self.plan.keys;
        let end = (first + self.plan.keys).min(self.of.shape.keys);
        let seen = self.seen(self.rows().end - 1);
        first.min(seen)..end.min(seen)
    }

    /// The numbers of a key, and of all later ones.
    pub(super) fn key(&self, key: usize) -> &'a [f32] {
        &self.of.keys.numbers[self.of.keys.strides.start(self.batch, self.group, key)..]
    }

    /// The numbers of a key's value, and of all later ones.
    pub(super) fn value(&self, key: usize) -> &'a [f32] {
        &self.of.values.numbers[self.of.values.strides.start(self.batch, self.group, key)..]
    }

    /// Which keys are not padding.
    pub(super) fn visible(&self) -> Option<&'a [bool]> {
        let keys = self.of.shape.keys;
        self.of
            .visible
            .map(|visible| &visible[self.batch * keys..][..keys])
    }

    /// Where the result of a row goes when this part sees all its keys: the mixed values, still to be divided by the
    /// sum of weights, or zeros where that is zero.
    pub(super) fn result(&self, row: usize) -> &'a mut [f32] {
        let (head, query) = self.place(row);
        let start = self.strides.start(self.batch, head, query);
        // SAFETY: results do not overlap, and this part alone has this row.
        unsafe { self.out.range(start, self.of.shape.value_dim) }
    }

    /// Where the partial result of a row goes.
    pub(super) fn partial(&self, row: usize, split: usize) -> &'a mut [f32] {
        let width = Plan::partial_row(&self.of.shape);
        let block = self.batch * self.of.shape.groups + self.group;
        let index = (block * self.plan.rows + row) * self.plan.splits + split;
        // SAFETY: each row of each split has its own place, which one part writes, and one merges after all have.
        unsafe { self.partial.range(index * width, width) }
    }

    /// Writes what a row has in the end, or its partial result: mixed values, the largest score, the sum of weights.
    #[inline(always)]
    pub(super) fn finish(&self, row: usize, mixed: impl Iterator<Item = f32>, largest: f32, sum: f32) {
        if self.plan.splits == 1 {
            let inverse = if sum == 0.0 { 0.0 } else { 1.0 / sum };
            for (number, mixed) in self.result(row).iter_mut().zip(mixed) {
                *number = mixed * inverse;
            }
        } else {
            let dim = self.of.shape.value_dim;
            let partial = self.partial(row, self.split);
            for (number, mixed) in partial[..dim].iter_mut().zip(mixed) {
                *number = mixed;
            }
            partial[dim] = largest;
            partial[dim + 1] = sum;
        }
    }

    /// Puts the partial results of all splits together.
    pub(super) fn merge(self) {
        let dim = self.of.shape.value_dim;
        for row in self.rows() {
            let splits = || (0..self.plan.splits).map(|split| &*self.partial(row, split));
            let largest = splits().map(|part| part[dim]).fold(f32::NEG_INFINITY, f32::max);
            let result = self.result(row);
            result.fill(0.0);
            let mut total = 0.0;
            for part in splits() {
                // Nothing was seen; what is not a number is no reason to leave a part out.
                if part[dim + 1] == 0.0 {
                    continue;
                }
                let weight = (part[dim] - largest).exp();
                total += weight * part[dim + 1];
                for (result, number) in result.iter_mut().zip(part) {
                    *result += weight * number;
                }
            }
            if total != 0.0 {
                let inverse = 1.0 / total;
                result.iter_mut().for_each(|number| *number *= inverse);
            }
        }
    }
}
