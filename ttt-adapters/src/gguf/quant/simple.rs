//! Blocks of 32 with one scale, and one least value where the name ends in 1.

use super::block::{each, half, u32_at};

/// Half a block: the lower four bits of its bytes are the first half, the upper ones the second.
const HALF: usize = 16;

/// Four bits from −8, times a scale.
pub(in crate::gguf) fn q4_0(packed: &[u8], numbers: &mut [f32]) {
    each::<18, 32>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (index, byte) in block[2..].iter().enumerate() {
            numbers[index] = scale * f32::from((byte & 0x0F) as i8 - 8);
            numbers[index + HALF] = scale * f32::from((byte >> 4) as i8 - 8);
        }
    });
}

/// Four bits, times a scale, above a least value.
pub(in crate::gguf) fn q4_1(packed: &[u8], numbers: &mut [f32]) {
    each::<20, 32>(packed, numbers, |block, numbers| {
        let (scale, least) = (half(block, 0), half(block, 2));
        for (index, byte) in block[4..].iter().enumerate() {
            numbers[index] = scale * f32::from(byte & 0x0F) + least;
            numbers[index + HALF] = scale * f32::from(byte >> 4) + least;
        }
    });
}

/// Five bits from −16, times a scale. The fifth bits stand together.
pub(in crate::gguf) fn q5_0(packed: &[u8], numbers: &mut [f32]) {
    each::<22, 32>(packed, numbers, |block, numbers| {
        let (scale, high) = (half(block, 0), u32_at(block, 2));
        for (index, byte) in block[6..].iter().enumerate() {
            let first = byte & 0x0F | fifth_bit(high, index);
            let second = byte >> 4 | fifth_bit(high, index + HALF);
            numbers[index] = scale * f32::from(first as i8 - 16);
            numbers[index + HALF] = scale * f32::from(second as i8 - 16);
        }
    });
}

/// Five bits, times a scale, above a least value.
pub(in crate::gguf) fn q5_1(packed: &[u8], numbers: &mut [f32]) {
    each::<24, 32>(packed, numbers, |block, numbers| {
        let (scale, least, high) = (half(block, 0), half(block, 2), u32_at(block, 4));
        for (index, byte) in block[8..].iter().enumerate() {
            let first = byte & 0x0F | fifth_bit(high, index);
            let second = byte >> 4 | fifth_bit(high, index + HALF);
            numbers[index] = scale * f32::from(first) + least;
            numbers[index + HALF] = scale * f32::from(second) + least;
        }
    });
}

/// Eight bits with a sign, times a scale.
pub(in crate::gguf) fn q8_0(packed: &[u8], numbers: &mut [f32]) {
    each::<34, 32>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (number, byte) in numbers.iter_mut().zip(&block[2..]) {
            *number = f32::from(*byte as i8) * scale;
        }
    });
}

fn fifth_bit(high: u32, index: usize) -> u8 {
    ((high >> index & 1) as u8) << 4
}
