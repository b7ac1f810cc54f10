//! What is read next.
//!
//! A model reads its weights in the same order for every token. Between two of them its threads wait for what one thread
//! computes alone, and the memory rests: meanwhile they fetch the beginning of what was read next last time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::scratch::LINE;

/// How far ahead of the reading the memory is asked for, in bytes, at least: what a busy memory takes to answer.
pub(crate) const AHEAD: usize = 12 * 1024;

/// How many bytes of each span are fetched: with two spans, half of the second cache of a core of today.
const FETCHED: usize = 256 * 1024;

/// More weights than that are the weights of models that are gone.
const KNOWN: usize = 8192;

/// Bytes that one job reads, in as many parts as it has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// The address of the first byte. It is never read from: what it led to may be gone.
    first: usize,
    bytes: usize,
    /// The bytes of each part but the last, which may have fewer.
    part: usize,
}

impl Reading {
    /// Reads `read` in parts of so many of its elements.
    pub(crate) fn new<T>(read: &[T], part: usize) -> Reading {
        Reading {
            first: read.as_ptr().addr(),
            bytes: size_of_val(read),
            part: part.saturating_mul(size_of::<T>()),
        }
    }

    /// The first addresses that one of several threads reads.
    fn start(self, own: usize, threads: usize) -> Range<usize> {
        let part = self.part.max(1);
        let parts = self.bytes.div_ceil(part);
        let offset = |thread: usize| (thread * parts / threads).saturating_mul(part).min(self.bytes);
        let length = (offset(own + 1) - offset(own)).min(FETCHED);
        let start = self.first.wrapping_add(offset(own));
        start..start.saturating_add(length)
    }
}

/// What followed what.
#[derive(Debug, Default)]
pub(crate) struct Order {
    last: usize,
    followers: HashMap<usize, Reading>,
}

impl Order {
    /// Notes what is read now, and says what followed it last time.
    pub(crate) fn follows(&mut self, now: Reading) -> Reading {
        if self.followers.len() >= KNOWN {
            self.followers.clear();
        }
        self.followers.insert(self.last, now);
        self.last = now.first;
        self.followers.get(&now.first).copied().unwrap_or_default()
    }
}

/// What is expected to be read next, as waiting threads see it. A mixture of two readings does no harm: it is fetched in vain.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    first: AtomicUsize,
    bytes: AtomicUsize,
    part: AtomicUsize,
}

impl Expected {
    pub(crate) fn set(&self, reading: Reading) {
        self.first.store(reading.first, Ordering::Relaxed);
        self.bytes.store(reading.bytes, Ordering::Relaxed);
        self.part.store(reading.part, Ordering::Relaxed);
    }

    /// The lines that a thread beside the caller fetches: those it reads first itself, and the first of these threads also those
    /// of the caller, which has other things to do, and gets them from another core sooner than from the memory. Nothing
    /// where that is what the thread fetched last.
    pub(crate) fn lines(
        &self,
        own: usize,
        threads: usize,
        fetched: &mut Reading,
    ) -> impl Iterator<Item = usize> + use<> {
        let mut reading = Reading {
            first: self.first.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            part: self.part.load(Ordering::Relaxed),
        };
        if reading == *fetched {
            reading = Reading::default();
        } else {
            *fetched = reading;
        }
        let callers = if own == 1 { reading.start(0, threads) } else { 0..0 };
        let own = reading.start(own, threads);
        own.step_by(LINE).chain(callers.step_by(LINE))
    }
}

/// Asks for the line of the cache at an address, into the second cache. Nothing happens where there is no such memory.
pub(crate) fn fetch(address: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a hint, which reads nothing that the program sees and does not fault.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(std::ptr::without_provenance(address));
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = address;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_followed_last_time_is_expected() {
        let weights = vec![0u8; 3 << 20];
        let readings: Vec<Reading> = weights
            .chunks(1 << 20)
            .map(|weights| Reading::new(weights, 100_000))
            .collect();
        let mut order = Order::default();
        for reading in &readings {
            assert_eq!(order.follows(*reading), Reading::default());
        }
        // The first token's end tells what the second begins with only when that begins.
        assert_eq!(order.follows(readings[0]), readings[1]);
        assert_eq!(order.follows(readings[1]), readings[2]);
        assert_eq!(order.follows(readings[2]), readings[0]);
    }

    #[test]
    fn each_thread_fetches_where_it_begins() {
        // Five parts, of which the last is short.
        let weights = vec![0u32; 250_000];
        let expected = Expected::default();
        let mut fetched = Reading::default();
        assert_eq!(expected.lines(1, 2, &mut fetched).count(), 0);
        expected.set(Reading::new(&weights, 60_000));
        let first = weights.as_ptr().addr();
        let lines: Vec<usize> = expected.lines(1, 2, &mut fetched).collect();
        assert_eq!(lines.first(), Some(&(first + 480_000)));
        assert_eq!(lines.iter().min(), Some(&first));
        assert_eq!(lines.len(), 2 * FETCHED / LINE);
        assert_eq!(expected.lines(1, 2, &mut fetched).count(), 0);
        let third: Vec<usize> = expected.lines(2, 3, &mut Reading::default()).collect();
        assert_eq!(third.first(), Some(&(first + 720_000)));
        assert!(third.iter().all(|line| *line < first + 1_000_000));
    }
}
