//! Rows as signed bytes.

use super::BLOCK;
use crate::level::Level;
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd};
use crate::threads;

/// Rows of numbers `scale · byte`, 32 to a scale, with zeros up to a whole number of vectors of scales.
pub(super) struct Rows {
    pub count: usize,
    /// Blocks of a row, with those of zeros: a multiple of 16, so that their scales are whole vectors.
    pub blocks: usize,
    /// Blocks of a row that are multiplied: an even number of them.
    pub used: usize,
    /// `[count, blocks · 32]`
    pub bytes: Vec<u8>,
    /// `[count, blocks]`
    pub scales: Vec<f32>,
    /// `[count, blocks]`: the sum of each block's bytes, times its scale.
    pub sums: Vec<f32>,
}

/// How many numbers are worth a thread's while.
const PART: usize = 1 << 13;

impl Rows {
    /// Rounds the rows of `[count, inputs]`.
    pub(super) fn new(level: Level, x: &[f32], inputs: usize, count: usize) -> Rows {
        let blocks = (inputs / BLOCK).next_multiple_of(16);
        let mut rows = Rows {
            count,
            blocks,
            used: (inputs / BLOCK).next_multiple_of(2),
            bytes: vec![0; count * blocks * BLOCK],
            scales: vec![0.0; count * blocks],
            sums: vec![0.0; count * blocks],
        };
        let bytes = SharedMut::new(&mut rows.bytes);
        let scales = SharedMut::new(&mut rows.scales);
        let sums = SharedMut::new(&mut rows.sums);
        let step = (PART / inputs.max(1)).max(1);
        threads::run(count.div_ceil(step), &|part| {
            for row in part * step..((part + 1) * step).min(count) {
                // SAFETY: each row belongs to one part.
                let (bytes, scales, sums) = unsafe {
                    (
                        bytes.range(row * blocks * BLOCK, blocks * BLOCK),
                        scales.range(row * blocks, blocks),
                        sums.range(row * blocks, blocks),
                    )
                };
                level.run(Round {
                    x: &x[row * inputs..][..inputs],
                    bytes,
                    scales,
                    sums,
                });
            }
        });
        rows
    }

    /// The scales of a row.
    pub(super) fn scales_of(&self, row: usize) -> &[f32] {
        &self.scales[row * self.blocks..][..self.blocks]
    }

    /// The sums of a row.
    pub(super) fn sums_of(&self, row: usize) -> &[f32] {
        &self.sums[row * self.blocks..][..self.blocks]
    }
}

struct Round<'a> {
    x: &'a [f32],
    bytes: &'a mut [u8],
    scales: &'a mut [f32],
    sums: &'a mut [f32],
}

impl Kernel for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (x, _) = self.x.as_chunks::<BLOCK>();
        let (bytes, _) = self.bytes.as_chunks_mut::<BLOCK>();
        let places = self.scales.iter_mut().zip(self.sums);
        for ((x, bytes), (scale, sum)) in x.iter().zip(bytes).zip(places) {
            let total;
            (*scale, total) = round(s, x, bytes);
            *sum = total * *scale;
        }
    }
}

/// Rounds the numbers of a block to `scale · byte`; returns the scale, and the sum of the bytes.
#[inline(always)]
pub(super) fn round<S: Simd>(s: S, x: &[f32; BLOCK], bytes: &mut [u8; BLOCK]) -> (f32, f32) {
    let mut largest = s.zero();
    // NaN and infinity times zero are NaN, which the scale takes over.
    let mut strange = s.zero();
    for x in x.chunks_exact(S::LANES) {
        let x = s.load(x);
        largest = s.max(s.abs(x), largest);
        strange = s.mul_add(x, s.zero(), strange);
    }
    let most = s.largest(largest);
    let scale = most / 127.0 + s.sum(strange);
    let inverse = s.splat(if most > 0.0 { 127.0 / most } else { 0.0 });
    let mut total = s.zero();
    for (bytes, x) in bytes.chunks_exact_mut(S::LANES).zip(x.chunks_exact(S::LANES)) {
        let rounded = s.round(s.mul(s.load(x), inverse));
        total = s.add(total, rounded);
        s.store_bytes(rounded, bytes);
    }
    (scale, s.sum(total))
}
