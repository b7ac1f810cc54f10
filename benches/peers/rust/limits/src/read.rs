//! Reading far more memory than any cache holds, as a matrix times a vector does.

use std::hint::black_box;

use crate::seconds;

const WORDS: usize = 1 << 27;

/// Bytes read per second in 10⁹.
pub fn gigabytes_per_second(threads: usize) -> f64 {
    // Ones, since zeroes would all be the kernel's one page of zeroes.
    let memory = vec![1_u64; WORDS];
    let share = WORDS / threads;
    let seconds = seconds(threads, 7, |thread| {
        black_box(sum(&memory[thread * share..][..share]));
    });
    (size_of::<u64>() * share * threads) as f64 / seconds / 1e9
}

/// Adds all words, reading from four places at once: more prefetchers are at work than on one stream.
fn sum(words: &[u64]) -> u64 {
    let (front, back) = words.split_at(words.len() / 2);
    let (first, second) = front.split_at(front.len() / 2);
    let (third, fourth) = back.split_at(back.len() / 2);
    let mut sums = [0_u64; 4];
    for (((a, b), c), d) in first.iter().zip(second).zip(third).zip(fourth) {
        sums[0] = sums[0].wrapping_add(*a);
        sums[1] = sums[1].wrapping_add(*b);
        sums[2] = sums[2].wrapping_add(*c);
        sums[3] = sums[3].wrapping_add(*d);
    }
    sums.iter().fold(0, |sum, word| sum.wrapping_add(*word))
}
