//! Floating-point numbers of four bits: one for the sign, two for the exponent, one for the fraction.

use super::block::each;

/// What four bits stand for, doubled so that all are whole.
const DOUBLED: [i8; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

/// OCP microscaling: 32 numbers with a power of two as their scale
/// (<https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf>).
pub(in crate::gguf) fn mxfp4(packed: &[u8], numbers: &mut [f32]) {
    each::<17, 32>(packed, numbers, |block, numbers| {
        let scale = half_of_power(block[0]);
        for (index, byte) in block[1..].iter().enumerate() {
            numbers[index] = scale * f32::from(DOUBLED[usize::from(byte & 0x0F)]);
            numbers[index + 16] = scale * f32::from(DOUBLED[usize::from(byte >> 4)]);
        }
    });
}

/// NVIDIA's: groups of 16 numbers with a scale of four bits exponent and three bits fraction, four groups to a block.
pub(in crate::gguf) fn nvfp4(packed: &[u8], numbers: &mut [f32]) {
    each::<36, 64>(packed, numbers, |block, numbers| {
        for (group, numbers) in numbers.chunks_exact_mut(16).enumerate() {
            let scale = half_of_e4m3(block[group]);
            let bytes = &block[4 + group * 8..][..8];
            for (index, byte) in bytes.iter().enumerate() {
                numbers[index] = scale * f32::from(DOUBLED[usize::from(byte & 0x0F)]);
                numbers[index + 8] = scale * f32::from(DOUBLED[usize::from(byte >> 4)]);
            }
        }
    });
}

/// Half of the power of two with this exponent, which is 127 too large. The two smallest are subnormal.
fn half_of_power(exponent: u8) -> f32 {
    f32::from_bits(match exponent {
        0 | 1 => 0x0020_0000 << exponent,
        _ => u32::from(exponent - 1) << 23,
    })
}

/// Half of a number of four bits exponent, 7 too large, and three bits fraction. Its highest bit is not used.
fn half_of_e4m3(bits: u8) -> f32 {
    let (exponent, fraction) = (bits >> 3 & 0x0F, f32::from(bits & 7));
    let number = match (bits, exponent) {
        (0x7F, _) => 0.0,
        (_, 0) => fraction * 2f32.powi(-9),
        _ => (1.0 + fraction / 8.0) * 2f32.powi(i32::from(exponent) - 7),
    };
    number * 0.5
}
