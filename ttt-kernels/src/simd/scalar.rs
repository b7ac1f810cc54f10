//! One number at a time: the plain form that the other levels are compared with.

use half::{bf16, f16};

use super::Simd;

/// Plain Rust.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Simd for Scalar {
    type F = f32;
    type I = i32;

    const LANES: usize = 1;
    const GATHERS: bool = false;
    const BYTE_BLOCKS: usize = 1;
    const NIBBLE_BLOCKS: usize = 1;
    const OFFSET: u8 = 0;

    #[inline(always)]
    fn splat(self, x: f32) -> f32 {
        x
    }

    #[inline(always)]
    fn load(self, x: &[f32]) -> f32 {
        x[0]
    }

    #[inline(always)]
    fn load_f16(self, x: &[f16]) -> f32 {
        x[0].to_f32()
    }

    #[inline(always)]
    fn load_bf16(self, x: &[bf16]) -> f32 {
        x[0].to_f32()
    }

    #[inline(always)]
    fn load_part(self, x: &[f32], fill: f32) -> f32 {
        x.first().copied().unwrap_or(fill)
    }

    #[inline(always)]
    fn store(self, x: f32, to: &mut [f32]) {
        to[0] = x;
    }

    #[inline(always)]
    fn store_part(self, x: f32, to: &mut [f32]) {
        if let Some(place) = to.first_mut() {
            *place = x;
        }
    }

    #[inline(always)]
    fn add(self, a: f32, b: f32) -> f32 {
        a + b
    }

    #[inline(always)]
    fn sub(self, a: f32, b: f32) -> f32 {
        a - b
    }

    #[inline(always)]
    fn mul(self, a: f32, b: f32) -> f32 {
        a * b
    }

    #[inline(always)]
    fn div(self, a: f32, b: f32) -> f32 {
        a / b
    }

    // Without the instruction, rounding once is a slow library function.
    #[inline(always)]
    fn mul_add(self, a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }

    #[inline(always)]
    fn max(self, a: f32, b: f32) -> f32 {
        if a > b { a } else { b }
    }

    #[inline(always)]
    fn min(self, a: f32, b: f32) -> f32 {
        if a < b { a } else { b }
    }

    #[inline(always)]
    fn abs(self, a: f32) -> f32 {
        a.abs()
    }

    #[inline(always)]
    fn copy_sign(self, magnitude: f32, sign: f32) -> f32 {
        magnitude.copysign(sign)
    }

    #[inline(always)]
    fn round(self, a: f32) -> f32 {
        a.round_ties_even()
    }

    #[inline(always)]
    fn scale(self, a: f32, n: f32) -> f32 {
        let n = n as i32;
        let half = n / 2;
        a * power_of_two(half) * power_of_two(n - half)
    }

    #[inline(always)]
    fn where_less(self, a: f32, b: f32, yes: f32, no: f32) -> f32 {
        if a < b { yes } else { no }
    }

    #[inline(always)]
    fn sum(self, a: f32) -> f32 {
        a
    }

    #[inline(always)]
    fn sums(self, vectors: [f32; 4]) -> [f32; 4] {
        vectors
    }

    #[inline(always)]
    fn largest(self, a: f32) -> f32 {
        a
    }

    #[inline(always)]
    fn zero_words(self) -> i32 {
        0
    }

    #[inline(always)]
    fn splat_bytes(self, x: [u8; 4]) -> i32 {
        i32::from_le_bytes(x)
    }

    #[inline(always)]
    fn load_bytes(self, x: &[u8]) -> i32 {
        i32::from_le_bytes([x[0], x[1], x[2], x[3]])
    }

    #[inline(always)]
    fn dot<const SMALL: bool>(self, sum: i32, unsigned: i32, signed: i32) -> i32 {
        let pairs = unsigned.to_le_bytes().into_iter().zip(signed.to_le_bytes());
        pairs.fold(sum, |sum, (a, b)| sum + i32::from(a) * i32::from(b.cast_signed()))
    }

    #[inline(always)]
    fn dot_signed(self, sum: i32, weights: i32, signed: i32) -> i32 {
        let pairs = weights.to_le_bytes().into_iter().zip(signed.to_le_bytes());
        pairs.fold(sum, |sum, (a, b)| {
            sum + i32::from(a.cast_signed()) * i32::from(b.cast_signed())
        })
    }

    #[inline(always)]
    fn dot_nibbles(self, sum: i32, packed: i32, low: i32, high: i32) -> i32 {
        let sum = self.dot::<true>(sum, packed & 0x0F0F_0F0F, low);
        self.dot::<true>(sum, packed >> 4 & 0x0F0F_0F0F, high)
    }

    #[inline(always)]
    fn load_byte_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> i32 {
        self.load_bytes(&blocks[AT + skip..])
    }

    #[inline(always)]
    fn load_nibble_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> i32 {
        self.load_bytes(&blocks[AT + skip..])
    }

    #[inline(always)]
    fn spread_f16<const BLOCKS: usize, const BYTES: usize, const AT: usize>(self, blocks: &[u8]) -> f32 {
        f16::from_le_bytes([blocks[AT], blocks[AT + 1]]).to_f32()
    }

    #[inline(always)]
    fn store_words(self, x: i32, to: &mut [i32]) {
        to[0] = x;
    }

    #[inline(always)]
    fn to_numbers(self, x: i32) -> f32 {
        x as f32
    }

    #[inline(always)]
    fn spread(self, of_blocks: &[f32]) -> f32 {
        of_blocks[0]
    }

    #[inline(always)]
    fn transpose(self, from: &[f32], _: usize, to: &mut [f32], _: usize) {
        to[0] = from[0];
    }

    #[inline(always)]
    fn transpose_words(self, from: &[u8], _: usize, to: &mut [u8], _: usize) {
        to[..4].copy_from_slice(&from[..4]);
    }

    #[inline(always)]
    fn store_bytes(self, x: f32, to: &mut [u8]) {
        to[0] = (x.round_ties_even() as i8).cast_unsigned();
    }

    #[inline(always)]
    fn prefetch<T>(self, _: &[T], _: usize) {}

    #[inline(always)]
    fn prefetch_far<T>(self, _: &[T], _: usize) {}

    #[inline(always)]
    fn prefetch_once<T>(self, _: &[T], _: usize) {}
}

/// `2ⁿ` for `n` from −126 to 127; NaN gives `n` 0.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.clamp(-126, 127) + 127).cast_unsigned() << 23)
}
