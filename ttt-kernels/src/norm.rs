//! Normalisation over the last dimension.

use crate::level::Level;
use crate::rows::{RowKernel, rows_of};
use crate::simd::Simd;

/// Layer normalisation (Ba et al., 2016): each row of `weight.len()` less its mean, over
/// `√(variance + eps)`, times the weight, plus the bias.
///
/// The variance is that of the differences from the mean, in a second reading. Within 4e-6 of the exact value, relative
/// to the largest of the row.
///
/// # Panics
///
/// When the slice is not whole rows, or the bias is not as long as the weight.
pub fn layer_norm(x: &[f32], weight: &[f32], bias: Option<&[f32]>, eps: f32) -> Vec<f32> {
    layer_norm_at(Level::current(), x, weight, bias, eps)
}

pub(crate) fn layer_norm_at(
    level: Level,
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    eps: f32,
) -> Vec<f32> {
    if let Some(bias) = bias {
        assert_eq!(bias.len(), weight.len(), "the bias is as long as the weight");
    }
    rows_of(level, x, weight.len(), LayerNorm { weight, bias, eps })
}

/// Root-mean-square normalisation (Zhang and Sennrich, 2019): each row of `weight.len()` over
/// `√(mean of squares + eps)`, times the weight plus `offset`: 0, or 1 where files store the weight less one.
///
/// Within 4e-6 of the exact value, relative to the largest of the row.
///
/// # Panics
///
/// When the slice is not whole rows.
pub fn rms_norm(x: &[f32], weight: &[f32], eps: f32, offset: f32) -> Vec<f32> {
    rms_norm_at(Level::current(), x, weight, eps, offset)
}

pub(crate) fn rms_norm_at(level: Level, x: &[f32], weight: &[f32], eps: f32, offset: f32) -> Vec<f32> {
    rows_of(level, x, weight.len(), RmsNorm { weight, eps, offset })
}

#[derive(Clone, Copy)]
struct LayerNorm<'a> {
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    eps: f32,
}

impl RowKernel for LayerNorm<'_> {
    #[inline(always)]
    fn row<S: Simd>(self, s: S, row: &mut [f32]) {
        let width = row.len() as f32;
        let mean = sum(s, row) / width;
        let variance = sum_of_squares(s, row, mean) / width;
        let factor = s.splat(1.0 / (variance + self.eps).sqrt());
        let mean = s.splat(mean);
        let weights = self.weight.chunks(S::LANES);
        for (index, (row, weight)) in row.chunks_mut(S::LANES).zip(weights).enumerate() {
            let normal = s.mul(s.sub(load(s, row), mean), factor);
            let weight = load(s, weight);
            let y = match self.bias {
                Some(bias) => s.mul_add(normal, weight, load(s, &bias[index * S::LANES..][..row.len()])),
                None => s.mul(normal, weight),
            };
            store(s, y, row);
        }
    }
}

#[derive(Clone, Copy)]
struct RmsNorm<'a> {
    weight: &'a [f32],
    eps: f32,
    offset: f32,
}

impl RowKernel for RmsNorm<'_> {
    #[inline(always)]
    fn row<S: Simd>(self, s: S, row: &mut [f32]) {
        let mean_square = sum_of_squares(s, row, 0.0) / row.len() as f32;
        let factor = s.splat(1.0 / (mean_square + self.eps).sqrt());
        let offset = s.splat(self.offset);
        for (row, weight) in row.chunks_mut(S::LANES).zip(self.weight.chunks(S::LANES)) {
            let weight = s.add(load(s, weight), offset);
            store(s, s.mul(s.mul(load(s, row), factor), weight), row);
        }
    }
}

#[inline(always)]
fn load<S: Simd>(s: S, x: &[f32]) -> S::F {
    if x.len() == S::LANES {
        s.load(x)
    } else {
        s.load_part(x, 0.0)
    }
}

