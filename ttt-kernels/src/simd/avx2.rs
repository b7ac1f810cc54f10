//! AVX2 with FMA and F16C.

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::*;

use half::{bf16, f16};

use super::{Kernel, Simd};

/// Proof that the processor has AVX2, FMA and F16C.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

/// Whether the processor has what this level needs.
pub(crate) fn is_detected() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c")
}

impl Avx2 {
    /// The level, if the processor has it.
    #[inline]
    pub(crate) fn detect() -> Option<Avx2> {
        is_detected().then_some(Avx2(()))
    }

    /// Runs a kernel in a function that may use the level's instructions.
    #[inline]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { run(kernel) }
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx2(()))
}

/// Asks for the cache line so many bytes after the slice's start, in the cache of the hint.
#[inline(always)]
pub(crate) fn prefetch<T, const HINT: i32>(x: &[T], ahead: usize) {
    // SAFETY: a prefetch does not access memory as far as the program can tell, whatever the address; every x86-64
    // processor has the instruction.
    unsafe { _mm_prefetch::<HINT>(x.as_ptr().cast::<i8>().wrapping_add(ahead)) }
}

impl Avx2 {
    /// The columns of rows.
    #[inline(always)]
    fn turned(self, rows: [__m256; 8]) -> [__m256; 8] {
        let mut turned = rows;
        // Four columns of each four rows, in halves of the vectors.
        let mut fours = [[self.zero(); 4]; 2];
        for (four, rows) in fours.iter_mut().zip(rows.chunks_exact(4)) {
            // SAFETY: `self` is proof that the processor has the features.
            unsafe {
                let low = [
                    _mm256_unpacklo_ps(rows[0], rows[1]),
                    _mm256_unpacklo_ps(rows[2], rows[3]),
                ];
                let high = [
                    _mm256_unpackhi_ps(rows[0], rows[1]),
                    _mm256_unpackhi_ps(rows[2], rows[3]),
                ];
                for (half, pair) in [low, high].into_iter().enumerate() {
                    let (a, b) = (_mm256_castps_pd(pair[0]), _mm256_castps_pd(pair[1]));
                    four[2 * half] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, b));
                    four[2 * half + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, b));
                }
            }
        }
        for column in 0..4 {
            let [a, b] = [fours[0][column], fours[1][column]];
            // SAFETY: `self` is proof that the processor has the features.
            let (first, second) = unsafe {
                (
                    _mm256_permute2f128_ps::<0x20>(a, b),
                    _mm256_permute2f128_ps::<0x31>(a, b),
                )
            };
            turned[column] = first;
            turned[column + 4] = second;
        }
        turned
    }
}

// Arithmetic within registers.
macro_rules! lanewise {
    ($($name:ident($($operand:ident),*) = $value:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($operand: __m256),*) -> __m256 {
            // SAFETY: `self` is proof that the processor has the features.
            unsafe { $value }
        }
    )*};
}

impl Simd for Avx2 {
    type F = __m256;
    type I = __m256i;

    const LANES: usize = 8;
    const GATHERS: bool = true;
    const BYTE_BLOCKS: usize = 1;
    const NIBBLE_BLOCKS: usize = 2;
    const OFFSET: u8 = 0;

