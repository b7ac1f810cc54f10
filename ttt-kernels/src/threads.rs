//! Threads that share the parts of one kernel.
//!
//! A token of a small model is some hundred kernels of 10 to 500 µs. Waking a sleeping thread takes longer than some
//! of them, so the threads here look for the next kernel for a millisecond before they sleep; rayon's sleep at once when
//! the caller is not one of them, and the caller sleeps too. The caller takes parts itself, and never waits for a
//! thread that has not begun: a late one finds the job closed.

use std::any::Any;
use std::cell::UnsafeCell;
use std::hint;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::ahead::{Expected, Order, Reading, fetch};
use crate::shared::SharedMut;

/// How long a thread without work looks for more before it sleeps: longer than any pause within a token. Schedulers, of
/// hosts too, put threads that wake each other on cores that share a way to memory, where decoding is slower.
const PATIENCE: Duration = Duration::from_millis(1);

/// How many threads share work, the caller among them: as many as rayon has, so that `RAYON_NUM_THREADS` holds here.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| rayon::current_num_threads().max(1))
}

/// Calls `work` with each number below `parts`, on all threads, in no order, and returns when all are done.
///
/// Runs on the caller alone while another thread's work is under way, or inside of such work.
///
/// # Panics
///
/// When `work` does, after the other parts have ended.
pub(crate) fn run(parts: usize, work: &(dyn Fn(usize) + Sync)) {
    if parts > 1
        && let Some(team) = Team::get()
        && team.run(parts, None, work)
    {
        return;
    }
    (0..parts).for_each(work);
}

/// As [`run`], of work whose parts read this memory, so many elements each, from its beginning to its end, which no cache
/// holds. What is read next is fetched while threads wait for it.
pub(crate) fn run_reading<T>(parts: usize, read: &[T], part: usize, work: &(dyn Fn(usize) + Sync)) {
    if parts > 1
        && let Some(team) = Team::get()
        && team.run(parts, Some(Reading::new(read, part)), work)
    {
        return;
    }
    (0..parts).for_each(work);
}

/// How many of `count` things of so many bytes, that are read from memory, one part has: enough that starting parts takes
/// no time, few enough that all threads end together.
pub(crate) fn step_of(count: usize, bytes: usize) -> usize {
    const LEAST: usize = 12 * 1024;
    const MOST: usize = 128 * 1024;
    let bytes = bytes.max(1);
    let part = (count * bytes / (8 * self::count())).clamp(LEAST, MOST);
    (part / bytes).max(1)
}

/// Cuts a slice into chunks of `size`, the last one shorter, and calls `work` with the number of each and the chunk,
/// on all threads.
pub(crate) fn for_chunks<T: Send>(slice: &mut [T], size: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let length = slice.len();
    let size = size.max(1);
    let shared = SharedMut::new(slice);
    run(length.div_ceil(size), &|part| {
        let start = part * size;
        // SAFETY: the ranges of different parts do not overlap, and each part is done once.
        let chunk = unsafe { shared.range(start, size.min(length - start)) };
        work(part, chunk);
    });
}

/// The threads beside the caller, and the job they do.
struct Team {
    /// Held by the caller whose job is under way, with what jobs read one after the other.
    caller: Mutex<Order>,
    /// What the next job is expected to read.
    expected: Expected,
    /// The number of the job in the upper half, [`OPEN`], and below it how many threads are at it.
    state: AtomicU64,
    /// Written by the caller while the job is closed and no thread is at it.
    job: UnsafeCell<Job>,
    /// Where each thread, the caller first, takes its parts.
    spans: Box<[Span]>,
    /// What a part on another thread panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    /// How many threads sleep, and where they do.
    sleepers: AtomicUsize,
    bed: Mutex<()>,
    bell: Condvar,
}

/// Parts that follow each other, which one thread does one after the other, so that it reads straight on through the
/// memory; the others take from it when they have done their own. Alone in its lines of the cache.
#[repr(align(128))]
#[derive(Default)]
struct Span {
    /// The next part that nobody has begun.
    next: AtomicUsize,
    end: AtomicUsize,
}

