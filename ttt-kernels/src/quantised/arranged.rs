//! Few rows as signed bytes, in the order that packed blocks are multiplied in.

use super::BLOCK;
use super::kind::Kind;
use super::rows::round;
use crate::level::Level;
use crate::simd::{Kernel, Simd};

/// Rows of numbers `scale · byte`, 32 to a scale, in groups of as many blocks as are multiplied at a time; blocks that
/// are missing in the last group are zero.
pub(super) struct Arranged {
    pub rows: usize,
    /// Groups of a row.
    groups: usize,
    /// `[rows, groups, blocks · 32]`: of halved formats the first halves of all blocks, then the second ones.
    bytes: Vec<u8>,
    /// `[rows, groups, lanes]`: what products of packed weights are too much, below zero.
    starts: Vec<i32>,
    /// `[rows, groups, lanes]`: the scale of the lane's block.
    scales: Vec<f32>,
    /// `[rows, groups, lanes]`: the sum of the lane's bytes, times the scale.
    sums: Vec<f32>,
}

/// What is multiplied with one group of blocks.
pub(super) struct Group<'a> {
    pub bytes: &'a [u8],
    pub starts: &'a [i32],
    pub scales: &'a [f32],
    pub sums: &'a [f32],
}

impl Arranged {
    /// Rounds the rows of `[rows, inputs]`.
    pub(super) fn new<K: Kind>(level: Level, x: &[f32], inputs: usize, rows: usize) -> Arranged {
        level.run(Arrange {
            x,
            inputs,
            rows,
            kind: K::default(),
        })
    }

    /// A group of `blocks` blocks.
    #[inline(always)]
    pub(super) fn group<S: Simd>(&self, _: S, row: usize, group: usize, blocks: usize) -> Group<'_> {
        let index = row * self.groups + group;
        Group {
            bytes: &self.bytes[index * blocks * BLOCK..][..blocks * BLOCK],
            starts: &self.starts[index * S::LANES..][..S::LANES],
            scales: &self.scales[index * S::LANES..][..S::LANES],
            sums: &self.sums[index * S::LANES..][..S::LANES],
        }
    }
}

struct Arrange<'a, K> {
    x: &'a [f32],
    inputs: usize,
    rows: usize,
    kind: K,
}

impl<K: Kind> Kernel for Arrange<'_, K> {
    type Output = Arranged;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Arranged {
        let _ = self.kind;
        let blocks = K::blocks::<S>();
        let groups = (self.inputs / BLOCK).div_ceil(blocks);
        let count = self.rows * groups;
        let mut arranged = Arranged {
            rows: self.rows,
            groups,
            bytes: vec![0; count * blocks * BLOCK],
            starts: vec![0; count * S::LANES],
            scales: vec![0.0; count * S::LANES],
            sums: vec![0.0; count * S::LANES],
        };
        if count == 0 {
            return arranged;
        }
        let lanes = S::LANES / blocks;
        for (row, x) in self.x.chunks_exact(self.inputs).enumerate() {
            for (group, x) in x.chunks(blocks * BLOCK).enumerate() {
                let index = row * groups + group;
                let bytes = &mut arranged.bytes[index * blocks * BLOCK..][..blocks * BLOCK];
                let scales = &mut arranged.scales[index * S::LANES..][..S::LANES];
                for (block, x) in x.as_chunks::<BLOCK>().0.iter().enumerate() {
                    let mut rounded = [0; BLOCK];
                    let (scale, _) = round(s, x, &mut rounded);
                    scales[block * lanes..][..lanes].fill(scale);
                    place::<K>(&rounded, block, blocks, bytes);
                }
                let starts = &mut arranged.starts[index * S::LANES..][..S::LANES];
                s.store_words(sums(s, bytes, K::offset::<S>()), starts);
                starts.iter_mut().for_each(|start| *start = -*start);
                let to = &mut arranged.sums[index * S::LANES..][..S::LANES];
                let sums = s.to_numbers(sums(s, bytes, 1));
                s.store(s.mul(sums, s.load(scales)), to);
            }
        }
        arranged
    }
}

/// Puts the bytes of a block where they belong in its group.
#[inline(always)]
fn place<K: Kind>(rounded: &[u8; BLOCK], block: usize, blocks: usize, bytes: &mut [u8]) {
    if K::IS_HALVED {
        let (low, high) = rounded.split_at(BLOCK / 2);
        bytes[block * BLOCK / 2..][..BLOCK / 2].copy_from_slice(low);
        bytes[(blocks + block) * BLOCK / 2..][..BLOCK / 2].copy_from_slice(high);
    } else {
        bytes[block * BLOCK..][..BLOCK].copy_from_slice(rounded);
    }
}

/// The sums of the bytes of each lane, times a factor.
#[inline(always)]
fn sums<S: Simd>(s: S, bytes: &[u8], factor: u8) -> S::I {
    let factors = s.splat_bytes([factor; 4]);
    let mut sum = s.zero_words();
    for bytes in bytes.chunks_exact(4 * S::LANES) {
        sum = s.dot::<false>(sum, factors, s.load_bytes(bytes));
    }
    sum
}
