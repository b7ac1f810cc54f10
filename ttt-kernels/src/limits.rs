//! What the machine can do, measured: the figures that speeds are given as shares of.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::level::Level;
use crate::simd::{Kernel, Simd};
use crate::threads;

/// What this machine reached, on all threads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Threads that measured, and that kernels use.
    pub threads: usize,
    /// The level measured.
    pub level: Level,
    /// Bytes read from memory per second.
    pub read_bytes: f64,
    /// Additions and multiplications of `f32` per second.
    pub flops: f64,
}

impl Limits {
    /// Measures for about so long in all, and takes the best that occurred: other programs only make it less.
    pub fn measure(time: Duration) -> Limits {
        let level = Level::current();
        Limits {
            threads: threads::count(),
            level,
            read_bytes: ReadBandwidth::new().measure(time / 2),
            flops: flops(level, time / 2),
        }
    }
}

/// Larger than any cache that is likely here.
const BUFFER: usize = 96 << 20;

/// Reads a buffer that no cache holds.
pub struct ReadBandwidth {
    numbers: Vec<f32>,
}

impl Default for ReadBandwidth {
    fn default() -> ReadBandwidth {
        ReadBandwidth::new()
    }
}

impl ReadBandwidth {
    /// How many bytes are read.
    pub const BYTES: usize = BUFFER * size_of::<f32>();

    /// Takes 384 MiB.
    pub fn new() -> ReadBandwidth {
        // Zeros would share one page, which the cache holds.
        ReadBandwidth {
            numbers: vec![1.0; BUFFER],
        }
    }

    /// Bytes per second of the best of the readings that fit the time, at least two.
    pub fn measure(&self, time: Duration) -> f64 {
        let began = Instant::now();
        let mut best = self.read();
        loop {
            best = best.min(self.read());
            if began.elapsed() > time {
                return size_of_val(&self.numbers[..]) as f64 / best.as_secs_f64();
            }
        }
    }

    /// Reads everything once.
    pub fn read(&self) -> Duration {
        self.read_some(0, ReadBandwidth::BYTES)
    }

    /// Reads about so many bytes, at most all, from a place that is taken as far around as needed.
    pub fn read_some(&self, from: usize, bytes: usize) -> Duration {
        let level = Level::current();
        let count = (bytes / size_of::<f32>()).min(self.numbers.len());
        let from = from / size_of::<f32>() % (self.numbers.len() - count + 1);
        let numbers = &self.numbers[from..][..count];
        let part = threads::step_of(count, size_of::<f32>());
        let began = Instant::now();
        threads::run(count.div_ceil(part), &|index| {
            let numbers = &numbers[index * part..];
            let numbers = &numbers[..part.min(numbers.len())];
            black_box(level.run(Sum { numbers }));
        });
        began.elapsed()
    }
}

struct Sum<'a> {
    numbers: &'a [f32],
}

impl Kernel for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let mut sums = [s.zero(); 8];
        for numbers in self.numbers.chunks_exact(8 * S::LANES) {
            s.prefetch_far(numbers, 4096);
            for (sum, numbers) in sums.iter_mut().zip(numbers.chunks_exact(S::LANES)) {
                *sum = s.add(*sum, s.load(numbers));
            }
        }
        sums.iter().fold(0.0, |total, sum| total + s.sum(*sum))
    }
}

/// Additions and multiplications per second within registers, of the best run that fits the time.
fn flops(level: Level, time: Duration) -> f64 {
    let steps = 200_000;
    let parts = threads::count();
    let began = Instant::now();
    let mut best = 0f64;
    loop {
        let start = Instant::now();
        threads::run(parts, &|_| {
            black_box(level.run(MultiplyAdd {
                steps: black_box(steps),
            }));
        });
        let done = (parts * steps * MultiplyAdd::CHAINS * 2 * lanes(level)) as f64;
        best = best.max(done / start.elapsed().as_secs_f64());
        if began.elapsed() > time {
            return best;
        }
    }
}

fn lanes(level: Level) -> usize {
    struct Lanes;
    impl Kernel for Lanes {
        type Output = usize;

        #[inline(always)]
        fn run<S: Simd>(self, _: S) -> usize {
            S::LANES
        }
    }
    level.run(Lanes)
}

struct MultiplyAdd {
    steps: usize,
}

impl MultiplyAdd {
    /// Enough independent sums to keep every unit busy, few enough for the registers.
    const CHAINS: usize = 12;
}

impl Kernel for MultiplyAdd {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let (factor, term) = (s.splat(black_box(0.999)), s.splat(black_box(0.001)));
        let mut chains = [s.splat(black_box(1.0)); MultiplyAdd::CHAINS];
        for _ in 0..self.steps {
            for chain in &mut chains {
                *chain = s.mul_add(*chain, factor, term);
            }
        }
        chains.iter().fold(0.0, |total, chain| total + s.sum(*chain))
    }
}
