//! Vectors of `f32`, so that each kernel is written once for all levels.
//!
//! A value of a type that implements [`Simd`] is proof that the processor has its instructions. Everything between
//! [`Kernel::run`] and the instructions is inlined always, into a function that enables them; a closure would not be,
//! so kernels have none in inner loops.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
mod scalar;

use half::{bf16, f16};

pub(crate) use scalar::Scalar;

/// Work that any level can do.
pub(crate) trait Kernel {
    /// What the work gives.
    type Output;

    /// Does it. Implementations are `#[inline(always)]`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The instructions of one level. Public in a private module: the sealed half of `Number` names it.
pub trait Simd: Copy + Send + Sync {
    /// A vector of [`Simd::LANES`] numbers.
    type F: Copy;
    /// A vector of as many 32-bit integers, or of four times as many bytes.
    type I: Copy;

    /// How many numbers a vector holds.
    const LANES: usize;
    /// Whether weights whose rows are whole pages apart are put next to each other when many rows meet them: where a tile
    /// has few vectors, it waits for weights that fell out of the first cache.
    const GATHERS: bool;
    /// How many blocks of 32 signed bytes are multiplied at a time.
    const BYTE_BLOCKS: usize;
    /// How many blocks of 32 half bytes are multiplied at a time.
    const NIBBLE_BLOCKS: usize;
    /// What [`Simd::dot_signed`] adds to each weight.
    const OFFSET: u8;

    /// The number in every lane.
    fn splat(self, x: f32) -> Self::F;
    /// The first numbers of a slice that has at least as many as there are lanes.
    fn load(self, x: &[f32]) -> Self::F;
    /// Like [`Simd::load`], from half precision.
    fn load_f16(self, x: &[f16]) -> Self::F;
    /// Like [`Simd::load`], from bfloat16.
    fn load_bf16(self, x: &[bf16]) -> Self::F;
    /// All numbers of a slice that has at most as many as there are lanes, then `fill`.
    fn load_part(self, x: &[f32], fill: f32) -> Self::F;
    /// Puts the lanes at the front of a slice that has at least as many.
    fn store(self, x: Self::F, to: &mut [f32]);
    /// Puts as many lanes as the slice has places, which are at most as many as there are lanes.
    fn store_part(self, x: Self::F, to: &mut [f32]);

