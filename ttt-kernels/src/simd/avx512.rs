//! AVX-512.

use std::arch::x86_64::*;
use std::arch::{asm, is_x86_feature_detected};

use half::{bf16, f16};

use super::{Kernel, Simd};

/// Proof that the processor has AVX-512 F, BW, DQ, VL and VNNI, and all of AVX2.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

/// Whether the processor has what this level needs.
pub(crate) fn is_detected() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
        && super::avx2::is_detected()
}

impl Avx512 {
    /// The level, if the processor has it.
    #[inline]
    pub(crate) fn detect() -> Option<Avx512> {
        is_detected().then_some(Avx512(()))
    }

    /// Runs a kernel in a function that may use the level's instructions.
    #[inline]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { run(kernel) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")]
fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx512(()))
}

/// The first `count` of 16 lanes.
#[inline(always)]
fn first(count: usize) -> __mmask16 {
    debug_assert!(count <= 16);
    ((1u32 << count) - 1) as __mmask16
}

/// Which of 32 words are the numbers at the byte `AT` of each block, once for each of its lanes.
struct Places<const BLOCKS: usize, const BYTES: usize, const AT: usize>;

impl<const BLOCKS: usize, const BYTES: usize, const AT: usize> Places<BLOCKS, BYTES, AT> {
    const WORDS: [u16; 32] = {
        let mut words = [0; 32];
        let mut lane = 0;
        while lane < 16 {
            words[lane] = ((lane * BLOCKS / 16 * BYTES + AT) / 2) as u16;
            lane += 1;
        }
        words
    };
}

/// Which of 32 words at the start of four blocks, and of 32 before their end, are the eight after the byte `AT` of each.
struct Quarters<const BYTES: usize, const AT: usize>;

impl<const BYTES: usize, const AT: usize> Quarters<BYTES, AT> {
    const WORDS: [u16; 32] = {
        let mut words = [0; 32];
        let mut index = 0;
        while index < 32 {
            let word = (index / 8 * BYTES + AT) / 2 + index % 8;
            let skipped = (4 * BYTES - 64) / 2;
            words[index] = if word < 32 { word } else { 32 + word - skipped } as u16;
            index += 1;
        }
        words
    };
}

/// The words at these places of 64 bytes. Written as an instruction, with its load: the compiler would take the permutation
/// apart, and make other loads of the same bytes out of this one, in several steps that are each as slow.
///
/// # Safety
///
/// The 64 bytes are readable.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn permuted(places: __m512i, bytes: *const u8) -> __m512i {
    let permuted;
    // SAFETY: the instruction is one of AVX-512 BW, and the caller answers for the bytes that it reads.
    unsafe {
        asm!(
            "vpermw {permuted}, {places}, zmmword ptr [{bytes}]",
            permuted = lateout(zmm_reg) permuted,
            places = in(zmm_reg) places,
            bytes = in(reg) bytes,
            options(pure, readonly, nostack, preserves_flags),
        );
    }
    permuted
}

