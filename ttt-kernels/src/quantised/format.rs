//! Blocks of 32 weights, and what they hold.

use half::f16;

use super::BLOCK;
use crate::simd::Simd;

/// How 32 weights are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockFormat {
    /// 34 bytes: a scale in half precision and 32 signed bytes.
    Q8_0,
    /// 18 bytes: a scale in half precision and 32 times four bits, from −8.
    Q4_0,
    /// 20 bytes: a scale and a least value in half precision, and 32 times four bits.
    Q4_1,
}

impl BlockFormat {
    /// All of them.
    pub const ALL: [BlockFormat; 3] = [BlockFormat::Q8_0, BlockFormat::Q4_0, BlockFormat::Q4_1];

    /// Bytes of a block.
    pub const fn bytes(self) -> usize {
        match self {
            BlockFormat::Q8_0 => 34,
            BlockFormat::Q4_0 => 18,
            BlockFormat::Q4_1 => 20,
        }
    }
}

/// Weights as `scale · byte + least`; `bytes` of a row may be followed by more, which are zero.
pub(super) struct Unpacked<'a> {
    pub bytes: &'a mut [u8],
    pub scales: &'a mut [f32],
    pub leasts: &'a mut [f32],
}

/// Unpacks the blocks of one row.
#[inline(always)]
pub(super) fn unpack<S: Simd>(s: S, format: BlockFormat, blocks: &[u8], to: &mut Unpacked<'_>) {
    match format {
        BlockFormat::Q8_0 => {
            let (blocks, _) = blocks.as_chunks::<34>();
            let (bytes, _) = to.bytes.as_chunks_mut::<BLOCK>();
            for (block, bytes) in blocks.iter().zip(bytes) {
                for (byte, packed) in bytes.iter_mut().zip(&block[2..]) {
                    *byte = packed ^ 0x80;
                }
            }
            scales::<S, 34>(s, blocks, 0, 1.0, to.scales);
            scales::<S, 34>(s, blocks, 0, -128.0, to.leasts);
        }
        BlockFormat::Q4_0 => {
            let (blocks, _) = blocks.as_chunks::<18>();
            let (bytes, _) = to.bytes.as_chunks_mut::<BLOCK>();
            for (block, bytes) in blocks.iter().zip(bytes) {
                nibbles(&block[2..], bytes);
            }
            scales::<S, 18>(s, blocks, 0, 1.0, to.scales);
            scales::<S, 18>(s, blocks, 0, -8.0, to.leasts);
        }
        BlockFormat::Q4_1 => {
            let (blocks, _) = blocks.as_chunks::<20>();
            let (bytes, _) = to.bytes.as_chunks_mut::<BLOCK>();
            for (block, bytes) in blocks.iter().zip(bytes) {
                nibbles(&block[4..], bytes);
            }
            scales::<S, 20>(s, blocks, 0, 1.0, to.scales);
            scales::<S, 20>(s, blocks, 2, 1.0, to.leasts);
        }
    }
}

/// The lower four bits of 16 bytes are the first half, the upper ones the second.
#[inline(always)]
fn nibbles(packed: &[u8], bytes: &mut [u8; BLOCK]) {
    let (first, second) = bytes.split_at_mut(BLOCK / 2);
    for ((first, second), packed) in first.iter_mut().zip(second).zip(packed) {
        *first = packed & 0x0F;
        *second = packed >> 4;
    }
}

/// The half-precision numbers at a byte of each block, times a factor.
#[inline(always)]
fn scales<S: Simd, const BYTES: usize>(s: S, blocks: &[[u8; BYTES]], at: usize, factor: f32, to: &mut [f32]) {
    let factor = s.splat(factor);
    for (blocks, to) in blocks.chunks(S::LANES).zip(to.chunks_mut(S::LANES)) {
        let mut halves = [f16::ZERO; 16];
        for (half, block) in halves.iter_mut().zip(blocks) {
            *half = f16::from_le_bytes([block[at], block[at + 1]]);
        }
        let numbers = s.mul(s.load_f16(&halves), factor);
        if to.len() == S::LANES {
            s.store(numbers, to);
        } else {
            s.store_part(numbers, to);
        }
    }
}
