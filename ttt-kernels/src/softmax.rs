//! Softmax over the last dimension.

use crate::level::Level;
use crate::math::exp;
use crate::rows::{RowKernel, each_row};
use crate::simd::Simd;

/// Replaces each row of `width` by the exponentials of `scale · x` that sum to one.
///
/// Within 8e-6 relative of the exact value, and 1e-30. A row whose largest number is −∞ gives zeros, as attention wants of a query that
/// sees no key; one with NaN or +∞ gives NaN.
///
/// # Panics
///
/// When the slice is not whole rows.
pub fn softmax(x: &mut [f32], width: usize, scale: f32) {
    each_row(Level::current(), x, width, Softmax { scale });
}

/// Replaces each row of `width` by the logarithms of its softmax.
///
/// Within 3e-6 of the exact value, relative to the range of the row.
///
/// # Panics
///
/// When the slice is not whole rows.
pub fn log_softmax(x: &mut [f32], width: usize) {
    each_row(Level::current(), x, width, LogSoftmax);
}

#[derive(Clone, Copy)]
pub(crate) struct Softmax {
    pub scale: f32,
}

impl RowKernel for Softmax {
    #[inline(always)]
    fn row<S: Simd>(self, s: S, row: &mut [f32]) {
        scale_by(s, row, self.scale);
        let largest = largest(s, row);
        if largest == f32::NEG_INFINITY {
            row.fill(0.0);
            return;
        }
        let largest = s.splat(largest);
        let mut sum = s.zero();
        let mut chunks = row.chunks_exact_mut(S::LANES);
        for chunk in chunks.by_ref() {
            let power = exp(s, s.sub(s.load(chunk), largest));
            sum = s.add(sum, power);
            s.store(power, chunk);
        }
        let rest = chunks.into_remainder();
        let power = exp(s, s.sub(s.load_part(rest, f32::NEG_INFINITY), largest));
        s.store_part(power, rest);
        scale_by(s, row, 1.0 / s.sum(s.add(sum, power)));
    }
}

#[derive(Clone, Copy)]
pub(crate) struct LogSoftmax;

impl RowKernel for LogSoftmax {
    #[inline(always)]
    fn row<S: Simd>(self, s: S, row: &mut [f32]) {
        let largest = largest(s, row);
        let shift = s.splat(largest);
        let mut sum = s.zero();
        for chunk in row.chunks(S::LANES) {
            let power = exp(s, s.sub(s.load_part(chunk, f32::NEG_INFINITY), shift));
            sum = s.add(sum, power);
        }
        let ln = s.sum(sum).ln();
        // In two steps, so that a large number in all places does not round the logarithm away.
        let ln = s.splat(ln);
        for chunk in row.chunks_mut(S::LANES) {
            let x = s.load_part(chunk, 0.0);
            s.store_part(s.sub(s.sub(x, shift), ln), chunk);
        }
    }
}

/// The largest number of a row. NaN is passed on as NaN.
#[inline(always)]
fn largest<S: Simd>(s: S, row: &[f32]) -> f32 {
    let mut largest = s.splat(f32::NEG_INFINITY);
    // Zero while no number was NaN: `max` alone would forget one.
    let mut strange = s.zero();
    for chunk in row.chunks(S::LANES) {
        let x = s.load_part(chunk, f32::NEG_INFINITY);
        largest = s.max(x, largest);
        strange = s.where_less(x, s.splat(f32::INFINITY), strange, s.splat(f32::NAN));
    }
    if s.sum(strange) == 0.0 {
        s.largest(largest)
    } else {
        f32::NAN
    }
}

#[inline(always)]
fn scale_by<S: Simd>(s: S, row: &mut [f32], factor: f32) {
    if factor == 1.0 {
        return;
    }
    let factor = s.splat(factor);
    let mut chunks = row.chunks_exact_mut(S::LANES);
    for chunk in chunks.by_ref() {
        s.store(s.mul(s.load(chunk), factor), chunk);
    }
    let rest = chunks.into_remainder();
    s.store_part(s.mul(s.load_part(rest, 0.0), factor), rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(row: &[f32], scale: f64) -> Vec<f64> {
        let scaled = || row.iter().map(|x| f64::from(*x) * scale);
        let largest = scaled().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scaled().map(|x| (x - largest).exp()).sum();
        scaled().map(|x| x - largest - sum.ln()).collect()
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_plain_form(width in 1usize..90, rows in 0usize..4, spread in 0.1f32..60.0, masked in 0usize..9) {
            let mut x: Vec<f32> = (0..width * rows).map(|i| ((i * i) as f32 * 0.71).sin() * spread).collect();
            for row in x.chunks_mut(width) {
                let masked = masked.min(width - 1);
                row[width - masked..].fill(f32::NEG_INFINITY);
            }
            for level in Level::available() {
                let mut shares = x.clone();
                each_row(level, &mut shares, width, Softmax { scale: 0.7 });
                let mut logarithms = x.clone();
                each_row(level, &mut logarithms, width, LogSoftmax);
                for (index, row) in x.chunks(width).enumerate() {
                    let range = index * width..(index + 1) * width;
                    // The scaled numbers are rounded, by up to 4e-6 at 60.
                    for (found, expected) in shares[range.clone()].iter().zip(plain(row, f64::from(0.7f32))) {
                        prop_assert!((f64::from(*found) - expected.exp()).abs() <= 8e-6 * expected.exp() + 1e-30);
                    }
                    for (found, expected) in logarithms[range].iter().zip(plain(row, 1.0)) {
                        let near = (f64::from(*found) - expected).abs() <= 1e-6 * f64::from(spread).max(1.0) * 3.0;
                        prop_assert!(near || f64::from(*found) == expected, "{} {}", found, expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_without_anything_is_zero_and_nan_is_kept() {
        for level in Level::available() {
            let mut row = vec![f32::NEG_INFINITY; 37];
            each_row(level, &mut row, 37, Softmax { scale: 1.0 });
            assert!(row.iter().all(|x| *x == 0.0));
            row[17] = f32::NAN;
            each_row(level, &mut row, 37, Softmax { scale: 1.0 });
            assert!(row.iter().all(|x| x.is_nan()), "{level}");
        }
    }
}