impl Avx512 {
    /// The columns of rows.
    #[inline(always)]
    fn turned(self, rows: [__m512; 16]) -> [__m512; 16] {
        let mut turned = rows;
        // Four columns of each four rows, in quarters of the vectors.
        let mut fours = [[self.zero(); 4]; 4];
        for (four, rows) in fours.iter_mut().zip(rows.chunks_exact(4)) {
            // SAFETY: `self` is proof that the processor has the features.
            unsafe {
                let low = [
                    _mm512_unpacklo_ps(rows[0], rows[1]),
                    _mm512_unpacklo_ps(rows[2], rows[3]),
                ];
                let high = [
                    _mm512_unpackhi_ps(rows[0], rows[1]),
                    _mm512_unpackhi_ps(rows[2], rows[3]),
                ];
                for (half, pair) in [low, high].into_iter().enumerate() {
                    let (a, b) = (_mm512_castps_pd(pair[0]), _mm512_castps_pd(pair[1]));
                    four[2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
                    four[2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
                }
            }
        }
        for column in 0..4 {
            let [a, b, c, d] = [
                fours[0][column],
                fours[1][column],
                fours[2][column],
                fours[3][column],
            ];
            // SAFETY: `self` is proof that the processor has the features.
            let columns = unsafe {
                let (even_ab, odd_ab) = (
                    _mm512_shuffle_f32x4::<0x88>(a, b),
                    _mm512_shuffle_f32x4::<0xDD>(a, b),
                );
                let (even_cd, odd_cd) = (
                    _mm512_shuffle_f32x4::<0x88>(c, d),
                    _mm512_shuffle_f32x4::<0xDD>(c, d),
                );
                [
                    _mm512_shuffle_f32x4::<0x88>(even_ab, even_cd),
                    _mm512_shuffle_f32x4::<0x88>(odd_ab, odd_cd),
                    _mm512_shuffle_f32x4::<0xDD>(even_ab, even_cd),
                    _mm512_shuffle_f32x4::<0xDD>(odd_ab, odd_cd),
                ]
            };
            for (quarter, numbers) in columns.into_iter().enumerate() {
                turned[4 * quarter + column] = numbers;
            }
        }
        turned
    }
}

// Arithmetic within registers. SAFETY of each: a value of `Avx512` is proof that the processor has the features.
macro_rules! lanewise {
    ($($name:ident($($operand:ident),*) = $value:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($operand: __m512),*) -> __m512 {
            // SAFETY: `self` is proof that the processor has the features.
            unsafe { $value }
        }
    )*};
}

impl Simd for Avx512 {
    type F = __m512;
    type I = __m512i;

    const LANES: usize = 16;
    const GATHERS: bool = false;
    const BYTE_BLOCKS: usize = 2;
    const NIBBLE_BLOCKS: usize = 4;
    const OFFSET: u8 = 128;

