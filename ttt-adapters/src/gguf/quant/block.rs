//! Going through the blocks of a tensor, on several threads where it is large.

use std::num::NonZero;
use std::thread;

use half::f16;

/// Turns whole blocks into numbers.
pub(in crate::gguf) type Dequantise = fn(&[u8], &mut [f32]);

/// Turns numbers into whole blocks.
pub(in crate::gguf) type Quantise = fn(&[f32], &mut [u8]);

/// A thread is worth its start for this many numbers.
const NUMBERS_PER_THREAD: usize = 1 << 16;

/// The numbers of packed blocks, where every `block` numbers take `bytes` bytes.
pub(in crate::gguf) fn dequantise(
    function: Dequantise,
    block: usize,
    bytes: usize,
    packed: &[u8],
) -> Vec<f32> {
    let blocks = packed.len() / bytes;
    let mut numbers = vec![0.0; blocks * block];
    let share = share(blocks, block);
    if blocks <= share {
        function(packed, &mut numbers);
        return numbers;
    }
    thread::scope(|scope| {
        for (packed, numbers) in packed
            .chunks(share * bytes)
            .zip(numbers.chunks_mut(share * block))
        {
            scope.spawn(move || function(packed, numbers));
        }
    });
    numbers
}

/// The packed blocks of numbers, where every `block` numbers take `bytes` bytes.
pub(in crate::gguf) fn quantise(function: Quantise, block: usize, bytes: usize, numbers: &[f32]) -> Vec<u8> {
    let blocks = numbers.len() / block;
    let mut packed = vec![0; blocks * bytes];
    let share = share(blocks, block);
    thread::scope(|scope| {
        for (numbers, packed) in numbers
            .chunks(share * block)
            .zip(packed.chunks_mut(share * bytes))
        {
            scope.spawn(move || function(numbers, packed));
        }
    });
    packed
}

/// How many blocks each thread does.
fn share(blocks: usize, block: usize) -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let least = NUMBERS_PER_THREAD.div_ceil(block);
    blocks.div_ceil(threads).max(least)
}

/// Calls `unpack` with each block of `BYTES` bytes and the place for its `COUNT` numbers.
pub(super) fn each<const BYTES: usize, const COUNT: usize>(
    packed: &[u8],
    numbers: &mut [f32],
    unpack: impl Fn(&[u8; BYTES], &mut [f32; COUNT]),
) {
    let (blocks, _) = packed.as_chunks::<BYTES>();
    let (numbers, _) = numbers.as_chunks_mut::<COUNT>();
    for (block, numbers) in blocks.iter().zip(numbers) {
        unpack(block, numbers);
    }
}

/// The half-precision number at a byte of a block.
pub(super) fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The whole number of 16 bits at a byte of a block.
pub(super) fn u16_at(block: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([block[at], block[at + 1]])
}

/// The whole number of 32 bits at a byte of a block.
pub(super) fn u32_at(block: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
}

/// The four bits with this index; a byte's lower ones come first.
pub(super) fn nibble(bytes: &[u8], index: usize) -> u8 {
    bytes[index / 2] >> (index % 2 * 4) & 0x0F
}