    lanewise! {
        add(a, b) = _mm256_add_ps(a, b);
        sub(a, b) = _mm256_sub_ps(a, b);
        mul(a, b) = _mm256_mul_ps(a, b);
        div(a, b) = _mm256_div_ps(a, b);
        mul_add(a, b, c) = _mm256_fmadd_ps(a, b, c);
        max(a, b) = _mm256_max_ps(a, b);
        min(a, b) = _mm256_min_ps(a, b);
        abs(a) = _mm256_andnot_ps(_mm256_set1_ps(-0.0), a);
        copy_sign(magnitude, sign) = {
            let bit = _mm256_set1_ps(-0.0);
            _mm256_or_ps(_mm256_andnot_ps(bit, magnitude), _mm256_and_ps(bit, sign))
        };
        round(a) = _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(a);
        scale(a, n) = {
            let n = _mm256_cvtps_epi32(n);
            let half = _mm256_srai_epi32::<1>(n);
            let rest = _mm256_sub_epi32(n, half);
            _mm256_mul_ps(_mm256_mul_ps(a, power_of_two(half)), power_of_two(rest))
        };
        where_less(a, b, yes, no) = _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_LT_OQ>(a, b));
    }

    #[inline(always)]
    fn splat(self, x: f32) -> __m256 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm256_set1_ps(x) }
    }

    #[inline(always)]
    fn load(self, x: &[f32]) -> __m256 {
        let x = &x[..8];
        // SAFETY: 8 numbers are readable; `self` is proof of the features.
        unsafe { _mm256_loadu_ps(x.as_ptr()) }
    }

    #[inline(always)]
    fn load_f16(self, x: &[f16]) -> __m256 {
        let x = &x[..8];
        // SAFETY: 16 bytes are readable; `self` is proof of the features.
        unsafe { _mm256_cvtph_ps(_mm_loadu_si128(x.as_ptr().cast())) }
    }

    #[inline(always)]
    fn load_bf16(self, x: &[bf16]) -> __m256 {
        let x = &x[..8];
        // SAFETY: 16 bytes are readable; `self` is proof of the features.
        unsafe {
            let bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(x.as_ptr().cast()));
            _mm256_castsi256_ps(_mm256_slli_epi32::<16>(bits))
        }
    }

    #[inline(always)]
    fn load_part(self, x: &[f32], fill: f32) -> __m256 {
        let mut lanes = [fill; 8];
        let count = x.len().min(8);
        lanes[..count].copy_from_slice(&x[..count]);
        self.load(&lanes)
    }

    #[inline(always)]
    fn store(self, x: __m256, to: &mut [f32]) {
        let to = &mut to[..8];
        // SAFETY: 8 numbers are writable; `self` is proof of the features.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), x) }
    }

    #[inline(always)]
    fn store_part(self, x: __m256, to: &mut [f32]) {
        let mut lanes = [0.0; 8];
        self.store(x, &mut lanes);
        let count = to.len().min(8);
        to[..count].copy_from_slice(&lanes[..count]);
    }

    #[inline(always)]
    fn sum(self, a: __m256) -> f32 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn sums(self, [a, b, c, d]: [__m256; 4]) -> [f32; 4] {
        let mut sums = [0.0; 4];
        // SAFETY: four numbers are writable; `self` is proof that the processor has the features.
        unsafe {
            let halves = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
            let all = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps::<1>(halves));
            _mm_storeu_ps(sums.as_mut_ptr(), all);
        }
        sums
    }

    #[inline(always)]
    fn largest(self, a: __m256) -> f32 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            let four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps::<1>(a));
            let two = _mm_max_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)))
        }
    }

    #[inline(always)]
    fn zero_words(self) -> __m256i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn splat_bytes(self, x: [u8; 4]) -> __m256i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm256_set1_epi32(i32::from_le_bytes(x)) }
    }

    #[inline(always)]
    fn load_bytes(self, x: &[u8]) -> __m256i {
        let x = &x[..32];
        // SAFETY: 32 bytes are readable; `self` is proof of the features.
        unsafe { _mm256_loadu_si256(x.as_ptr().cast()) }
    }

    #[inline(always)]
    fn dot<const SMALL: bool>(self, sum: __m256i, unsigned: __m256i, signed: __m256i) -> __m256i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            let ones = _mm256_set1_epi16(1);
            if SMALL {
                // Two products of at most 127 · 127 fit 16 bits.
                let pairs = _mm256_maddubs_epi16(unsigned, signed);
                return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
            }
            // Larger ones are split into what is below 128, and 128 or nothing: each alone fits.
            let bit = _mm256_set1_epi8(-128);
            let low = _mm256_maddubs_epi16(_mm256_andnot_si256(bit, unsigned), signed);
            let high = _mm256_maddubs_epi16(_mm256_and_si256(bit, unsigned), signed);
            let low = _mm256_add_epi32(sum, _mm256_madd_epi16(low, ones));
            _mm256_add_epi32(low, _mm256_madd_epi16(high, ones))
        }
    }

    #[inline(always)]
    fn dot_signed(self, sum: __m256i, weights: __m256i, signed: __m256i) -> __m256i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            // Magnitudes of at most 128 times bytes of at most 127: two products fit 16 bits.
            let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(signed, weights));
            _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }

    #[inline(always)]
    fn dot_nibbles(self, sum: __m256i, packed: __m256i, low: __m256i, high: __m256i) -> __m256i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            let mask = _mm256_set1_epi8(0x0F);
            let lower = _mm256_and_si256(packed, mask);
            let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(packed), mask);
            // Four products of at most 15 · 127 fit 16 bits.
            let pairs = _mm256_add_epi16(
                _mm256_maddubs_epi16(lower, low),
                _mm256_maddubs_epi16(upper, high),
            );
            _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }

    #[inline(always)]
    fn load_byte_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> __m256i {
        self.load_bytes(&blocks[AT + skip..])
    }

    #[inline(always)]
    fn load_nibble_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> __m256i {
        let (first, second) = (&blocks[AT + skip..][..16], &blocks[AT + skip + BYTES..][..16]);
        // SAFETY: each time 16 bytes are readable; `self` is proof of the features.
        unsafe {
            let first = _mm_loadu_si128(first.as_ptr().cast());
            _mm256_inserti128_si256::<1>(
                _mm256_castsi128_si256(first),
                _mm_loadu_si128(second.as_ptr().cast()),
            )
        }
    }

    #[inline(always)]
    fn spread_f16<const BLOCKS: usize, const BYTES: usize, const AT: usize>(self, blocks: &[u8]) -> __m256 {
        let half =
            |block: usize| i16::from_le_bytes([blocks[block * BYTES + AT], blocks[block * BYTES + AT + 1]]);
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            if BLOCKS == 1 {
                return _mm256_cvtph_ps(_mm_set1_epi16(half(0)));
            }
            let (first, second) = (
                _mm_cvtsi32_si128(half(0).into()),
                _mm_cvtsi32_si128(half(1).into()),
            );
            let both = _mm_unpacklo_epi16(first, second);
            let places = _mm_set_epi8(3, 2, 3, 2, 3, 2, 3, 2, 1, 0, 1, 0, 1, 0, 1, 0);
            _mm256_cvtph_ps(_mm_shuffle_epi8(both, places))
        }
    }

    #[inline(always)]
    fn store_words(self, x: __m256i, to: &mut [i32]) {
        let to = &mut to[..8];
        // SAFETY: 8 integers are writable; `self` is proof of the features.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), x) }
    }

    #[inline(always)]
    fn to_numbers(self, x: __m256i) -> __m256 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm256_cvtepi32_ps(x) }
    }

    #[inline(always)]
    fn spread(self, of_blocks: &[f32]) -> __m256 {
        self.splat(of_blocks[0])
    }

    #[inline(always)]
    fn transpose(self, from: &[f32], from_stride: usize, to: &mut [f32], to_stride: usize) {
        let mut rows = [self.zero(); 8];
        for (index, row) in rows.iter_mut().enumerate() {
            *row = self.load(&from[index * from_stride..]);
        }
        for (index, column) in self.turned(rows).into_iter().enumerate() {
            self.store(column, &mut to[index * to_stride..]);
        }
    }

    #[inline(always)]
    fn transpose_words(self, from: &[u8], from_stride: usize, to: &mut [u8], to_stride: usize) {
        let mut rows = [self.zero(); 8];
        for (index, row) in rows.iter_mut().enumerate() {
            let words = self.load_bytes(&from[index * from_stride..]);
            // SAFETY: `self` is proof that the processor has the features.
            *row = unsafe { _mm256_castsi256_ps(words) };
        }
        for (index, column) in self.turned(rows).into_iter().enumerate() {
            let to = &mut to[index * to_stride..][..32];
            // SAFETY: 32 bytes are writable; `self` is proof of the features.
            unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), _mm256_castps_si256(column)) }
        }
    }

    #[inline(always)]
    fn store_bytes(self, x: __m256, to: &mut [u8]) {
        let to = &mut to[..8];
        // SAFETY: 8 bytes are writable; `self` is proof of the features.
        unsafe {
            let words = _mm256_cvtps_epi32(x);
            let (low, high) = (
                _mm256_castsi256_si128(words),
                _mm256_extracti128_si256::<1>(words),
            );
            let halves = _mm_packs_epi32(low, high);
            _mm_storel_epi64(to.as_mut_ptr().cast(), _mm_packs_epi16(halves, halves));
        }
    }

    #[inline(always)]
    fn prefetch<T>(self, x: &[T], ahead: usize) {
        prefetch::<T, _MM_HINT_T0>(x, ahead);
    }

    #[inline(always)]
    fn prefetch_far<T>(self, x: &[T], ahead: usize) {
        prefetch::<T, _MM_HINT_T1>(x, ahead);
    }

    #[inline(always)]
    fn prefetch_once<T>(self, x: &[T], ahead: usize) {
        prefetch::<T, _MM_HINT_NTA>(x, ahead);
    }
}

/// `2ⁿ` for `n` from −126 to 127, and a bound of that range beyond it.
#[inline(always)]
fn power_of_two(n: __m256i) -> __m256 {
    // SAFETY: only called from `Avx2`, of which a value is proof that the processor has the features.
    unsafe {
        let n = _mm256_min_epi32(
            _mm256_max_epi32(n, _mm256_set1_epi32(-126)),
            _mm256_set1_epi32(127),
        );
        let exponent = _mm256_add_epi32(n, _mm256_set1_epi32(127));
        _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent))
    }
}
