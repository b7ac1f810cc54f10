//! Where products of many rows go: from sums with rows side by side to rows.

use crate::activation::{Activation, in_place};
use crate::simd::Simd;
use crate::threads::SharedMut;

/// The outputs `from..to` of all rows, of which one part alone writes them.
#[derive(Clone, Copy)]
pub(crate) struct Results<'a> {
    /// `[rows, outputs]`
    pub out: &'a SharedMut<f32>,
    pub outputs: usize,
    pub from: usize,
    pub to: usize,
    pub bias: Option<&'a [f32]>,
    pub activation: Activation,
}

impl Results<'_> {
    /// Adds the bias to sums `[outputs of the part, width]`, activates them, and writes the first `rows` columns as
    /// rows from `first`. There is room for whole squares of lanes in the sums.
    #[inline(always)]
    pub(crate) fn put<S: Simd>(&self, s: S, sums: &mut [f32], width: usize, first: usize, rows: usize) {
        let outputs = self.to - self.from;
        for (index, sums) in sums.chunks_exact_mut(width).take(outputs).enumerate() {
            let bias = self.bias.map_or(0.0, |bias| bias[self.from + index]);
            finish(s, sums, bias, self.activation);
        }
        let mut square = [0.0; 16 * 16];
        let mut output = 0;
        while output < outputs {
            let count = (outputs - output).min(S::LANES);
            let mut row = 0;
            while row < rows {
                s.transpose(&sums[output * width + row..], width, &mut square, S::LANES);
                let squares = square.chunks_exact(S::LANES).take((rows - row).min(S::LANES));
                for (index, numbers) in squares.enumerate() {
                    let start = (first + row + index) * self.outputs + self.from + output;
                    // SAFETY: no other part has these outputs, and this one holds no other range.
                    let out = unsafe { self.out.range(start, count) };
                    out.copy_from_slice(&numbers[..count]);
                }
                row += S::LANES;
            }
            output += count;
        }
    }
}

/// Adds the bias of one output to all rows, and applies the activation.
#[inline(always)]
fn finish<S: Simd>(s: S, sums: &mut [f32], bias: f32, activation: Activation) {
    if bias != 0.0 {
        let bias = s.splat(bias);
        for sums in sums.chunks_exact_mut(S::LANES) {
            s.store(s.add(s.load(sums), bias), sums);
        }
    }
    in_place(s, sums, activation);
}
