//! Reading far more memory than any cache holds, as a matrix times a vector does.

use std::hint::black_box;

use crate::seconds;

const WORDS: usize = 1 << 27;

/// Bytes read per second in 10⁹.
pub fn gigabytes_per_second(threads: usize) -> f64 {
    // Ones, since zeroes would all be the kernel's one page of zeroes.
    let memory = vec![1_u64; WORDS];
    let share = WORDS / threads;
    let seconds = seconds(threads, 15, |thread| {
        black_box(sum(&memory[thread * share..][..share]));
    });
    (size_of::<u64>() * share * threads) as f64 / seconds / 1e9
}

/// Adds all words, in as many sums as keep a processor waiting for nothing but memory.
fn sum(words: &[u64]) -> u64 {
    let mut sums = [0_u64; 64];
    for words in words.chunks_exact(sums.len()) {
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum = sum.wrapping_add(*word);
        }
    }
    sums.iter().fold(0, |sum, word| sum.wrapping_add(*word))
}
