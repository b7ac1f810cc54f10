//! Blocks of 256 in groups, whose scales are quantised themselves.

use super::block::{each, half, nibble};

/// Two bits, in groups of 16 with a scale and a least value of four bits each.
pub(in crate::gguf) fn q2_k(packed: &[u8], numbers: &mut [f32]) {
    each::<84, 256>(packed, numbers, |block, numbers| {
        let (scale, least) = (half(block, 80), half(block, 82));
        for (group, numbers) in numbers.chunks_exact_mut(16).enumerate() {
            let scale = scale * f32::from(block[group] & 0x0F);
            let least = least * f32::from(block[group] >> 4);
            let (bytes, shift) = two_bits(&block[16..80], group);
            for (number, byte) in numbers.iter_mut().zip(bytes) {
                *number = scale * f32::from(byte >> shift & 3) - least;
            }
        }
    });
}

/// Three bits from −4, in groups of 16 with a scale of six bits from −32. The third bits stand together, turned over.
pub(in crate::gguf) fn q3_k(packed: &[u8], numbers: &mut [f32]) {
    each::<110, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 108);
        let (low, high) = (&block[96..104], &block[104..108]);
        for (group, numbers) in numbers.chunks_exact_mut(16).enumerate() {
            let low = low[group % 8] >> (group / 8 * 4) & 0x0F;
            let high = high[group % 4] >> (group / 4 * 2) & 3;
            let scale = scale * f32::from((low | high << 4) as i8 - 32);
            let (bytes, shift) = two_bits(&block[32..96], group);
            let masks = &block[group % 2 * 16..][..16];
            for ((number, byte), mask) in numbers.iter_mut().zip(bytes).zip(masks) {
                let third = (mask >> (group / 2) & 1) ^ 1;
                *number = scale * f32::from((byte >> shift & 3) as i8 - (third << 2) as i8);
            }
        }
    });
}

/// Four bits, in groups of 32 with a scale and a least value of six bits each.
pub(in crate::gguf) fn q4_k(packed: &[u8], numbers: &mut [f32]) {
    each::<144, 256>(packed, numbers, |block, numbers| {
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let (scale, least) = scale_and_least(block, group);
            let bytes = &block[16 + group / 2 * 32..][..32];
            for (number, byte) in numbers.iter_mut().zip(bytes) {
                *number = scale * f32::from(byte >> (group % 2 * 4) & 0x0F) - least;
            }
        }
    });
}

/// Five bits, as [`q4_k`]; the fifth bits stand together.
pub(in crate::gguf) fn q5_k(packed: &[u8], numbers: &mut [f32]) {
    each::<176, 256>(packed, numbers, |block, numbers| {
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let (scale, least) = scale_and_least(block, group);
            let bytes = &block[48 + group / 2 * 32..][..32];
            for ((number, byte), high) in numbers.iter_mut().zip(bytes).zip(&block[16..48]) {
                let four = byte >> (group % 2 * 4) & 0x0F;
                *number = scale * f32::from(four | (high >> group & 1) << 4) - least;
            }
        }
    });
}

/// Six bits from −32, in groups of 16 with a scale of eight bits with a sign.
pub(in crate::gguf) fn q6_k(packed: &[u8], numbers: &mut [f32]) {
    each::<210, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 208);
        for (group, numbers) in numbers.chunks_exact_mut(16).enumerate() {
            let scale = scale * f32::from(block[192 + group] as i8);
            // 64 bytes hold 128 numbers: first those of their lower bits, then those of their upper ones.
            let low = &block[group / 8 * 64 + group % 4 * 16..][..16];
            let low_shift = group / 4 % 2 * 4;
            let (high, high_shift) = two_bits(&block[128..192], group);
            for ((number, low), high) in numbers.iter_mut().zip(low).zip(high) {
                let six = low >> low_shift & 0x0F | (high >> high_shift & 3) << 4;
                *number = scale * f32::from(six as i8 - 32);
            }
        }
    });
}

/// The bytes that hold two bits for each number of a group of 16, and where in them: 32 bytes hold 128 numbers, first
/// those of their lowest bits.
fn two_bits(bytes: &[u8], group: usize) -> (&[u8], usize) {
    let start = group / 8 * 32 + group % 2 * 16;
    (&bytes[start..start + 16], group / 2 % 4 * 2)
}

/// A group's scale and least value, from a block that begins with those of all groups together and then 12 bytes with
/// six bits for each group's scale and least value.
fn scale_and_least(block: &[u8], group: usize) -> (f32, f32) {
    let packed = &block[4..16];
    let (scale, least) = match group {
        0..4 => (packed[group] & 0x3F, packed[group + 4] & 0x3F),
        _ => {
            let place = group - 4;
            let scale = packed[place + 8] & 0x0F | packed[place] >> 2 & 0x30;
            let least = nibble(&packed[8..], 2 * place + 1) | packed[place + 4] >> 2 & 0x30;
            (scale, least)
        }
    };
    (
        half(block, 0) * f32::from(scale),
        half(block, 2) * f32::from(least),
    )
}
