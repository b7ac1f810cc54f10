//! Times of short pieces of work that take turns, so that all meet the same other programs.
//!
//! The best of many short pieces is one that no other program interrupted, however busy the machine is.

use std::time::Instant;

/// The best times of works in seconds, each done `rounds` times, in turn. A work is told its round.
pub fn best<const N: usize>(rounds: usize, mut work: [&mut dyn FnMut(usize); N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for round in 0..rounds {
        for (work, best) in work.iter_mut().zip(&mut best) {
            let began = Instant::now();
            work(round);
            *best = best.min(began.elapsed().as_secs_f64());
        }
    }
    best
}
