//! Many rows at a time, as the lanes of vectors: keys and values are read number by number where they are.

use super::part::{LOWEST, Part};
use crate::math::exp;
use crate::scratch::Scratch;
use crate::simd::{Kernel, Simd};
use crate::tile::{self, Ahead, ROWS, vectors_for, widest, with_vectors};

/// Keys whose scores are kept at a time.
const KEYS: usize = 96;

/// How many rows a block has at most.
pub(super) struct Widest;

impl Kernel for Widest {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        widest::<S>() * S::LANES
    }
}

/// A part of many rows.
pub(super) struct Block<'a>(pub Part<'a>);

impl Kernel for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let vectors = vectors_for::<S>(self.0.rows().len());
        let part = &self.0;
        with_vectors!(vectors, S, rows(s, part));
    }
}

/// What is known of each row so far; `width` numbers of each kind.
struct Rows<'a> {
    /// `[dim, width]`, scaled.
    queries: &'a mut [f32],
    /// `[KEYS, width]`
    scores: &'a mut [f32],
    /// `[value_dim, width]`
    mixed: &'a mut [f32],
    /// How many keys the row sees.
    seen: &'a mut [f32],
    largest: &'a mut [f32],
    sum: &'a mut [f32],
}

#[inline(always)]
fn rows<S: Simd, const V: usize>(s: S, part: &Part<'_>) {
    let shape = &part.of.shape;
    let width = V * S::LANES;
    let mut scratch = Scratch::new((shape.dim + KEYS + shape.value_dim + 3) * width);
    let (queries, rest) = scratch.numbers().split_at_mut(shape.dim * width);
    let (scores, rest) = rest.split_at_mut(KEYS * width);
    let (mixed, rest) = rest.split_at_mut(shape.value_dim * width);
    let (seen, rest) = rest.split_at_mut(width);
    let (largest, sum) = rest.split_at_mut(width);
    let mut rows = Rows {
        queries,
        scores,
        mixed,
        seen,
        largest,
        sum,
    };
    rows.begin(part, width);
    let keys = part.keys();
    let mut first = keys.start;
    while first < keys.end {
        let count = KEYS.min(keys.end - first);
        rows.compare::<S, V>(s, part, first, count);
        rows.hide::<S, V>(s, part, first, count);
        rows.weigh::<S, V>(s, count);
        rows.mix::<S, V>(s, part, first, count);
        first += count;
    }
    rows.end(part, width);
}

