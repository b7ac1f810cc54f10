//! Kernels that treat each row by itself.

use crate::level::Level;
use crate::shared::{SharedMut, filled};
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
    if !x.is_empty() {
        let part = part(x, width);
        threads::for_chunks(x, part, |_, x| level.run(Rows { x, width, kernel }));
    }
}

/// What becomes of all rows, in new memory. Each part is copied just before it is changed.
///
/// # Panics
///
/// When the slice is not whole rows.
pub(crate) fn rows_of<R: RowKernel>(level: Level, x: &[f32], width: usize, kernel: R) -> Vec<f32> {
    if x.is_empty() {
        return Vec::new();
    }
    let part = part(x, width);
    let fill = |out: &SharedMut<f32>| {
        threads::run(x.len().div_ceil(part), &|index| {
            let start = index * part;
            let from = &x[start..x.len().min(start + part)];
            // SAFETY: no other part has these numbers, of which all are put before any is read.
            let x = unsafe {
                out.put(start, from);
                out.range(start, from.len())
            };
            level.run(Rows { x, width, kernel });
        });
    };
    // SAFETY: the parts are all numbers.
    unsafe { filled(x.len(), fill) }
}

/// How many numbers a part has: whole rows.
fn part(x: &[f32], width: usize) -> usize {
    assert!(
        width > 0 && x.len().is_multiple_of(width),
        "the numbers are whole rows of {width}"
    );
    (PART / width).max(1) * width
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
