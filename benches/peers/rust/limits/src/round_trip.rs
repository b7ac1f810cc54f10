//! How long a word takes from one thread to another and back, which tells how near each other the two cores are: on one
//! complex of cores they share a cache and a way to memory, on two they have one each.

use std::hint::spin_loop;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread;
use std::time::{Duration, Instant};

const DURATION: Duration = Duration::from_millis(4);
/// As long is waited for a first batch with both threads at work.
const LONGEST: Duration = Duration::from_millis(30);
/// Round trips that are timed together: few enough that most batches pass undisturbed.
const BATCH: u32 = 100;
/// Looks at the word until a thread gives up its core, in case the other one waits for just that.
const PATIENCE: u32 = 1000;

const ASKED: u8 = 0;
const ANSWERED: u8 = 1;
const ENDED: u8 = 2;

/// Nanoseconds of a round trip, in the fastest batch; `None` where the threads were never at work at the same time, as on a
/// single core.
pub fn nanoseconds() -> Option<f64> {
    let word = AtomicU8::new(ANSWERED);
    thread::scope(|scope| {
        scope.spawn(|| answer(&word));
        let mut end = Instant::now() + LONGEST;
        let mut best: Option<f64> = None;
        while Instant::now() < end {
            let good = batch(&word);
            if best.is_none() && good.is_some() {
                end = Instant::now() + DURATION;
            }
            best = best.into_iter().chain(good).reduce(f64::min);
        }
        word.store(ENDED, Release);
        best.map(|seconds| seconds * 1e9 / f64::from(BATCH))
    })
}

/// Seconds that a batch takes, `None` if the answer to any of it had to wait for a core.
fn batch(word: &AtomicU8) -> Option<f64> {
    let started = Instant::now();
    let mut at_once = true;
    for _ in 0..BATCH {
        word.store(ASKED, Release);
        at_once &= wait(word, |word| word == ANSWERED);
    }
    at_once.then(|| started.elapsed().as_secs_f64())
}

/// Answers until the end.
fn answer(word: &AtomicU8) {
    loop {
        wait(word, |word| word != ANSWERED);
        if word.load(Acquire) == ENDED {
            return;
        }
        word.store(ANSWERED, Release);
    }
}

/// Waits for a word; whether that took no longer than a core is kept for it.
fn wait(word: &AtomicU8, wanted: impl Fn(u8) -> bool) -> bool {
    let mut at_once = true;
    loop {
        for _ in 0..PATIENCE {
            if wanted(word.load(Acquire)) {
                return at_once;
            }
            spin_loop();
        }
        at_once = false;
        thread::yield_now();
    }
}