/// Threads may join the job.
const OPEN: u64 = 1 << 31;
/// Another job.
const JOB: u64 = 1 << 32;

#[derive(Clone, Copy)]
struct Job {
    work: *const (dyn Fn(usize) + Sync),
}

// SAFETY: `job` is written only by the holder of `caller` while the state is closed and nobody is at the job, and read
// only by threads that are counted in the state; joining and leaving order the two. What the pointer in it leads to is
// `Sync`, and lives until `run` returns, which is after the last thread left.
unsafe impl Sync for Team {}
// SAFETY: as above; the team is made once and never moves to another thread while in use.
unsafe impl Send for Team {}

impl Team {
    /// The team, unless there is but one thread.
    fn get() -> Option<&'static Team> {
        static TEAM: OnceLock<Option<&'static Team>> = OnceLock::new();
        *TEAM.get_or_init(|| {
            let others = count() - 1;
            if others == 0 {
                return None;
            }
            let team: &'static Team = Box::leak(Box::new(Team::new(count())));
            for index in 0..others {
                // The caller does alone what no other thread can be had for.
                let builder = thread::Builder::new().name(format!("ttt-kernels-{index}"));
                let _ = builder.spawn(move || team.serve(index + 1));
            }
            Some(team)
        })
    }

    fn new(threads: usize) -> Team {
        let nothing: &'static (dyn Fn(usize) + Sync) = &|_| {};
        Team {
            caller: Mutex::default(),
            expected: Expected::default(),
            state: AtomicU64::new(0),
            job: UnsafeCell::new(Job { work: nothing }),
            spans: (0..threads).map(|_| Span::default()).collect(),
            panic: Mutex::new(None),
            sleepers: AtomicUsize::new(0),
            bed: Mutex::new(()),
            bell: Condvar::new(),
        }
    }

    /// Does all parts; false, with nothing done, while another job is under way.
    fn run(&self, parts: usize, reading: Option<Reading>, work: &(dyn Fn(usize) + Sync)) -> bool {
        let mut order = match self.caller.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        // A caller that panicked itself has left what another part panicked with.
        *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // SAFETY: only the lifetime changes; `close` lets no thread keep the pointer past this function.
        let work_for_all: *const (dyn Fn(usize) + Sync) = unsafe { std::mem::transmute(work) };
        // SAFETY: this thread holds `caller`, and the last job was closed and left by all.
        unsafe {
            *self.job.get() = Job { work: work_for_all };
        }
        if let Some(reading) = reading {
            self.expected.set(order.follows(reading));
        }
        let threads = self.spans.len();
        for (index, span) in self.spans.iter().enumerate() {
            span.next.store(index * parts / threads, Ordering::Relaxed);
            span.end.store((index + 1) * parts / threads, Ordering::Relaxed);
        }
        let number = self.state.load(Ordering::Relaxed) & !(JOB - 1);
        self.state
            .store(number.wrapping_add(JOB) | OPEN, Ordering::SeqCst);
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            let _bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
            self.bell.notify_all();
        }
        let closing = Closing(self);
        self.take_parts(0, work);
        drop(closing);
        let panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            panic::resume_unwind(panic);
        }
        true
    }

    /// Does the parts of one span, and then what is left of the others.
    fn take_parts(&self, own: usize, work: &(dyn Fn(usize) + Sync)) {
        let (before, after) = self.spans.split_at(own);
        for span in after.iter().chain(before) {
            let end = span.end.load(Ordering::Relaxed);
            loop {
                let part = span.next.fetch_add(1, Ordering::Relaxed);
                if part >= end {
                    break;
                }
                work(part);
            }
        }
    }

    /// What a thread of the team does, for ever; `own` is the number of its span.
    fn serve(&self, own: usize) {
        let mut last = 0;
        let mut fetched = Reading::default();
        loop {
            let number = self.wait(own, last, &mut fetched);
            last = number;
            if self.join(number) {
                // SAFETY: this thread is counted in the state, so the job stays and what it points to lives.
                let job = unsafe { *self.job.get() };
                // SAFETY: as above.
                let work = unsafe { &*job.work };
                let parts = AssertUnwindSafe(|| self.take_parts(own, work));
                if let Err(panic) = panic::catch_unwind(parts) {
                    *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
                }
                self.state.fetch_sub(1, Ordering::Release);
            }
        }
    }

    /// The number of the next open job after the one with this number.
    fn wait(&self, own: usize, last: u64, fetched: &mut Reading) -> u64 {
        let open = |state: u64| (state & OPEN != 0 && state / JOB != last).then_some(state / JOB);
        let began = Instant::now();
        let mut lines = self.expected.lines(own, self.spans.len(), fetched);
        loop {
            for _ in 0..64 {
                if let Some(number) = open(self.state.load(Ordering::Relaxed)) {
                    return number;
                }
                match lines.next() {
                    Some(line) => fetch(line),
                    None => hint::spin_loop(),
                }
            }
            if began.elapsed() > PATIENCE {
                break;
            }
        }
        let mut bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        self.sleepers.fetch_add(1, Ordering::SeqCst);
        let number = loop {
            if let Some(number) = open(self.state.load(Ordering::SeqCst)) {
                break number;
            }
            bed = self.bell.wait(bed).unwrap_or_else(PoisonError::into_inner);
        };
        self.sleepers.fetch_sub(1, Ordering::SeqCst);
        number
    }

    /// Counts this thread in, if the job is still open.
    fn join(&self, number: u64) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & OPEN != 0 && state / JOB == number {
            match self
                .state
                .compare_exchange_weak(state, state + 1, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }
}

