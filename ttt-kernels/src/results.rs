//! Where products of many rows go: from sums with rows side by side to rows.

use crate::shared::SharedMut;
use crate::simd::Simd;

/// The outputs `from..to` of all rows, of which one part alone puts them.
#[derive(Clone, Copy)]
pub(crate) struct Results<'a> {
    /// `[rows, outputs]`
    pub out: &'a SharedMut<f32>,
    /// The row of `out` that the first row's results are.
    pub first: usize,
    pub outputs: usize,
    pub from: usize,
    pub to: usize,
    pub bias: Option<&'a [f32]>,
}

impl Results<'_> {
    /// Adds the bias to sums `[outputs of the part, width]`, and puts the first `rows` columns as rows from `first`. There
    /// is room for whole squares of lanes in the sums.
    #[inline(always)]
    pub(crate) fn put<S: Simd>(&self, s: S, sums: &mut [f32], width: usize, first: usize, rows: usize) {
        let outputs = self.to - self.from;
        if let Some(bias) = self.bias {
            for (sums, bias) in sums.chunks_exact_mut(width).zip(&bias[self.from..self.to]) {
                let bias = s.splat(*bias);
                for sums in sums.chunks_exact_mut(S::LANES) {
                    s.store(s.add(s.load(sums), bias), sums);
                }
            }
        }
        // Rows side by side are written from their beginning to their end.
        let mut square = [0.0; 16 * 16];
        for row in (0..rows).step_by(S::LANES) {
            for output in (0..outputs).step_by(S::LANES) {
                s.transpose(&sums[output * width + row..], width, &mut square, S::LANES);
                let count = (outputs - output).min(S::LANES);
                let squares = square.chunks_exact(S::LANES).take(rows - row);
                for (index, numbers) in squares.take(S::LANES).enumerate() {
                    let row = self.first + first + row + index;
                    let start = row * self.outputs + self.from + output;
                    // SAFETY: no other part has these outputs, and this one holds no range.
                    unsafe {
                        // A whole vector is one instruction.
                        match count == S::LANES {
                            true => self.out.put(start, &numbers[..S::LANES]),
                            false => self.out.put(start, &numbers[..count]),
                        }
                    }
                }
            }
        }
    }
}