    /// `a + b`
    fn add(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a - b`
    fn sub(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a · b`
    fn mul(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a / b`
    fn div(self, a: Self::F, b: Self::F) -> Self::F;
    /// `a · b + c`, rounded once where the processor can.
    fn mul_add(self, a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// The larger, and `b` where either is NaN.
    fn max(self, a: Self::F, b: Self::F) -> Self::F;
    /// The smaller, and `b` where either is NaN.
    fn min(self, a: Self::F, b: Self::F) -> Self::F;
    /// Without the sign.
    fn abs(self, a: Self::F) -> Self::F;
    /// The magnitude of one, the sign of another.
    fn copy_sign(self, magnitude: Self::F, sign: Self::F) -> Self::F;
    /// The nearest whole number.
    fn round(self, a: Self::F) -> Self::F;
    /// `a · 2ⁿ` for whole `n` from −280 to 280, with denormal results and infinity.
    fn scale(self, a: Self::F, n: Self::F) -> Self::F;
    /// Where `a < b`, `yes`, else (with NaN too) `no`.
    fn where_less(self, a: Self::F, b: Self::F, yes: Self::F, no: Self::F) -> Self::F;

    /// The sum of all lanes.
    fn sum(self, a: Self::F) -> f32;
    /// The sum of all lanes of each of four vectors.
    fn sums(self, vectors: [Self::F; 4]) -> [f32; 4];
    /// The largest of all lanes; any where one is NaN.
    fn largest(self, a: Self::F) -> f32;

    /// The integers zero.
    fn zero_words(self) -> Self::I;
    /// The same four bytes in every lane.
    fn splat_bytes(self, x: [u8; 4]) -> Self::I;
    /// The first `4 · LANES` bytes of a slice that has at least as many.
    fn load_bytes(self, x: &[u8]) -> Self::I;
    /// In each lane `sum` plus the products of four unsigned bytes with four signed ones. With `SMALL` the unsigned
    /// ones are below 128; signed ones are never −128.
    fn dot<const SMALL: bool>(self, sum: Self::I, unsigned: Self::I, signed: Self::I) -> Self::I;
    /// The products of signed weights, each plus [`Simd::OFFSET`], with signed bytes, like [`Simd::dot`]; the bytes are
    /// never −128.
    fn dot_signed(self, sum: Self::I, weights: Self::I, signed: Self::I) -> Self::I;
    /// The products of the lower halves of bytes with signed bytes, and of the upper ones with others.
    fn dot_nibbles(self, sum: Self::I, packed: Self::I, low: Self::I, high: Self::I) -> Self::I;
    /// From each of [`Simd::BYTE_BLOCKS`] blocks of `BYTES` bytes those from the byte `AT`: 32, or as many as a
    /// vector holds after the first `skip`.
    fn load_byte_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> Self::I;
    /// From each of [`Simd::NIBBLE_BLOCKS`] blocks of `BYTES` bytes those from the byte `AT`: 16, or as many as a
    /// vector holds after the first `skip`.
    fn load_nibble_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> Self::I;
    /// The number in half precision at the byte `AT` of each of `BLOCKS` blocks of `BYTES` bytes, in as many lanes as the
    /// block has.
    fn spread_f16<const BLOCKS: usize, const BYTES: usize, const AT: usize>(self, blocks: &[u8]) -> Self::F;
    /// Puts the integers at the front of a slice that has at least as many places.
    fn store_words(self, x: Self::I, to: &mut [i32]);
    /// Integers as numbers.
    fn to_numbers(self, x: Self::I) -> Self::F;
    /// For each lane of a vector of bytes the number of its block of 32, of which the first belongs to the first.
    fn spread(self, of_blocks: &[f32]) -> Self::F;

    /// Transposes `LANES` rows of as many numbers: rows of `from` and of `to` begin `stride` after each other.
    fn transpose(self, from: &[f32], from_stride: usize, to: &mut [f32], to_stride: usize);

    /// Transposes `LANES` rows of as many words of four bytes: rows begin `stride` bytes after each other.
    fn transpose_words(self, from: &[u8], from_stride: usize, to: &mut [u8], to_stride: usize);
    /// Puts the nearest whole numbers at the front of a slice as signed bytes; they are from −127 to 127.
    fn store_bytes(self, x: Self::F, to: &mut [u8]);

    /// Asks for the cache line so many bytes after the slice's start, which may be past its end.
    fn prefetch<T>(self, x: &[T], ahead: usize);
    /// Like [`Simd::prefetch`], but only into the second cache: what is not read soon would drive what is from the first
    /// one, and take the few places where its misses wait.
    fn prefetch_far<T>(self, x: &[T], ahead: usize);
    /// Like [`Simd::prefetch`], of what is read once. The second cache is left to programs, where that costs no speed:
    /// between kernels they run from it, and all of the weights would pass through it before they come again.
    fn prefetch_once<T>(self, x: &[T], ahead: usize);

    /// Zero in every lane.
    #[inline(always)]
    fn zero(self) -> Self::F {
        self.splat(0.0)
    }
}

/// Adds numbers to others, of which there are as many.
#[inline(always)]
pub(crate) fn add<S: Simd>(s: S, numbers: &[f32], to: &mut [f32]) {
    let (chunks, rest) = numbers.split_at(numbers.len() / S::LANES * S::LANES);
    let (to_chunks, to_rest) = to.split_at_mut(chunks.len());
    for (numbers, to) in chunks
        .chunks_exact(S::LANES)
        .zip(to_chunks.chunks_exact_mut(S::LANES))
    {
        s.store(s.add(s.load(to), s.load(numbers)), to);
    }
    for (number, to) in rest.iter().zip(to_rest) {
        *to += number;
    }
}
