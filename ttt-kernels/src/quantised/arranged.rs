//! Few rows as signed bytes, in the order that packed blocks are multiplied in.

use std::marker::PhantomData;

use super::BLOCK;
use super::kind::Kind;
use super::rows::round;
use crate::level::Level;
use crate::simd::{Kernel, Simd};

/// Rows in groups of as many blocks as are multiplied at a time; blocks that are missing in the last group are zero.
pub(super) struct Arranged {
    pub rows: usize,
    /// Groups of a row.
    groups: usize,
    /// `[rows, groups]`
    numbers: Vec<Group>,
}

/// Numbers `scale · byte` of some blocks; of the arrays as much is used as a level has lanes.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Group {
    /// The bytes: of halved formats the first halves of all blocks, then the second ones.
    pub bytes: [u8; 4 * BLOCK],
    /// What products of packed weights are too much, below zero.
    pub starts: [i32; 16],
    /// The scale of each lane's block.
    pub scales: [f32; 16],
    /// The sum of each lane's bytes, times the scale.
    pub sums: [f32; 16],
}

impl Group {
    const ZERO: Group = Group {
        bytes: [0; 4 * BLOCK],
        starts: [0; 16],
        scales: [0.0; 16],
        sums: [0.0; 16],
    };
}

impl Arranged {
    /// Rounds the rows of `[rows, inputs]`.
    pub(super) fn new<K: Kind>(level: Level, x: &[f32], inputs: usize, rows: usize) -> Arranged {
        let kind = PhantomData::<K>;
        level.run(Arrange {
            x,
            inputs,
            rows,
            kind,
        })
    }

    /// The groups of a row.
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> &[Group] {
        &self.numbers[row * self.groups..][..self.groups]
    }
}

struct Arrange<'a, K> {
    x: &'a [f32],
    inputs: usize,
    rows: usize,
    kind: PhantomData<K>,
}

impl<K: Kind> Kernel for Arrange<'_, K> {
    type Output = Arranged;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Arranged {
        let blocks = K::blocks::<S>();
        let groups = (self.inputs / BLOCK).div_ceil(blocks);
        let mut arranged = Arranged {
            rows: self.rows,
            groups,
            numbers: vec![Group::ZERO; self.rows * groups],
        };
        for (row, x) in self.x.chunks_exact(self.inputs.max(1)).enumerate() {
            let numbers = &mut arranged.numbers[row * groups..][..groups];
            for (group, x) in numbers.iter_mut().zip(x.chunks(blocks * BLOCK)) {
                fill::<S, K>(s, x, group);
            }
        }
        arranged
    }
}

/// Rounds the numbers of a group.
#[inline(always)]
fn fill<S: Simd, K: Kind>(s: S, x: &[f32], group: &mut Group) {
    let blocks = K::blocks::<S>();
    let lanes = S::LANES / blocks;
    for (block, x) in x.as_chunks::<BLOCK>().0.iter().enumerate() {
        let mut rounded = [0; BLOCK];
        let (scale, _) = round(s, x, &mut rounded);
        group.scales[block * lanes..][..lanes].fill(scale);
        if K::IS_HALVED {
            let (low, high) = rounded.split_at(BLOCK / 2);
            group.bytes[block * BLOCK / 2..][..BLOCK / 2].copy_from_slice(low);
            group.bytes[(blocks + block) * BLOCK / 2..][..BLOCK / 2].copy_from_slice(high);
        } else {
            group.bytes[block * BLOCK..][..BLOCK].copy_from_slice(&rounded);
        }
    }
    let bytes = &group.bytes[..blocks * BLOCK];
    s.store_words(sums(s, bytes, K::offset::<S>()), &mut group.starts);
    for start in &mut group.starts {
        *start = -*start;
    }
    let sums = s.to_numbers(sums(s, bytes, 1));
    s.store(s.mul(sums, s.load(&group.scales)), &mut group.sums);
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
