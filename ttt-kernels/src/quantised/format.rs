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

    /// ggml's name: `Q8_0`.
    pub const fn name(self) -> &'static str {
        match self {
            BlockFormat::Q8_0 => "Q8_0",
            BlockFormat::Q4_0 => "Q4_0",
            BlockFormat::Q4_1 => "Q4_1",
        }
    }

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
                // A copy of its own can be worked on as one vector.
                let mut unsigned = [0; BLOCK];
                unsigned.copy_from_slice(&block[2..]);
                for byte in &mut unsigned {
                    *byte ^= 0x80;
                }
                *bytes = unsigned;
            }
            scales::<S, 34>(s, blocks, 0, to.scales);
            times(s, to.scales, -128.0, to.leasts);
        }
        BlockFormat::Q4_0 => {
            let (blocks, _) = blocks.as_chunks::<18>();
            let (bytes, _) = to.bytes.as_chunks_mut::<BLOCK>();
            for (block, bytes) in blocks.iter().zip(bytes) {
                nibbles(&block[2..], bytes);
            }
            scales::<S, 18>(s, blocks, 0, to.scales);
            times(s, to.scales, -8.0, to.leasts);
        }
        BlockFormat::Q4_1 => {
            let (blocks, _) = blocks.as_chunks::<20>();
            let (bytes, _) = to.bytes.as_chunks_mut::<BLOCK>();
            for (block, bytes) in blocks.iter().zip(bytes) {
                nibbles(&block[4..], bytes);
            }
            scales::<S, 20>(s, blocks, 0, to.scales);
            scales::<S, 20>(s, blocks, 2, to.leasts);
        }
    }
}

/// The lower four bits of 16 bytes are the first half, the upper ones the second.
#[inline(always)]
fn nibbles(packed: &[u8], bytes: &mut [u8; BLOCK]) {
    let mut low = [0; BLOCK / 2];
    low.copy_from_slice(packed);
    let mut high = low;
    for byte in &mut low {
        *byte &= 0x0F;
    }
    for byte in &mut high {
        *byte >>= 4;
    }
    bytes[..BLOCK / 2].copy_from_slice(&low);
    bytes[BLOCK / 2..].copy_from_slice(&high);
}

/// The half-precision numbers at a byte of each block.
#[inline(always)]
fn scales<S: Simd, const BYTES: usize>(s: S, blocks: &[[u8; BYTES]], at: usize, to: &mut [f32]) {
    let (sixteens, rest) = blocks.as_chunks::<16>();
    let (places, last) = to.as_chunks_mut::<16>();
    for (blocks, to) in sixteens.iter().zip(places.iter_mut()) {
        let mut halves = [f16::ZERO; 16];
        for index in 0..16 {
            halves[index] = f16::from_le_bytes([blocks[index][at], blocks[index][at + 1]]);
        }
        for (halves, to) in halves.chunks_exact(S::LANES).zip(to.chunks_exact_mut(S::LANES)) {
            s.store(s.load_f16(halves), to);
        }
    }
    let last = if sixteens.len() < places.len() {
        &mut places[sixteens.len()][..]
    } else {
        last
    };
    for (block, to) in rest.iter().zip(last) {
        *to = f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
    }
}

/// Numbers times a factor.
#[inline(always)]
fn times<S: Simd>(s: S, numbers: &[f32], factor: f32, to: &mut [f32]) {
    let factor = s.splat(factor);
    for (numbers, to) in numbers.chunks_exact(S::LANES).zip(to.chunks_exact_mut(S::LANES)) {
        s.store(s.mul(s.load(numbers), factor), to);
    }
}
