//! How the blocks of each format are multiplied, without unpacking them to memory.

use super::BLOCK;
use super::arranged::Group;
use crate::simd::Simd;

/// A format of blocks. Methods are `#[inline(always)]`.
pub(super) trait Kind: Send + Sync {
    /// Bytes of a block.
    const BYTES: usize;
    /// Whether blocks have a least value.
    const HAS_LEAST: bool;
    /// Whether the lower halves of bytes are the first half of the block, and the upper ones the second.
    const IS_HALVED: bool;

    /// How many blocks are multiplied at a time.
    fn blocks<S: Simd>() -> usize;
    /// What packed weights are more than the weights divided by the scale, in the products of `add_products`.
    fn offset<S: Simd>() -> u8;
    /// The scales of blocks, in all lanes of each.
    fn scale<S: Simd>(simd: S, packed: &[u8]) -> S::F;
    /// The least values of blocks, in all lanes of each; zero where the format has none.
    fn least<S: Simd>(simd: S, packed: &[u8]) -> S::F;
    /// Sums of products of packed weights and bytes, from those that the group begins with.
    fn products<S: Simd>(simd: S, packed: &[u8], x: Group<'_>) -> S::I;

    /// Adds the products of weights and numbers.
    #[inline(always)]
    fn add_products<S: Simd>(s: S, packed: &[u8], scale: S::F, least: S::F, x: Group<'_>, sum: S::F) -> S::F {
        let products = s.to_numbers(Self::products(s, packed, x));
        let sum = if Self::HAS_LEAST {
            s.mul_add(least, s.load(x.sums), sum)
        } else {
            sum
        };
        s.mul_add(s.mul(products, s.load(x.scales)), scale, sum)
    }
}

pub(super) struct Q8_0;

impl Kind for Q8_0 {
    const BYTES: usize = 34;
    const HAS_LEAST: bool = false;
    const IS_HALVED: bool = false;

    #[inline(always)]
    fn blocks<S: Simd>() -> usize {
        S::BYTE_BLOCKS
    }

    #[inline(always)]
    fn offset<S: Simd>() -> u8 {
        S::OFFSET
    }

    #[inline(always)]
    fn scale<S: Simd>(s: S, packed: &[u8]) -> S::F {
        match S::BYTE_BLOCKS {
            1 => s.spread_f16::<1, 34, 0>(packed),
            _ => s.spread_f16::<2, 34, 0>(packed),
        }
    }

    #[inline(always)]
    fn least<S: Simd>(s: S, _: &[u8]) -> S::F {
        s.zero()
    }

    #[inline(always)]
    fn products<S: Simd>(s: S, packed: &[u8], x: Group<'_>) -> S::I {
        let mut sum = s.load_bytes(x.starts);
        let mut at = 0;
        while at < S::BYTE_BLOCKS * BLOCK {
            let weights = s.load_byte_blocks::<34, 2>(packed, at);
            sum = s.dot_signed(sum, weights, s.load_bytes(&x.bytes[at..]));
            at += 4 * S::LANES;
        }
        sum
    }
}

pub(super) struct Q4_0;

impl Kind for Q4_0 {
    const BYTES: usize = 18;
    const HAS_LEAST: bool = false;
    const IS_HALVED: bool = true;

    #[inline(always)]
    fn blocks<S: Simd>() -> usize {
        S::NIBBLE_BLOCKS
    }

    #[inline(always)]
    fn offset<S: Simd>() -> u8 {
        8
    }

    #[inline(always)]
    fn scale<S: Simd>(s: S, packed: &[u8]) -> S::F {
        spread_nibble_scale::<S, 18, 0>(s, packed)
    }

    #[inline(always)]
    fn least<S: Simd>(s: S, _: &[u8]) -> S::F {
        s.zero()
    }

    #[inline(always)]
    fn products<S: Simd>(s: S, packed: &[u8], x: Group<'_>) -> S::I {
        nibble_products::<S, 18, 2>(s, packed, x)
    }
}

pub(super) struct Q4_1;

impl Kind for Q4_1 {
    const BYTES: usize = 20;
    const HAS_LEAST: bool = true;
    const IS_HALVED: bool = true;

    #[inline(always)]
    fn blocks<S: Simd>() -> usize {
        S::NIBBLE_BLOCKS
    }

    #[inline(always)]
    fn offset<S: Simd>() -> u8 {
        0
    }

    #[inline(always)]
    fn scale<S: Simd>(s: S, packed: &[u8]) -> S::F {
        spread_nibble_scale::<S, 20, 0>(s, packed)
    }

    #[inline(always)]
    fn least<S: Simd>(s: S, packed: &[u8]) -> S::F {
        spread_nibble_scale::<S, 20, 2>(s, packed)
    }

    #[inline(always)]
    fn products<S: Simd>(s: S, packed: &[u8], x: Group<'_>) -> S::I {
        nibble_products::<S, 20, 4>(s, packed, x)
    }
}

#[inline(always)]
fn spread_nibble_scale<S: Simd, const BYTES: usize, const AT: usize>(s: S, packed: &[u8]) -> S::F {
    match S::NIBBLE_BLOCKS {
        1 => s.spread_f16::<1, BYTES, AT>(packed),
        2 => s.spread_f16::<2, BYTES, AT>(packed),
        _ => s.spread_f16::<4, BYTES, AT>(packed),
    }
}

#[inline(always)]
fn nibble_products<S: Simd, const BYTES: usize, const AT: usize>(s: S, packed: &[u8], x: Group<'_>) -> S::I {
    let half = S::NIBBLE_BLOCKS * BLOCK / 2;
    let mut sum = s.load_bytes(x.starts);
    let mut at = 0;
    while at < half {
        let nibbles = s.load_nibble_blocks::<BYTES, AT>(packed, at);
        let (low, high) = (s.load_bytes(&x.bytes[at..]), s.load_bytes(&x.bytes[half + at..]));
        sum = s.dot_nibbles(sum, nibbles, low, high);
        at += 4 * S::LANES;
    }
    sum
}