/// Closes the job and waits until every thread has left it, also when a part panics.
struct Closing<'a>(&'a Team);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let team = self.0;
        // Parts that nobody began are not done after a panic.
        for span in &team.spans {
            span.next.store(usize::MAX / 2, Ordering::Relaxed);
        }
        let mut state = team.state.fetch_and(!OPEN, Ordering::AcqRel) & !OPEN;
        let mut turns = 0u32;
        while !state.is_multiple_of(OPEN) {
            // The other thread may have lost its processor to another program: let it have this one.
            turns += 1;
            if turns.is_multiple_of(1024) {
                thread::yield_now();
            }
            hint::spin_loop();
            state = team.state.load(Ordering::Acquire);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn every_part_is_done_once() {
        for round in 0..2000 {
            let parts = round % 17;
            let done: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
            run(parts, &|part| {
                done[part].fetch_add(1, Ordering::Relaxed);
            });
            assert!(done.iter().all(|count| count.load(Ordering::Relaxed) == 1));
        }
    }

    #[test]
    fn callers_on_several_threads_all_finish() {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(every_part_is_done_once);
            }
        });
    }

    #[test]
    fn work_within_work_is_done() {
        let sum = AtomicUsize::new(0);
        run(5, &|_| {
            run(5, &|part| {
                sum.fetch_add(part, Ordering::Relaxed);
            });
        });
        assert_eq!(sum.into_inner(), 50);
    }

    #[test]
    fn sleeping_threads_wake() {
        // A team of its own: other tests keep the common one busy.
        let team: &'static Team = Box::leak(Box::new(Team::new(2)));
        thread::spawn(|| team.serve(1));
        let others = AtomicBool::new(false);
        let caller = thread::current().id();
        for _ in 0..20 {
            thread::sleep(PATIENCE * 3);
            let is_run = team.run(64, None, &|_| {
                thread::sleep(Duration::from_micros(50));
                others.fetch_or(thread::current().id() != caller, Ordering::Relaxed);
            });
            assert!(is_run);
        }
        assert!(others.into_inner());
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_goes_on() {
        let result = panic::catch_unwind(|| run(64, &|part| assert!(part != 40, "part 40")));
        assert!(result.is_err());
        every_part_is_done_once();
    }

    #[test]
    fn chunks_cover_the_slice() {
        let mut numbers = vec![0; 1001];
        for_chunks(&mut numbers, 64, |part, chunk| {
            for (index, number) in chunk.iter_mut().enumerate() {
                *number = part * 64 + index;
            }
        });
        assert!(numbers.iter().enumerate().all(|(index, number)| index == *number));
    }
}
