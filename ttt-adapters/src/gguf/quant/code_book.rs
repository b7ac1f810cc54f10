//! Indices into tables of points, with signs and scales beside them.

use super::block::{each, half, nibble, u16_at, u32_at};
use super::grid::{IQ1_S, IQ2_S, IQ2_XS, IQ2_XXS, IQ3_S, IQ3_XXS, SIGNS};

/// The 16 values of IQ4, closer together near zero.
const IQ4: [i8; 16] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

/// By how much the points of IQ1 are shifted, up or down.
const IQ1_SHIFT: f32 = 0.125;

/// Points of 8; in groups of 32 the signs and the scale share a word.
pub(in crate::gguf) fn iq2_xxs(packed: &[u8], numbers: &mut [f32]) {
    each::<66, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let indices = &block[2 + group * 8..][..4];
            let word = u32_at(block, 2 + group * 8 + 4);
            let scale = scale * (0.5 + (word >> 28) as f32) * 0.25;
            for (index, numbers) in numbers.chunks_exact_mut(8).enumerate() {
                let point = &IQ2_XXS[usize::from(indices[index])];
                put(numbers, scale, point, signs_of_word(word, index));
            }
        }
    });
}

/// Points of 8 with their signs in one number; a scale of four bits for 16 numbers.
pub(in crate::gguf) fn iq2_xs(packed: &[u8], numbers: &mut [f32]) {
    each::<74, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (index, numbers) in numbers.chunks_exact_mut(8).enumerate() {
            let word = u16_at(block, 2 + index * 2);
            let scale = scale * (0.5 + f32::from(nibble(&block[66..], index / 2))) * 0.25;
            let point = &IQ2_XS[usize::from(word & 0x1FF)];
            put(numbers, scale, point, SIGNS[usize::from(word >> 9)]);
        }
    });
}

/// Points of 8 with all eight signs; a scale of four bits for 16 numbers.
pub(in crate::gguf) fn iq2_s(packed: &[u8], numbers: &mut [f32]) {
    each::<82, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (index, numbers) in numbers.chunks_exact_mut(8).enumerate() {
            let high = block[66 + index / 4] >> (index % 4 * 2) & 3;
            let point = &IQ2_S[usize::from(block[2 + index]) | usize::from(high) << 8];
            let scale = scale * (0.5 + f32::from(nibble(&block[74..], index / 2))) * 0.25;
            put(numbers, scale, point, block[34 + index]);
        }
    });
}

/// Points of 4; in groups of 32 the signs and the scale share a word.
pub(in crate::gguf) fn iq3_xxs(packed: &[u8], numbers: &mut [f32]) {
    each::<98, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let word = u32_at(block, 66 + group * 4);
            let scale = scale * (0.5 + (word >> 28) as f32) * 0.5;
            for (index, numbers) in numbers.chunks_exact_mut(4).enumerate() {
                let point = &IQ3_XXS[usize::from(block[2 + group * 8 + index])];
                put(
                    numbers,
                    scale,
                    point,
                    signs_of_word(word, index / 2) >> (index % 2 * 4),
                );
            }
        }
    });
}

/// Points of 4 with all signs; a scale of four bits for 32 numbers.
pub(in crate::gguf) fn iq3_s(packed: &[u8], numbers: &mut [f32]) {
    each::<110, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (index, numbers) in numbers.chunks_exact_mut(4).enumerate() {
            let high = block[66 + index / 8] >> (index % 8) & 1;
            let point = &IQ3_S[usize::from(block[2 + index]) | usize::from(high) << 8];
            let scale = scale * f32::from(1 + 2 * nibble(&block[106..], index / 8));
            put(numbers, scale, point, block[74 + index / 2] >> (index % 2 * 4));
        }
    });
}

/// Points of 8 that are −1, 0 or 1, shifted; in groups of 32 a scale of three bits and the shift's sign.
pub(in crate::gguf) fn iq1_s(packed: &[u8], numbers: &mut [f32]) {
    each::<50, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 0);
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let word = u16_at(block, 34 + group * 2);
            let scale = scale * f32::from(2 * (word >> 12 & 7) + 1);
            for (index, numbers) in numbers.chunks_exact_mut(8).enumerate() {
                let high = word >> (index * 3) & 7;
                let point = usize::from(block[2 + group * 4 + index]) | usize::from(high) << 8;
                put_shifted(numbers, scale, &IQ1_S[point], word & 0x8000 != 0);
            }
        }
    });
}

/// As [`iq1_s`] with a scale of three bits for 16 numbers and a shift for 8. The scale of the block is spread over the
/// four words of the others.
pub(in crate::gguf) fn iq1_m(packed: &[u8], numbers: &mut [f32]) {
    each::<56, 256>(packed, numbers, |block, numbers| {
        let words = [48, 50, 52, 54].map(|at| u16_at(block, at));
        let bits = words.iter().rev().fold(0u16, |bits, word| bits << 4 | word >> 12);
        let scale = half(&bits.to_le_bytes(), 0);
        for (index, numbers) in numbers.chunks_exact_mut(8).enumerate() {
            let word = words[index / 8];
            let scale = scale * f32::from(2 * (word >> (index / 2 % 4 * 3) & 7) + 1);
            let high = nibble(&block[32..], index);
            let point = usize::from(block[index]) | usize::from(high & 7) << 8;
            put_shifted(numbers, scale, &IQ1_S[point], high & 8 != 0);
        }
    });
}

/// Four bits into a table, times a scale, in blocks of 32.
pub(in crate::gguf) fn iq4_nl(packed: &[u8], numbers: &mut [f32]) {
    each::<18, 32>(packed, numbers, |block, numbers| {
        put_iq4(numbers, half(block, 0), &block[2..]);
    });
}

/// Four bits into a table, in groups of 32 with a scale of six bits from −32.
pub(in crate::gguf) fn iq4_xs(packed: &[u8], numbers: &mut [f32]) {
    each::<136, 256>(packed, numbers, |block, numbers| {
        let (scale, high) = (half(block, 0), u16_at(block, 2));
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let high = (high >> (group * 2) & 3) as u8;
            let six = nibble(&block[4..8], group) | high << 4;
            let scale = scale * f32::from(six as i8 - 32);
            put_iq4(numbers, scale, &block[8 + group * 16..][..16]);
        }
    });
}

/// The signs of the eight numbers with this index in a group, from seven bits of a word each.
fn signs_of_word(word: u32, index: usize) -> u8 {
    SIGNS[(word >> (index * 7) & 0x7F) as usize]
}

/// A point's numbers, negated where `signs`, from its lowest bit on, has a one.
fn put(numbers: &mut [f32], scale: f32, point: &[i8], signs: u8) {
    for (index, (number, value)) in numbers.iter_mut().zip(point).enumerate() {
        let sign = if signs >> index & 1 == 0 { 1.0 } else { -1.0 };
        *number = scale * f32::from(*value) * sign;
    }
}

fn put_shifted(numbers: &mut [f32], scale: f32, point: &[i8], is_down: bool) {
    let shift = if is_down { -IQ1_SHIFT } else { IQ1_SHIFT };
    for (number, value) in numbers.iter_mut().zip(point) {
        *number = scale * (f32::from(*value) + shift);
    }
}

fn put_iq4(numbers: &mut [f32], scale: f32, bytes: &[u8]) {
    let (first, second) = numbers.split_at_mut(16);
    for ((first, second), byte) in first.iter_mut().zip(second).zip(bytes) {
        *first = scale * f32::from(IQ4[usize::from(byte & 0x0F)]);
        *second = scale * f32::from(IQ4[usize::from(byte >> 4)]);
    }
}
