//! Kernels that treat each row by itself.

use crate::level::Level;
use crate::simd::{Kernel, Simd};
use crate::threads;

/// How many numbers are worth a thread's while.
const PART: usize = 1 << 13;

/// What is done to a row.
pub(crate) trait RowKernel: Copy + Sync {
    /// Replaces the row. Implementations are `#[inline(always)]`.
    fn row<S: Simd>(self, simd: S, row: &mut [f32]);
}

/// Does it to all rows of `width`, on all threads where they are many.
///
/// # Panics
///
/// When the slice is not whole rows.
pub(crate) fn each_row<R: RowKernel>(level: Level, x: &mut [f32], width: usize, kernel: R) {
    if x.is_empty() {
        return;
    }
    assert!(
        width > 0 && x.len().is_multiple_of(width),
        "the numbers are whole rows of {width}"
    );
    let rows = (PART / width).max(1);
    threads::for_chunks(x, rows * width, |_, x| level.run(Rows { x, width, kernel }));
}

struct Rows<'a, R> {
    x: &'a mut [f32],
    width: usize,
    kernel: R,
}

impl<R: RowKernel> Kernel for Rows<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for row in self.x.chunks_exact_mut(self.width) {
            self.kernel.row(s, row);
        }
    }
}
