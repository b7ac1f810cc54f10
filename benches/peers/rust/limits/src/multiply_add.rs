//! Independent chains of fused multiply-adds, which nothing but the arithmetic units can hold up.

use std::hint::black_box;

use crate::seconds;

/// Chains that run side by side: more than latency times units on any processor of today.
const CHAINS: usize = 16;
const ROUNDS: usize = 20_000_000;

/// f32 operations per second in 10⁹, a multiply-add counted as two, with the widest vectors of the processor.
pub fn gflops(threads: usize) -> f64 {
    let lanes = lanes();
    let operations = 2 * threads * ROUNDS * CHAINS * lanes;
    operations as f64 / seconds(threads, 5, |_| run(lanes)) / 1e9
}

#[cfg(target_arch = "x86_64")]
fn lanes() -> usize {
    if is_x86_feature_detected!("avx512f") {
        16
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        8
    } else {
        4
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn lanes() -> usize {
    4
}

fn run(lanes: usize) {
    match lanes {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `lanes` answers 16 only on a processor with AVX-512.
        16 => unsafe { x86::avx512() },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `lanes` answers 8 only on a processor with AVX2 and FMA.
        8 => unsafe { x86::avx2() },
        _ => portable(),
    }
}

/// For other processors: what the compiler makes of four lanes, without a fused instruction where there is none.
fn portable() {
    let (factor, addend) = (black_box([0.999_f32; 4]), black_box([0.001_f32; 4]));
    let mut chains = [[1.0_f32; 4]; CHAINS];
    for _ in 0..ROUNDS {
        for chain in &mut chains {
            for lane in 0..4 {
                chain[lane] = chain[lane] * factor[lane] + addend[lane];
            }
        }
    }
    black_box(chains);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps};
    use std::hint::black_box;

    use super::{CHAINS, ROUNDS};

    #[target_feature(enable = "avx512f")]
    pub fn avx512() {
        let (factor, addend) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(0.001)));
        let mut chains = [_mm512_set1_ps(1.0); CHAINS];
        for _ in 0..ROUNDS {
            for chain in &mut chains {
                *chain = _mm512_fmadd_ps(*chain, factor, addend);
            }
        }
        black_box(chains);
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2() {
        let (factor, addend) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(0.001)));
        // Sixteen registers hold fourteen chains beside the two constants.
        let mut chains = [_mm256_set1_ps(1.0); CHAINS - 2];
        for _ in 0..ROUNDS * CHAINS / (CHAINS - 2) {
            for chain in &mut chains {
                *chain = _mm256_fmadd_ps(*chain, factor, addend);
            }
        }
        black_box(chains);
    }
}