    lanewise! {
        add(a, b) = _mm512_add_ps(a, b);
        sub(a, b) = _mm512_sub_ps(a, b);
        mul(a, b) = _mm512_mul_ps(a, b);
        div(a, b) = _mm512_div_ps(a, b);
        mul_add(a, b, c) = _mm512_fmadd_ps(a, b, c);
        max(a, b) = _mm512_max_ps(a, b);
        min(a, b) = _mm512_min_ps(a, b);
        abs(a) = _mm512_abs_ps(a);
        copy_sign(magnitude, sign) = {
            let bit = _mm512_set1_ps(-0.0);
            _mm512_or_ps(_mm512_andnot_ps(bit, magnitude), _mm512_and_ps(bit, sign))
        };
        round(a) = _mm512_roundscale_ps::<_MM_FROUND_TO_NEAREST_INT>(a);
        scale(a, n) = _mm512_scalef_ps(a, n);
        where_less(a, b, yes, no) = _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b), no, yes);
    }

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_set1_ps(x) }
    }

    #[inline(always)]
    fn load(self, x: &[f32]) -> __m512 {
        let x = &x[..16];
        // SAFETY: 16 numbers are readable; `self` is proof of the features.
        unsafe { _mm512_loadu_ps(x.as_ptr()) }
    }

    #[inline(always)]
    fn load_f16(self, x: &[f16]) -> __m512 {
        let x = &x[..16];
        // SAFETY: 32 bytes are readable; `self` is proof of the features.
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(x.as_ptr().cast())) }
    }

    #[inline(always)]
    fn load_bf16(self, x: &[bf16]) -> __m512 {
        let x = &x[..16];
        // SAFETY: 32 bytes are readable; `self` is proof of the features.
        unsafe {
            let bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(x.as_ptr().cast()));
            _mm512_castsi512_ps(_mm512_slli_epi32::<16>(bits))
        }
    }

    #[inline(always)]
    fn load_part(self, x: &[f32], fill: f32) -> __m512 {
        let x = &x[..x.len().min(16)];
        // SAFETY: only the lanes of the slice's numbers are read; `self` is proof of the features.
        unsafe { _mm512_mask_loadu_ps(_mm512_set1_ps(fill), first(x.len()), x.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, x: __m512, to: &mut [f32]) {
        let to = &mut to[..16];
        // SAFETY: 16 numbers are writable; `self` is proof of the features.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), x) }
    }

    #[inline(always)]
    fn store_part(self, x: __m512, to: &mut [f32]) {
        let count = to.len().min(16);
        // SAFETY: only the lanes of the slice's places are written; `self` is proof of the features.
        unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), first(count), x) }
    }

    #[inline(always)]
    fn sum(self, a: __m512) -> f32 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_reduce_add_ps(a) }
    }

    #[inline(always)]
    fn sums(self, [a, b, c, d]: [__m512; 4]) -> [f32; 4] {
        let mut sums = [0.0; 4];
        // SAFETY: four numbers are writable; `self` is proof that the processor has the features.
        unsafe {
            // In each quarter the numbers of two vectors alternate, then those of all four.
            let (ab, cd) = (
                _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b))),
                _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d))),
            );
            let quarters = _mm512_add_ps(
                _mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd)),
                _mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd)),
            );
            let halves = _mm256_add_ps(
                _mm512_castps512_ps256(quarters),
                _mm512_extractf32x8_ps::<1>(quarters),
            );
            let all = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps::<1>(halves));
            _mm_storeu_ps(sums.as_mut_ptr(), all);
        }
        sums
    }

    #[inline(always)]
    fn largest(self, a: __m512) -> f32 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_reduce_max_ps(a) }
    }

    #[inline(always)]
    fn zero_words(self) -> __m512i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_setzero_si512() }
    }

    #[inline(always)]
    fn splat_bytes(self, x: [u8; 4]) -> __m512i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_set1_epi32(i32::from_le_bytes(x)) }
    }

    #[inline(always)]
    fn load_bytes(self, x: &[u8]) -> __m512i {
        let x = &x[..64];
        // SAFETY: 64 bytes are readable; `self` is proof of the features.
        unsafe { _mm512_loadu_si512(x.as_ptr().cast()) }
    }

    #[inline(always)]
    fn dot<const SMALL: bool>(self, sum: __m512i, unsigned: __m512i, signed: __m512i) -> __m512i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_dpbusd_epi32(sum, unsigned, signed) }
    }

    #[inline(always)]
    fn dot_signed(self, sum: __m512i, weights: __m512i, signed: __m512i) -> __m512i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_dpbusd_epi32(sum, _mm512_xor_si512(weights, _mm512_set1_epi8(-128)), signed) }
    }

    #[inline(always)]
    fn dot_nibbles(self, sum: __m512i, packed: __m512i, low: __m512i, high: __m512i) -> __m512i {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe {
            let mask = _mm512_set1_epi8(0x0F);
            let sum = _mm512_dpbusd_epi32(sum, _mm512_and_si512(packed, mask), low);
            let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(packed), mask);
            _mm512_dpbusd_epi32(sum, upper, high)
        }
    }

    #[inline(always)]
    fn load_byte_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> __m512i {
        let (first, second) = (&blocks[AT + skip..][..32], &blocks[AT + skip + BYTES..][..32]);
        // SAFETY: each time 32 bytes are readable; `self` is proof of the features.
        unsafe {
            let first = _mm256_loadu_si256(first.as_ptr().cast());
            _mm512_inserti64x4::<1>(
                _mm512_castsi256_si512(first),
                _mm256_loadu_si256(second.as_ptr().cast()),
            )
        }
    }

    #[inline(always)]
    fn load_nibble_blocks<const BYTES: usize, const AT: usize>(self, blocks: &[u8], skip: usize) -> __m512i {
        debug_assert!(skip == 0, "the vector holds all");
        let blocks = &blocks[..4 * BYTES];
        let places = Quarters::<BYTES, AT>::WORDS.as_ptr();
        // SAFETY: 64 bytes are readable at the start and before the end; `self` is proof of the features.
        unsafe {
            let first = _mm512_loadu_si512(blocks.as_ptr().cast());
            let last = _mm512_loadu_si512(blocks.as_ptr().add(4 * BYTES - 64).cast());
            _mm512_permutex2var_epi16(first, _mm512_loadu_si512(places.cast()), last)
        }
    }

    #[inline(always)]
    fn spread_f16<const BLOCKS: usize, const BYTES: usize, const AT: usize>(self, blocks: &[u8]) -> __m512 {
        let blocks = &blocks[..64];
        // SAFETY: 64 bytes are readable; `self` is proof of the features.
        unsafe {
            let places = _mm512_loadu_si512(Places::<BLOCKS, BYTES, AT>::WORDS.as_ptr().cast());
            let halves = match BLOCKS {
                // The vector of so many half bytes begins where this load does, which serves both.
                4 => _mm512_permutexvar_epi16(places, _mm512_loadu_si512(blocks.as_ptr().cast())),
                _ => permuted(places, blocks.as_ptr()),
            };
            _mm512_cvtph_ps(_mm512_castsi512_si256(halves))
        }
    }

    #[inline(always)]
    fn store_words(self, x: __m512i, to: &mut [i32]) {
        let to = &mut to[..16];
        // SAFETY: 16 integers are writable; `self` is proof of the features.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), x) }
    }

    #[inline(always)]
    fn to_numbers(self, x: __m512i) -> __m512 {
        // SAFETY: `self` is proof that the processor has the features.
        unsafe { _mm512_cvtepi32_ps(x) }
    }

    #[inline(always)]
    fn spread(self, of_blocks: &[f32]) -> __m512 {
        let of_blocks = &of_blocks[..2];
        // SAFETY: two numbers are readable; `self` is proof of the features.
        unsafe {
            let both = _mm512_broadcastsd_pd(_mm_load_sd(of_blocks.as_ptr().cast()));
            let places = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
            _mm512_permutexvar_ps(places, _mm512_castpd_ps(both))
        }
    }

    #[inline(always)]
    fn transpose(self, from: &[f32], from_stride: usize, to: &mut [f32], to_stride: usize) {
        let mut rows = [self.zero(); 16];
        for (index, row) in rows.iter_mut().enumerate() {
            *row = self.load(&from[index * from_stride..]);
        }
        for (index, column) in self.turned(rows).into_iter().enumerate() {
            self.store(column, &mut to[index * to_stride..]);
        }
    }

    #[inline(always)]
    fn transpose_words(self, from: &[u8], from_stride: usize, to: &mut [u8], to_stride: usize) {
        let mut rows = [self.zero(); 16];
        for (index, row) in rows.iter_mut().enumerate() {
            let words = self.load_bytes(&from[index * from_stride..]);
            // SAFETY: `self` is proof that the processor has the features.
            *row = unsafe { _mm512_castsi512_ps(words) };
        }
        for (index, column) in self.turned(rows).into_iter().enumerate() {
            let to = &mut to[index * to_stride..][..64];
            // SAFETY: 64 bytes are writable; `self` is proof of the features.
            unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), _mm512_castps_si512(column)) }
        }
    }

    #[inline(always)]
    fn store_bytes(self, x: __m512, to: &mut [u8]) {
        let to = &mut to[..16];
        // SAFETY: 16 bytes are writable; `self` is proof of the features.
        unsafe {
            let bytes = _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(x));
            _mm_storeu_si128(to.as_mut_ptr().cast(), bytes);
        }
    }

    #[inline(always)]
    fn prefetch<T>(self, x: &[T], ahead: usize) {
        super::avx2::prefetch::<T, _MM_HINT_T0>(x, ahead);
    }

    #[inline(always)]
    fn prefetch_far<T>(self, x: &[T], ahead: usize) {
        super::avx2::prefetch::<T, _MM_HINT_T1>(x, ahead);
    }

    #[inline(always)]
    fn prefetch_once<T>(self, x: &[T], ahead: usize) {
        self.prefetch_far(x, ahead);
    }
}
