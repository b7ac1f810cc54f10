//! Memory of which several threads write different ranges.

use std::{ptr, slice};

/// So many numbers in new memory, which `fill` writes. Zeroing it first would take as long as small products do, on one
/// thread.
///
/// # Safety
///
/// When `fill` returns, it has put something at each place; until then it makes no range of places without numbers.
pub(crate) unsafe fn filled(count: usize, fill: impl FnOnce(&SharedMut<f32>)) -> Vec<f32> {
    let mut numbers = Vec::with_capacity(count);
    fill(&SharedMut {
        first: numbers.as_mut_ptr(),
        length: count,
    });
    // SAFETY: there is room for so many, and the caller answers for their having been written.
    unsafe { numbers.set_len(count) };
    numbers
}

/// Memory of which several threads write different ranges.
pub(crate) struct SharedMut<T> {
    first: *mut T,
    length: usize,
}

// SAFETY: threads reach the numbers only through `put` and `range`, whose callers answer for disjoint ranges.
unsafe impl<T: Send> Sync for SharedMut<T> {}

impl<T> SharedMut<T> {
    /// The value must not outlive the slice; it is only made for one job of all threads.
    pub(crate) fn new(slice: &mut [T]) -> SharedMut<T> {
        SharedMut {
            first: slice.as_mut_ptr(),
            length: slice.len(),
        }
    }

    /// Where a range of `length` places from `start` begins, which is within the memory.
    fn at(&self, start: usize, length: usize) -> *mut T {
        assert!(start <= self.length && length <= self.length - start);
        self.first.wrapping_add(start)
    }

    /// Puts numbers from a start on, where none need have been before.
    ///
    /// # Safety
    ///
    /// The memory is still there, and nothing else that overlaps this range is in use.
    #[inline(always)]
    pub(crate) unsafe fn put(&self, start: usize, numbers: &[T])
    where
        T: Copy,
    {
        let to = self.at(start, numbers.len());
        // SAFETY: `at` makes sure that the range is within the memory, and the caller answers for the rest.
        unsafe { ptr::copy_nonoverlapping(numbers.as_ptr(), to, numbers.len()) }
    }

    /// So many numbers from a start.
    ///
    /// # Safety
    ///
    /// The memory is still there and all of the range was written, and no other range that overlaps this one is in use.
    #[expect(
        clippy::mut_from_ref,
        reason = "the caller answers for ranges that do not overlap"
    )]
    pub(crate) unsafe fn range(&self, start: usize, length: usize) -> &mut [T] {
        // SAFETY: `at` makes sure that the range is within the memory, and the caller answers for the rest.
        unsafe { slice::from_raw_parts_mut(self.at(start, length), length) }
    }
}
