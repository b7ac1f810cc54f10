//! Memory for intermediate results, kept by each thread so that none is asked of the system anew.

use std::cell::Cell;
use std::{mem, slice};

/// Bytes of a cache line, where vectors are read fastest.
pub(crate) const LINE: usize = 64;

thread_local! {
    static KEPT: Cell<[Vec<f32>; 2]> = const { Cell::new([Vec::new(), Vec::new()]) };
}

/// Numbers that begin at a cache line and hold anything. The thread keeps the memory of the two largest that were in use at
/// once: packed rows, and what a part of theirs needs.
pub(crate) struct Scratch {
    numbers: Vec<f32>,
    skip: usize,
    count: usize,
}

impl Scratch {
    pub(crate) fn new(count: usize) -> Scratch {
        let [mut numbers, other] = KEPT.take();
        KEPT.set([other, Vec::new()]);
        let padding = LINE / size_of::<f32>();
        if numbers.len() < count + padding {
            numbers.resize(count + padding, 0.0);
        }
        let skip = numbers.as_ptr().align_offset(LINE).min(padding);
        Scratch { numbers, skip, count }
    }

    /// The numbers.
    pub(crate) fn numbers(&mut self) -> &mut [f32] {
        &mut self.numbers[self.skip..][..self.count]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mine = mem::take(&mut self.numbers);
        let [first, second] = KEPT.take();
        KEPT.set(match mine.len() > first.len() {
            true => [mine, first],
            false if mine.len() > second.len() => [first, mine],
            false => [first, second],
        });
    }
}

/// The same memory as bytes, four for each number.
#[inline(always)]
pub(crate) fn as_bytes(numbers: &mut [f32]) -> &mut [u8] {
    // SAFETY: these are the bytes of the numbers, which need no alignment; any bytes are numbers and any numbers are bytes.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), size_of_val(numbers)) }
}

/// The same for reading.
#[inline(always)]
pub(crate) fn bytes_of(numbers: &[f32]) -> &[u8] {
    // SAFETY: these are the bytes of the numbers, which need no alignment, and no byte of a number is without a value.
    unsafe { slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
}