impl Rows<'_> {
    #[inline(always)]
    fn begin(&mut self, part: &Part<'_>, width: usize) {
        let scale = part.of.scale;
        let range = part.rows();
        self.queries.fill(0.0);
        self.seen.fill(0.0);
        for (lane, row) in range.enumerate() {
            for (at, number) in part.query(row).iter().enumerate() {
                self.queries[at * width + lane] = number * scale;
            }
            self.seen[lane] = part.seen(row) as f32;
        }
        self.mixed.fill(0.0);
        self.largest.fill(f32::NEG_INFINITY);
        self.sum.fill(0.0);
    }

    /// Scores of `count` keys from `first`.
    #[inline(always)]
    fn compare<S: Simd, const V: usize>(&mut self, s: S, part: &Part<'_>, first: usize, count: usize) {
        let width = V * S::LANES;
        let mut key = 0;
        while key + ROWS <= count {
            self.scores_of::<S, ROWS, V>(s, part, first + key, key * width);
            key += ROWS;
        }
        while key < count {
            self.scores_of::<S, 1, V>(s, part, first + key, key * width);
            key += 1;
        }
    }

    #[inline(always)]
    fn scores_of<S: Simd, const R: usize, const V: usize>(
        &mut self,
        s: S,
        part: &Part<'_>,
        key: usize,
        at: usize,
    ) {
        let dim = part.of.shape.dim;
        let stride = part.of.keys.strides.position;
        let keys = part.key(key);
        let mut rows: [&[f32]; R] = [&[]; R];
        for (index, row) in rows.iter_mut().enumerate() {
            *row = &keys[index * stride..][..dim];
        }
        let ahead = Ahead {
            rows: R * stride * size_of::<f32>(),
            panel: &[],
        };
        let sums = tile::multiply_rows(s, &rows, self.queries, ahead, [[s.zero(); V]; R]);
        tile::store(s, &sums, &mut self.scores[at..]);
    }

    /// Makes the scores of keys that a row does not see −∞.
    #[inline(always)]
    fn hide<S: Simd, const V: usize>(&mut self, s: S, part: &Part<'_>, first: usize, count: usize) {
        let width = V * S::LANES;
        let nothing = s.splat(f32::NEG_INFINITY);
        if part.of.causal && first + count > part.seen(part.rows().start) {
            for (key, scores) in self.scores.chunks_exact_mut(width).take(count).enumerate() {
                let key = s.splat((first + key) as f32);
                for (scores, seen) in scores
                    .chunks_exact_mut(S::LANES)
                    .zip(self.seen.chunks_exact(S::LANES))
                {
                    let shown = s.where_less(key, s.load(seen), s.load(scores), nothing);
                    s.store(shown, scores);
                }
            }
        }
        if let Some(visible) = part.visible() {
            for (key, scores) in self.scores.chunks_exact_mut(width).take(count).enumerate() {
                if !visible[first + key] {
                    scores.fill(f32::NEG_INFINITY);
                }
            }
        }
    }

    /// Turns scores into weights, and makes what is known of earlier keys weigh as much less as a new largest score
    /// demands.
    #[inline(always)]
    fn weigh<S: Simd, const V: usize>(&mut self, s: S, count: usize) {
        let width = V * S::LANES;
        for lane in (0..width).step_by(S::LANES) {
            let before = s.load(&self.largest[lane..]);
            let mut largest = before;
            for key in 0..count {
                largest = s.max(s.load(&self.scores[key * width + lane..]), largest);
            }
            s.store(largest, &mut self.largest[lane..]);
            let shift = s.max(largest, s.splat(LOWEST));
            let factor = exp(s, s.sub(before, shift));
            let mut sum = s.mul(s.load(&self.sum[lane..]), factor);
            for key in 0..count {
                let at = key * width + lane;
                let weight = exp(s, s.sub(s.load(&self.scores[at..]), shift));
                sum = s.add(sum, weight);
                s.store(weight, &mut self.scores[at..]);
            }
            s.store(sum, &mut self.sum[lane..]);
            for mixed in self.mixed.chunks_exact_mut(width) {
                let mixed = &mut mixed[lane..];
                s.store(s.mul(s.load(mixed), factor), mixed);
            }
        }
    }

    /// Adds the values of `count` keys from `first`.
    #[inline(always)]
    fn mix<S: Simd, const V: usize>(&mut self, s: S, part: &Part<'_>, first: usize, count: usize) {
        let dim = part.of.shape.value_dim;
        let mut column = 0;
        while column + ROWS <= dim {
            self.mix_columns::<S, ROWS, V>(s, part, first, count, column);
            column += ROWS;
        }
        while column < dim {
            self.mix_columns::<S, 1, V>(s, part, first, count, column);
            column += 1;
        }
    }

    #[inline(always)]
    fn mix_columns<S: Simd, const R: usize, const V: usize>(
        &mut self,
        s: S,
        part: &Part<'_>,
        first: usize,
        count: usize,
        column: usize,
    ) {
        let width = V * S::LANES;
        let values = &part.value(first)[column..];
        let mixed = &mut self.mixed[column * width..];
        let stride = part.of.values.strides.position;
        let weights = &self.scores[..count * width];
        let sums: [[S::F; V]; R] = tile::load(s, mixed);
        let sums = tile::multiply_columns(s, values, stride, weights, sums);
        tile::store(s, &sums, mixed);
    }

    #[inline(always)]
    fn end(&self, part: &Part<'_>, width: usize) {
        for (lane, row) in part.rows().enumerate() {
            let mixed = self.mixed[lane..].iter().step_by(width).copied();
            part.finish(row, mixed, self.largest[lane], self.sum[lane]);
        }
    }
}
