//! Few rows that share keys, as when one token is decoded: as fast as keys and values are read.

use super::part::{LOWEST, Part};
use crate::math::exp;
use crate::scratch::Scratch;
use crate::simd::{Kernel, Simd};
use crate::tile::widest;

/// Keys whose scores are kept at a time.
const KEYS: usize = 128;

/// Keys that are compared side by side, and vectors of values that are mixed side by side.
const SIDE: usize = 4;

/// How far ahead of the reading the memory is asked for, in bytes.
const AHEAD: usize = 2048;

/// A part of few rows.
pub(super) struct Few<'a>(pub Part<'a>);

impl Kernel for Few<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let part = &self.0;
        let shape = &part.of.shape;
        let count = part.rows().len();
        let mut scratch = Scratch::new(count * (shape.dim + shape.value_dim + KEYS));
        let (queries, rest) = scratch.numbers().split_at_mut(count * shape.dim);
        let (mixed, scores) = rest.split_at_mut(count * shape.value_dim);
        let mut rows = Rows {
            part,
            queries,
            scores,
            mixed,
            largest: [f32::NEG_INFINITY; super::FEW],
            sum: [0.0; super::FEW],
        };
        rows.begin();
        let keys = part.keys();
        let mut first = keys.start;
        while first < keys.end {
            let keys = KEYS.min(keys.end - first);
            // The keys and values stay in the second cache between rows.
            let mut row = 0;
            while row < count {
                row += match (count - row).min(widest::<S>()) {
                    1 => rows.attend::<S, 1>(s, row, first, keys),
                    2 => rows.attend::<S, 2>(s, row, first, keys),
                    3 => rows.attend::<S, 3>(s, row, first, keys),
                    _ => rows.attend::<S, 4>(s, row, first, keys),
                };
            }
            first += keys;
        }
        rows.end();
    }
}

/// What is known of each row so far.
struct Rows<'a> {
    part: &'a Part<'a>,
    /// `[rows, dim]`, scaled.
    queries: &'a mut [f32],
    /// `[rows, KEYS]`
    scores: &'a mut [f32],
    /// `[rows, value_dim]`
    mixed: &'a mut [f32],
    largest: [f32; super::FEW],
    sum: [f32; super::FEW],
}

/// `R` rows from `row`, and the `count` keys from `first` whose weights they have.
struct Tile<const R: usize> {
    row: usize,
    first: usize,
    count: usize,
    /// How much what is mixed of earlier keys weighs now, by row.
    factors: [f32; R],
}

impl Rows<'_> {
    #[inline(always)]
    fn begin(&mut self) {
        let (part, dim) = (self.part, self.part.of.shape.dim);
        self.mixed.fill(0.0);
        for (index, row) in part.rows().enumerate() {
            let query = &mut self.queries[index * dim..][..dim];
            for (number, from) in query.iter_mut().zip(part.query(row)) {
                *number = from * part.of.scale;
            }
        }
    }

    /// `R` rows from `row` and `count` keys from `first`; returns how many rows.
    #[inline(always)]
    fn attend<S: Simd, const R: usize>(&mut self, s: S, row: usize, first: usize, count: usize) -> usize {
        self.compare::<S, R>(s, row, first, count);
        let mut factors = [0.0; R];
        for (index, factor) in factors.iter_mut().enumerate() {
            let row = row + index;
            let scores = &mut self.scores[row * KEYS..][..count.next_multiple_of(S::LANES)];
            scores[count..].fill(f32::NEG_INFINITY);
            hide(self.part, row, first, &mut scores[..count]);
            *factor = weigh(s, scores, &mut self.largest[row], &mut self.sum[row]);
        }
        let tile = Tile {
            row,
            first,
            count,
            factors,
        };
        self.mix(s, &tile);
        R
    }

    /// Scores of `count` keys from `first`.
    #[inline(always)]
    fn compare<S: Simd, const R: usize>(&mut self, s: S, row: usize, first: usize, count: usize) {
        let dim = self.part.of.shape.dim;
        let stride = self.part.of.keys.strides.position;
        let stored = self.part.key(first);
        let mut queries: [&[f32]; R] = [&[]; R];
        for (index, query) in queries.iter_mut().enumerate() {
            *query = &self.queries[(row + index) * dim..][..dim];
        }
        for key in (0..count).step_by(SIDE) {
            // A tile that has too few keys compares the last one again.
            let mut keys: [&[f32]; SIDE] = [&[]; SIDE];
            for (index, keys) in keys.iter_mut().enumerate() {
                *keys = &stored[(key + index).min(count - 1) * stride..][..dim];
            }
            if row == 0 {
                prefetch(s, &keys);
            }
            let products = products::<S, R>(s, &queries, &keys);
            // What is put for keys past the last is never read.
            for (index, products) in products.iter().enumerate() {
                self.scores[(row + index) * KEYS + key..][..SIDE].copy_from_slice(products);
            }
        }
    }

    /// Adds the values of a tile's keys by their weights to what is mixed of earlier ones.
    #[inline(always)]
    fn mix<S: Simd, const R: usize>(&mut self, s: S, tile: &Tile<R>) {
        let dim = self.part.of.shape.value_dim;
        let mut column = 0;
        while column + SIDE * S::LANES <= dim {
            self.mix_columns::<S, R, SIDE>(s, tile, column);
            column += SIDE * S::LANES;
        }
        while column + S::LANES <= dim {
            self.mix_columns::<S, R, 1>(s, tile, column);
            column += S::LANES;
        }
        if column < dim {
            self.mix_rest(s, tile, column);
        }
    }

    /// `V` vectors from a column on.
    #[inline(always)]
    fn mix_columns<S: Simd, const R: usize, const V: usize>(&mut self, s: S, tile: &Tile<R>, column: usize) {
        let row = tile.row;
        let dim = self.part.of.shape.value_dim;
        let stride = self.part.of.values.strides.position;
        let values = &self.part.value(tile.first)[column..];
        let mut sums = [[s.zero(); V]; R];
        for (index, (sums, factor)) in sums.iter_mut().zip(tile.factors).enumerate() {
            let mixed = &self.mixed[(row + index) * dim + column..][..V * S::LANES];
            for (vector, sum) in sums.iter_mut().enumerate() {
                *sum = s.mul(s.load(&mixed[vector * S::LANES..]), s.splat(factor));
            }
        }
        let weights = &self.scores[row * KEYS..][..R * KEYS];
        for key in 0..tile.count {
            let from = &values[key * stride..][..V * S::LANES];
            let mut value = [s.zero(); V];
            for vector in 0..V {
                let from = &from[vector * S::LANES..];
                if row == 0 {
                    s.prefetch(from, AHEAD);
                }
                value[vector] = s.load(from);
            }
            for index in 0..R {
                let weight = s.splat(weights[index * KEYS + key]);
                for vector in 0..V {
                    sums[index][vector] = s.mul_add(weight, value[vector], sums[index][vector]);
                }
            }
        }
        for (index, sums) in sums.iter().enumerate() {
            let mixed = &mut self.mixed[(row + index) * dim + column..][..V * S::LANES];
            for (vector, sum) in sums.iter().enumerate() {
                s.store(*sum, &mut mixed[vector * S::LANES..]);
            }
        }
    }

    /// The columns that are left, fewer than a vector has.
    #[inline(always)]
    fn mix_rest<S: Simd, const R: usize>(&mut self, s: S, tile: &Tile<R>, column: usize) {
        let dim = self.part.of.shape.value_dim;
        let stride = self.part.of.values.strides.position;
        let values = self.part.value(tile.first);
        for (index, factor) in tile.factors.into_iter().enumerate() {
            let row = tile.row + index;
            let mixed = &mut self.mixed[row * dim..][column..dim];
            let mut sum = s.mul(s.load_part(mixed, 0.0), s.splat(factor));
            for (key, weight) in self.scores[row * KEYS..][..tile.count].iter().enumerate() {
                let value = &values[key * stride..][column..dim];
                sum = s.mul_add(s.splat(*weight), s.load_part(value, 0.0), sum);
            }
            s.store_part(sum, mixed);
        }
    }

    #[inline(always)]
    fn end(&self) {
        let (part, dim) = (self.part, self.part.of.shape.value_dim);
        for (index, row) in part.rows().enumerate() {
            let mixed = self.mixed[index * dim..][..dim].iter().copied();
            part.finish(row, mixed, self.largest[index], self.sum[index]);
        }
    }
}

