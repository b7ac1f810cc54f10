//! From numbers to blocks.

use half::f16;

/// Calls `pack` with each block of 32 numbers and the place for its `BYTES` bytes.
fn each<const BYTES: usize>(numbers: &[f32], packed: &mut [u8], pack: impl Fn(&[f32; 32], &mut [u8; BYTES])) {
    let (numbers, _) = numbers.as_chunks::<32>();
    let (packed, _) = packed.as_chunks_mut::<BYTES>();
    for (numbers, block) in numbers.iter().zip(packed) {
        pack(numbers, block);
    }
}

/// Eight bits with a sign, times a scale that makes the largest 127.
pub(in crate::gguf) fn to_q8_0(numbers: &[f32], packed: &mut [u8]) {
    each::<34>(numbers, packed, |numbers, block| {
        let largest = numbers.iter().fold(0f32, |most, number| most.max(number.abs()));
        let scale = largest / 127.0;
        let inverse = inverse(scale);
        put_half(block, 0, scale);
        for (byte, number) in block[2..].iter_mut().zip(numbers) {
            *byte = (number * inverse).round() as i8 as u8;
        }
    });
}

/// Four bits from −8, times a scale that makes the number farthest from zero −8.
pub(in crate::gguf) fn to_q4_0(numbers: &[f32], packed: &mut [u8]) {
    each::<18>(numbers, packed, |numbers, block| {
        let farthest = numbers.iter().fold(
            0f32,
            |most, number| {
                if number.abs() > most.abs() { *number } else { most }
            },
        );
        let scale = farthest / -8.0;
        let inverse = inverse(scale);
        put_half(block, 0, scale);
        put_nibbles(&mut block[2..], numbers, |number| number * inverse + 8.5);
    });
}

/// Four bits, times a scale, above the least of the numbers.
pub(in crate::gguf) fn to_q4_1(numbers: &[f32], packed: &mut [u8]) {
    each::<20>(numbers, packed, |numbers, block| {
        let least = numbers.iter().copied().fold(f32::INFINITY, f32::min);
        let most = numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let scale = (most - least) / 15.0;
        let inverse = inverse(scale);
        put_half(block, 0, scale);
        put_half(block, 2, least);
        put_nibbles(&mut block[4..], numbers, |number| {
            (number - least) * inverse + 0.5
        });
    });
}

/// One over a scale; a block of zeros stays one.
fn inverse(scale: f32) -> f32 {
    if scale == 0.0 { 0.0 } else { 1.0 / scale }
}

fn put_half(block: &mut [u8], at: usize, number: f32) {
    block[at..at + 2].copy_from_slice(&f16::from_f32(number).to_le_bytes());
}

/// The whole parts of the numbers, at most 15: the first half in the lower bits.
fn put_nibbles(bytes: &mut [u8], numbers: &[f32; 32], scaled: impl Fn(f32) -> f32) {
    let whole = |number: f32| (scaled(number) as u8).min(15);
    let (first, second) = numbers.split_at(16);
    for ((byte, first), second) in bytes.iter_mut().zip(first).zip(second) {
        *byte = whole(*first) | whole(*second) << 4;
    }
}
