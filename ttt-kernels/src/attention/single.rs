//! One row at a time: as fast as keys and values are read.

use super::part::Part;
use crate::math::exp;
use crate::scratch::Scratch;
use crate::simd::{Kernel, Simd};

/// Keys whose scores are kept at a time.
const KEYS: usize = 128;

/// Vectors of values that are mixed at a time.
const VECTORS: usize = 4;

/// Stands for a score of −∞ where differences are taken.
const LOWEST: f32 = -1e30;

/// A part of few rows.
pub(super) struct Single<'a>(pub Part<'a>);

impl Kernel for Single<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let part = &self.0;
        let shape = &part.of.shape;
        let rows = part.rows();
        let mut scratch = Scratch::new(shape.dim + rows.len() * shape.value_dim);
        let (query, mixed) = scratch.numbers().split_at_mut(shape.dim);
        mixed.fill(0.0);
        let mut largest = [f32::NEG_INFINITY; super::FEW];
        let mut sum = [0.0; super::FEW];
        let keys = part.keys();
        let mut first = keys.start;
        while first < keys.end {
            let count = KEYS.min(keys.end - first);
            // The keys stay in the cache between the rows.
            for (index, row) in rows.clone().enumerate() {
                for (number, from) in query.iter_mut().zip(part.query(row)) {
                    *number = from * part.of.scale;
                }
                let mixed = &mut mixed[index * shape.value_dim..][..shape.value_dim];
                let mut scores = [f32::NEG_INFINITY; KEYS];
                let count = count.min(part.seen(row).saturating_sub(first));
                compare(s, part, query, first, &mut scores[..count]);
                let factor = weigh(s, &mut scores, &mut largest[index], &mut sum[index]);
                mix(s, part, first, &scores[..count], factor, mixed);
            }
            first += count;
        }
        for (index, row) in rows.enumerate() {
            let mixed = &mixed[index * shape.value_dim..][..shape.value_dim];
            if part.plan.splits == 1 {
                let inverse = if sum[index] == 0.0 { 0.0 } else { 1.0 / sum[index] };
                for (number, mixed) in part.result(row).iter_mut().zip(mixed) {
                    *number = mixed * inverse;
                }
            } else {
                let partial = part.partial(row, part.split);
                partial[..shape.value_dim].copy_from_slice(mixed);
                partial[shape.value_dim] = largest[index];
                partial[shape.value_dim + 1] = sum[index];
            }
        }
    }
}

/// Scores of the keys from `first`; −∞ for padding.
#[inline(always)]
fn compare<S: Simd>(s: S, part: &Part<'_>, query: &[f32], first: usize, scores: &mut [f32]) {
    if scores.is_empty() {
        return;
    }
    let stride = part.of.keys.strides.position;
    let keys = part.key(first);
    for (index, score) in scores.iter_mut().enumerate() {
        *score = dot(s, query, &keys[index * stride..][..query.len()]);
    }
    if let Some(visible) = part.visible() {
        for (score, visible) in scores.iter_mut().zip(&visible[first..]) {
            if !visible {
                *score = f32::NEG_INFINITY;
            }
        }
    }
}

#[inline(always)]
fn dot<S: Simd>(s: S, a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [s.zero(); 2];
    let mut pairs = a.chunks_exact(2 * S::LANES).zip(b.chunks_exact(2 * S::LANES));
    for (a, b) in pairs.by_ref() {
        s.prefetch(b, 2048);
        sums[0] = s.mul_add(s.load(a), s.load(b), sums[0]);
        sums[1] = s.mul_add(s.load(&a[S::LANES..]), s.load(&b[S::LANES..]), sums[1]);
    }
    let whole = a.len() / (2 * S::LANES) * (2 * S::LANES);
    for (a, b) in a[whole..].chunks(S::LANES).zip(b[whole..].chunks(S::LANES)) {
        sums[0] = s.mul_add(s.load_part(a, 0.0), s.load_part(b, 0.0), sums[0]);
    }
    s.sum(s.add(sums[0], sums[1]))
}

/// Turns scores into weights; returns how much what is known of earlier keys weighs now.
#[inline(always)]
fn weigh<S: Simd>(s: S, scores: &mut [f32; KEYS], largest: &mut f32, sum: &mut f32) -> f32 {
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

/// Adds the values of the keys from `first` by their weights to `factor · mixed`.
#[inline(always)]
fn mix<S: Simd>(s: S, part: &Part<'_>, first: usize, weights: &[f32], factor: f32, mixed: &mut [f32]) {
    let stride = part.of.values.strides.position;
    let factor = s.splat(factor);
    let step = VECTORS * S::LANES;
    let mut column = 0;
    while column + step <= mixed.len() {
        let mixed = &mut mixed[column..][..step];
        let mut sums = [s.zero(); VECTORS];
        for (sum, mixed) in sums.iter_mut().zip(mixed.chunks_exact(S::LANES)) {
            *sum = s.mul(s.load(mixed), factor);
        }
        for (index, weight) in weights.iter().enumerate() {
            let value = &part.value(first)[index * stride + column..][..step];
            let weight = s.splat(*weight);
            for (sum, value) in sums.iter_mut().zip(value.chunks_exact(S::LANES)) {
                s.prefetch(value, 2048);
                *sum = s.mul_add(weight, s.load(value), *sum);
            }
        }
        for (sum, mixed) in sums.iter().zip(mixed.chunks_exact_mut(S::LANES)) {
            s.store(*sum, mixed);
        }
        column += step;
    }
    while column < mixed.len() {
        let count = S::LANES.min(mixed.len() - column);
        let mixed = &mut mixed[column..][..count];
        let mut sum = s.mul(s.load_part(mixed, 0.0), factor);
        for (index, weight) in weights.iter().enumerate() {
            let value = &part.value(first)[index * stride + column..][..count];
            sum = s.mul_add(s.splat(*weight), s.load_part(value, 0.0), sum);
        }
        s.store_part(sum, mixed);
        column += count;
    }
}