/// Asks for the memory after some keys.
#[inline(always)]
fn prefetch<S: Simd>(s: S, keys: &[&[f32]; SIDE]) {
    for key in keys {
        for line in key.chunks(S::LANES) {
            s.prefetch(line, AHEAD);
        }
    }
}

/// The products of queries and keys.
#[inline(always)]
fn products<S: Simd, const R: usize>(s: S, queries: &[&[f32]; R], keys: &[&[f32]; SIDE]) -> [[f32; SIDE]; R] {
    let dim = keys[0].len();
    let whole = dim / S::LANES * S::LANES;
    let mut totals = [[s.zero(); SIDE]; R];
    for at in (0..whole).step_by(S::LANES) {
        let mut of_keys = [s.zero(); SIDE];
        for side in 0..SIDE {
            of_keys[side] = s.load(&keys[side][at..]);
        }
        for row in 0..R {
            let query = s.load(&queries[row][at..]);
            for side in 0..SIDE {
                totals[row][side] = s.mul_add(query, of_keys[side], totals[row][side]);
            }
        }
    }
    if whole < dim {
        for side in 0..SIDE {
            let key = s.load_part(&keys[side][whole..], 0.0);
            for row in 0..R {
                let query = s.load_part(&queries[row][whole..], 0.0);
                totals[row][side] = s.mul_add(query, key, totals[row][side]);
            }
        }
    }
    let mut products = [[0.0; SIDE]; R];
    for row in 0..R {
        products[row] = s.sums(totals[row]);
    }
    products
}

/// Makes the scores of keys from `first` that a row does not see −∞.
#[inline(always)]
fn hide(part: &Part<'_>, index: usize, first: usize, scores: &mut [f32]) {
    let seen = part.seen(part.rows().start + index).saturating_sub(first);
    if seen < scores.len() {
        scores[seen..].fill(f32::NEG_INFINITY);
    }
    if let Some(visible) = part.visible() {
        for (score, visible) in scores.iter_mut().zip(&visible[first..]) {
            if !visible {
                *score = f32::NEG_INFINITY;
            }
        }
    }
}

/// Turns scores into weights; returns how much what is known of earlier keys weighs now.
#[inline(always)]
fn weigh<S: Simd>(s: S, scores: &mut [f32], largest: &mut f32, sum: &mut f32) -> f32 {
    let before = *largest;
    let mut most = s.splat(before);
    for scores in scores.chunks_exact(S::LANES) {
        most = s.max(s.load(scores), most);
    }
    *largest = s.largest(most);
    let shift = largest.max(LOWEST);
    let factor = (before - shift).exp();
    let mut total = s.zero();
    for scores in scores.chunks_exact_mut(S::LANES) {
        let weight = exp(s, s.sub(s.load(scores), s.splat(shift)));
        total = s.add(total, weight);
        s.store(weight, scores);
    }
    *sum = *sum * factor + s.sum(total);
    factor
}
