//! Few rows as signed bytes, in the order that packed blocks are multiplied in.

use std::marker::PhantomData;

use super::BLOCK;
use super::kind::Kind;
use super::rows::round;
use crate::level::Level;
use crate::scratch::{as_bytes, bytes_of};
use crate::simd::{Kernel, Simd};

/// Rows in groups of as many blocks as are multiplied at a time; blocks that are missing in the last group are zero.
pub(super) struct Arranged<'a> {
    pub rows: usize,
    /// How many numbers a row takes.
    row_size: usize,
    /// `[rows, groups]`, each group as [`Group`] has it.
    numbers: &'a [f32],
}

/// Numbers `scale · byte` of some blocks, as close together as a level lets them be: a long row of them stays in the first
/// cache.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    /// The bytes: of halved formats the first halves of all blocks, then the second ones.
    pub bytes: &'a [u8],
    /// What products of packed weights are too much, below zero: the bytes of a vector of integers.
    pub starts: &'a [u8],
    /// The scale of each lane's block.
    pub scales: &'a [f32],
    /// The sum of each lane's bytes, times the scale, where the format has least values.
    pub sums: &'a [f32],
}

impl<'a> Group<'a> {
    /// How many numbers a group takes.
    #[inline(always)]
    pub(super) fn size<S: Simd, K: Kind>() -> usize {
        let vectors = if K::HAS_LEAST { 3 } else { 2 };
        K::blocks::<S>() * BLOCK / size_of::<f32>() + vectors * S::LANES
    }

    /// The group whose memory this is.
    #[inline(always)]
    pub(super) fn of<S: Simd, K: Kind>(numbers: &'a [f32]) -> Group<'a> {
        let numbers = &numbers[..Group::size::<S, K>()];
        let (bytes, vectors) = numbers.split_at(K::blocks::<S>() * BLOCK / size_of::<f32>());
        let (starts, vectors) = vectors.split_at(S::LANES);
        let (scales, sums) = vectors.split_at(S::LANES);
        Group {
            bytes: bytes_of(bytes),
            starts: bytes_of(starts),
            scales,
            sums,
        }
    }
}

impl<'a> Arranged<'a> {
    /// How many numbers a row of `inputs` takes.
    pub(super) fn row_size<K: Kind>(level: Level, inputs: usize) -> usize {
        let kind = PhantomData::<K>;
        level.run(RowSize { inputs, kind })
    }

    /// Rounds the rows of `[rows, inputs]` into memory for all of them.
    pub(super) fn new<K: Kind>(
        level: Level,
        x: &[f32],
        inputs: usize,
        rows: usize,
        numbers: &'a mut [f32],
    ) -> Arranged<'a> {
        let row_size = Arranged::row_size::<K>(level, inputs);
        for (x, numbers) in x
            .chunks_exact(inputs.max(1))
            .zip(numbers.chunks_exact_mut(row_size.max(1)))
        {
            let kind = PhantomData::<K>;
            level.run(Arrange { x, numbers, kind });
        }
        Arranged {
            rows,
            row_size,
            numbers,
        }
    }

    /// The groups of a row, one after the other.
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> &'a [f32] {
        &self.numbers[row * self.row_size..][..self.row_size]
    }
}

struct RowSize<K> {
    inputs: usize,
    kind: PhantomData<K>,
}

impl<K: Kind> Kernel for RowSize<K> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        (self.inputs / BLOCK).div_ceil(K::blocks::<S>()) * Group::size::<S, K>()
    }
}

struct Arrange<'a, K> {
    x: &'a [f32],
    numbers: &'a mut [f32],
    kind: PhantomData<K>,
}

impl<K: Kind> Kernel for Arrange<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let groups = self.numbers.chunks_exact_mut(Group::size::<S, K>());
        for (group, x) in groups.zip(self.x.chunks(K::blocks::<S>() * BLOCK)) {
            fill::<S, K>(s, x, group);
        }
    }
}

/// Rounds the numbers of a group.
#[inline(always)]
fn fill<S: Simd, K: Kind>(s: S, x: &[f32], group: &mut [f32]) {
    let blocks = K::blocks::<S>();
    let lanes = S::LANES / blocks;
    group.fill(0.0);
    let (bytes, vectors) = group.split_at_mut(blocks * BLOCK / size_of::<f32>());
    let bytes = as_bytes(bytes);
    let (starts, vectors) = vectors.split_at_mut(S::LANES);
    let (scales, sums) = vectors.split_at_mut(S::LANES);
    for (block, x) in x.as_chunks::<BLOCK>().0.iter().enumerate() {
        let mut rounded = [0; BLOCK];
        let (scale, _) = round(s, x, &mut rounded);
        scales[block * lanes..][..lanes].fill(scale);
        if K::IS_HALVED {
            let (low, high) = rounded.split_at(BLOCK / 2);
            bytes[block * BLOCK / 2..][..BLOCK / 2].copy_from_slice(low);
            bytes[(blocks + block) * BLOCK / 2..][..BLOCK / 2].copy_from_slice(high);
        } else {
            bytes[block * BLOCK..][..BLOCK].copy_from_slice(&rounded);
        }
    }
    let mut excess = [0; 16];
    s.store_words(sums_of(s, bytes, K::offset::<S>()), &mut excess);
    for (start, excess) in as_bytes(starts).as_chunks_mut::<4>().0.iter_mut().zip(excess) {
        *start = (-excess).to_le_bytes();
    }
    if K::HAS_LEAST {
        let totals = s.to_numbers(sums_of(s, bytes, 1));
        s.store(s.mul(totals, s.load(scales)), sums);
    }
}

/// The sums of the bytes of each lane, times a factor.
#[inline(always)]
fn sums_of<S: Simd>(s: S, bytes: &[u8], factor: u8) -> S::I {
    let factors = s.splat_bytes([factor; 4]);
    let mut sum = s.zero_words();
    for bytes in bytes.chunks_exact(4 * S::LANES) {
        sum = s.dot::<false>(sum, factors, s.load_bytes(bytes));
    }
    sum
}