#[inline(always)]
fn store<S: Simd>(s: S, x: S::F, to: &mut [f32]) {
    if to.len() == S::LANES {
        s.store(x, to)
    } else {
        s.store_part(x, to)
    }
}

#[inline(always)]
fn sum<S: Simd>(s: S, row: &[f32]) -> f32 {
    let mut sums = [s.zero(); 4];
    let mut chunks = row.chunks_exact(4 * S::LANES);
    for chunk in chunks.by_ref() {
        for (sum, part) in sums.iter_mut().zip(chunk.chunks_exact(S::LANES)) {
            *sum = s.add(*sum, s.load(part));
        }
    }
    for part in chunks.remainder().chunks(S::LANES) {
        sums[0] = s.add(sums[0], load(s, part));
    }
    s.sum(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])))
}

/// The sum of `(x - mean)²`.
#[inline(always)]
fn sum_of_squares<S: Simd>(s: S, row: &[f32], mean: f32) -> f32 {
    let shift = s.splat(mean);
    let mut sums = [s.zero(); 4];
    let mut chunks = row.chunks_exact(4 * S::LANES);
    for chunk in chunks.by_ref() {
        for (sum, part) in sums.iter_mut().zip(chunk.chunks_exact(S::LANES)) {
            let difference = s.sub(s.load(part), shift);
            *sum = s.mul_add(difference, difference, *sum);
        }
    }
    for part in chunks.remainder().chunks(S::LANES) {
        let x = if part.len() == S::LANES {
            s.load(part)
        } else {
            s.load_part(part, mean)
        };
        let difference = s.sub(x, shift);
        sums[0] = s.mul_add(difference, difference, sums[0]);
    }
    s.sum(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_those_of_the_plain_form(width in 1usize..150, rows in 0usize..4, shift in -50f32..50.0, bias: bool) {
            let numbers = |count: usize, step: f32| -> Vec<f32> { (0..count).map(|i| ((i * i) as f32 * step).sin()).collect() };
            let x: Vec<f32> = numbers(width * rows, 0.31).iter().map(|x| x + shift).collect();
            let (weight, added) = (numbers(width, 0.17), numbers(width, 0.53));
            let bias = bias.then_some(&added[..]);
            for level in Level::available() {
                let layer = layer_norm_at(level, &x, &weight, bias, 1e-5);
                let rms = rms_norm_at(level, &x, &weight, 1e-6, 1.0);
                for (index, row) in x.chunks(width).enumerate() {
                    let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / width as f64;
                    let moment = |mean: f64| row.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / width as f64;
                    let (deviation, root) = ((moment(mean) + 1e-5).sqrt(), (moment(0.0) + 1e-6).sqrt());
                    for (column, x) in row.iter().enumerate() {
                        let at = index * width + column;
                        let x = f64::from(*x);
                        let bias = bias.map_or(0.0, |bias| f64::from(bias[column]));
                        let expected = (x - mean) / deviation * f64::from(weight[column]) + bias;
                        // Rounding the mean of numbers near 50 shifts all by 4e-6, which the deviation magnifies.
                        let tolerance = 4e-6 * (1.0 + f64::from(shift.abs()) / deviation);
                        prop_assert!((f64::from(layer[at]) - expected).abs() <= tolerance, "{} {}", layer[at], expected);
                        let expected = x / root * (f64::from(weight[column]) + 1.0);
                        prop_assert!((f64::from(rms[at]) - expected).abs() <= 4e-6, "{} {}", rms[at], expected);
                    }
                }
            }
        }
    }

    #[test]
    fn every_part_has_its_own_rows() {
        let x: Vec<f32> = (0..150 * 200).map(|i| (i as f32 * 0.37).sin()).collect();
        let whole = rms_norm(&x, &[1.0; 150], 1e-6, 0.0);
        for (x, row) in x.chunks(150).zip(whole.chunks(150)) {
            assert_eq!(row, rms_norm(x, &[1.0; 150], 1e-6, 0.0));
        }
    }
}
