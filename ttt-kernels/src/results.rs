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
        let mut turned = [0.0; 16 * 16];
        // Rows side by side are written from their beginning to their end.
        for row in (0..rows).step_by(S::LANES) {
            let count = (rows - row).min(S::LANES);
            let mut output = 0;
            // A whole vector is one instruction, where a copy of some numbers is a call.
            while output + S::LANES <= outputs {
                s.transpose(&sums[output * width + row..], width, &mut turned, S::LANES);
                self.put_rows::<S>(&turned, [first + row, count], [output, S::LANES]);
                output += S::LANES;
            }
            if output < outputs {
                s.transpose(&sums[output * width + row..], width, &mut turned, S::LANES);
                self.put_rows::<S>(&turned, [first + row, count], [output, outputs - output]);
            }
        }
    }

    /// Puts so many rows of a square, the first of them `row`, with so many outputs from `output`.
    #[inline(always)]
    fn put_rows<S: Simd>(&self, square: &[f32], [row, rows]: [usize; 2], [output, outputs]: [usize; 2]) {
        for (index, numbers) in square.chunks_exact(S::LANES).take(rows).enumerate() {
            let start = (self.first + row + index) * self.outputs + self.from + output;
            // SAFETY: no other part has these outputs, and this one holds no range.
            unsafe { self.out.put(start, &numbers[..outputs]) };
        }
    }
}
