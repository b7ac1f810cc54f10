//! Rotary position embeddings (Su et al., 2021).

use crate::level::Level;
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd};
use crate::threads;

/// Which numbers of a head turn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// `i` with `i + D / 2`, as Hugging Face's models do.
    Half,
    /// `2i` with `2i + 1`, as GPT-J does.
    Interleaved,
}

/// Sizes of queries or keys `[batch, heads, positions, dim]`, row-major.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadShape {
    /// Sequences.
    pub batch: usize,
    /// Heads of each.
    pub heads: usize,
    /// Positions of each head.
    pub positions: usize,
    /// Numbers at each position, an even number of them.
    pub dim: usize,
}

/// How many numbers are worth a thread's while.
const PART: usize = 1 << 13;

/// Rotates queries or keys in place by tables of cosines and sines, each `[batch, positions, dim]`, in which both
/// numbers of a pair have theirs.
///
/// Each result is two products and a sum: within 4e-7 of the larger product.
///
/// # Panics
///
/// When the sizes do not agree, or `dim` is odd.
pub fn rotate(x: &mut [f32], shape: HeadShape, cos: &[f32], sin: &[f32], pairing: Pairing) {
    rotate_at(Level::current(), x, shape, cos, sin, pairing);
}

pub(crate) fn rotate_at(
    level: Level,
    x: &mut [f32],
    shape: HeadShape,
    cos: &[f32],
    sin: &[f32],
    pairing: Pairing,
) {
    let HeadShape {
        batch,
        heads,
        positions,
        dim,
    } = shape;
    let head = positions * dim;
    assert!(
        dim.is_multiple_of(2),
        "numbers turn in pairs: {dim} of them are odd"
    );
    assert_eq!(
        x.len(),
        batch * heads * head,
        "there are [batch, heads, positions, dim]"
    );
    assert_eq!(cos.len(), batch * head, "the cosines are [batch, positions, dim]");
    assert_eq!(sin.len(), batch * head, "the sines are [batch, positions, dim]");
    if x.is_empty() {
        return;
    }
    let step = (PART / head).max(1);
    let all = SharedMut::new(x);
    threads::run((batch * heads).div_ceil(step), &|part| {
        for index in part * step..((part + 1) * step).min(batch * heads) {
            // SAFETY: each head belongs to one part, which holds one at a time.
            let x = unsafe { all.range(index * head, head) };
            let table = index / heads * head;
            let (cos, sin) = (&cos[table..][..head], &sin[table..][..head]);
            level.run(Head {
                x,
                cos,
                sin,
                dim,
                pairing,
            });
        }
    });
}

/// One head, `[positions, dim]` as the tables.
struct Head<'a> {
    x: &'a mut [f32],
    cos: &'a [f32],
    sin: &'a [f32],
    dim: usize,
    pairing: Pairing,
}

impl Kernel for Head<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let tables = self
            .cos
            .chunks_exact(self.dim)
            .zip(self.sin.chunks_exact(self.dim));
        for (x, (cos, sin)) in self.x.chunks_exact_mut(self.dim).zip(tables) {
            match self.pairing {
                Pairing::Half => half(s, x, cos, sin),
                Pairing::Interleaved => interleaved(x, cos, sin),
            }
        }
    }
}

#[inline(always)]
fn half<S: Simd>(s: S, x: &mut [f32], cos: &[f32], sin: &[f32]) {
    let middle = x.len() / 2;
    let (a, b) = x.split_at_mut(middle);
    let (cos_a, cos_b) = cos.split_at(middle);
    let (sin_a, sin_b) = sin.split_at(middle);
    let mut at = 0;
    while at < middle {
        let count = S::LANES.min(middle - at);
        let range = at..at + count;
        let (first, second) = (
            s.load_part(&a[range.clone()], 0.0),
            s.load_part(&b[range.clone()], 0.0),
        );
        let turned_a = s.mul(second, s.load_part(&sin_a[range.clone()], 0.0));
        let turned_b = s.mul(first, s.load_part(&sin_b[range.clone()], 0.0));
        let turned_a = s.sub(s.mul(first, s.load_part(&cos_a[range.clone()], 0.0)), turned_a);
        let turned_b = s.mul_add(second, s.load_part(&cos_b[range.clone()], 0.0), turned_b);
        s.store_part(turned_a, &mut a[range.clone()]);
        s.store_part(turned_b, &mut b[range]);
        at += count;
    }
}

/// Plain, which the compiler makes vectors of.
#[inline(always)]
fn interleaved(x: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (pairs, _) = x.as_chunks_mut::<2>();
    let (cos, _) = cos.as_chunks::<2>();
    let (sin, _) = sin.as_chunks::<2>();
    for ((x, cos), sin) in pairs.iter_mut().zip(cos).zip(sin) {
        let [a, b] = *x;
        *x = [a * cos[0] - b * sin[0], b * cos[1] + a * sin[1]];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_turn(batch in 1usize..3, heads in 1usize..4, positions in 0usize..5, pairs in 1usize..40, interleaved: bool) {
            let (dim, head) = (2 * pairs, positions * 2 * pairs);
            let x: Vec<f32> = (0..batch * heads * head).map(|i| (i as f32 * 0.7).sin()).collect();
            let pairing = if interleaved { Pairing::Interleaved } else { Pairing::Half };
            let pair = |i: usize| match pairing {
                Pairing::Half => (i, i + pairs),
                Pairing::Interleaved => (2 * i, 2 * i + 1),
            };
            let (mut cos, mut sin) = (vec![0f32; batch * head], vec![0f32; batch * head]);
            let mut expected = x.clone();
            for row in 0..batch * heads * positions {
                let table = row / (heads * positions) * head + row % positions.max(1) * dim;
                for i in 0..pairs {
                    let angle = (table + i) as f64 * 0.37;
                    let (a, b) = pair(i);
                    for at in [a, b] {
                        cos[table + at] = angle.cos() as f32;
                        sin[table + at] = angle.sin() as f32;
                    }
                    let (first, second) = (f64::from(x[row * dim + a]), f64::from(x[row * dim + b]));
                    expected[row * dim + a] = (first * angle.cos() - second * angle.sin()) as f32;
                    expected[row * dim + b] = (second * angle.cos() + first * angle.sin()) as f32;
                }
            }
            for level in Level::available() {
                let mut found = x.clone();
                let shape = HeadShape { batch, heads, positions, dim };
                rotate_at(level, &mut found, shape, &cos, &sin, pairing);
                for (found, expected) in found.iter().zip(&expected) {
                    prop_assert!((found - expected).abs() <= 4e-7, "{} {}", found, expected);
                }
            }
        }
    }
}
