//! Blocks of 256 numbers that are −1, 0 or 1, times a scale.

use super::block::{each, half};

/// Five numbers in a byte, as the digits of a fraction in base 3; four in each of the last bytes.
pub(in crate::gguf) fn tq1_0(packed: &[u8], numbers: &mut [f32]) {
    each::<54, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 52);
        let (first, rest) = numbers.split_at_mut(160);
        let (second, third) = rest.split_at_mut(80);
        for (bytes, numbers) in [(0..32, first), (32..48, second), (48..52, third)] {
            let bytes = &block[bytes];
            let mut power = 1u8;
            for numbers in numbers.chunks_exact_mut(bytes.len()) {
                for (number, byte) in numbers.iter_mut().zip(bytes) {
                    let digit = (u16::from(byte.wrapping_mul(power)) * 3) >> 8;
                    *number = scale * f32::from(digit as i8 - 1);
                }
                power = power.wrapping_mul(3);
            }
        }
    });
}

/// Two bits for each number.
pub(in crate::gguf) fn tq2_0(packed: &[u8], numbers: &mut [f32]) {
    each::<66, 256>(packed, numbers, |block, numbers| {
        let scale = half(block, 64);
        for (group, numbers) in numbers.chunks_exact_mut(32).enumerate() {
            let bytes = &block[group / 4 * 32..][..32];
            for (number, byte) in numbers.iter_mut().zip(bytes) {
                *number = scale * f32::from((byte >> (group % 4 * 2) & 3) as i8 - 1);
            }
        }
    });
}
