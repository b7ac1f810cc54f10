//! Products of few rows with a matrix, which read the matrix once: as fast as the memory is.

use crate::ahead::AHEAD;
use crate::level::Level;
use crate::number::{Number, load_part};
use crate::scratch::LINE;
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd, add};
use crate::threads;

/// Rows `[rows, inputs]` times the transpose of weights `[outputs, inputs]`, plus a bias, to `[rows, outputs]`.
pub(crate) struct FewRows<'a, N> {
    pub x: &'a [f32],
    pub rows: usize,
    pub weight: &'a [N],
    pub bias: Option<&'a [f32]>,
    pub inputs: usize,
    pub outputs: usize,
}

impl<N: Number> FewRows<'_, N> {
    /// Puts all results to `out`, on all threads where there is enough to read.
    pub(crate) fn run(&self, level: Level, out: &SharedMut<f32>) {
        // Parts begin where rows side by side do, so that sums do not depend on how many threads there are.
        let step = threads::step_of(self.outputs, self.inputs * size_of::<N>()).next_multiple_of(SIDE);
        threads::run_reading(
            self.outputs.div_ceil(step),
            self.weight,
            step * self.inputs,
            &|part| {
                let from = part * step;
                let to = (from + step).min(self.outputs);
                level.run(Part {
                    of: self,
                    from,
                    to,
                    out,
                });
            },
        );
    }
}

/// How many rows of weights several rows are multiplied with side by side, which spares loads of the rows.
const SIDE: usize = 4;

/// How many long rows of 16-bit weights one row is multiplied with side by side. They share its loads, which take twice the
/// bytes of the weights, and gain most where each thread has its own way to memory.
const PAIR: usize = 2;

/// From how many inputs on rows are long: with 2048, pairs were a tenth faster, with 768 they were slower.
const LONG: usize = 1536;

/// The outputs `from..to` of all rows.
struct Part<'a, N> {
    of: &'a FewRows<'a, N>,
    from: usize,
    to: usize,
    out: &'a SharedMut<f32>,
}

impl<N: Number> Kernel for Part<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        // The weights of one part stay in the second cache between the rows.
        let rows = self.of.rows;
        let mut row = 0;
        while row < rows {
            row += match rows - row {
                1 if size_of::<N>() == 2 && self.of.inputs >= LONG => self.columns::<S, 1, PAIR>(s, row),
                1 => self.columns::<S, 1, 1>(s, row),
                2 => self.columns::<S, 2, SIDE>(s, row),
                3 => self.columns::<S, 3, SIDE>(s, row),
                _ => self.columns::<S, 4, SIDE>(s, row),
            };
        }
        if let Some(bias) = self.of.bias {
            for row in 0..rows {
                let start = row * self.of.outputs + self.from;
                // SAFETY: no other part has these outputs, and this one has put them and holds no other range.
                let out = unsafe { self.out.range(start, self.to - self.from) };
                add(s, &bias[self.from..self.to], out);
            }
        }
    }
}

impl<N: Number> Part<'_, N> {
    /// `ROWS` rows from `row`, with `SIDE` rows of weights side by side; returns how many rows.
    #[inline(always)]
    fn columns<S: Simd, const ROWS: usize, const SIDE: usize>(&self, s: S, row: usize) -> usize {
        let inputs = self.of.inputs;
        let mut x: [&[f32]; ROWS] = [&[]; ROWS];
        for (index, x) in x.iter_mut().enumerate() {
            *x = &self.of.x[(row + index) * inputs..][..inputs];
        }
        let weight = |output: usize, count: usize| &self.of.weight[output * inputs..][..count * inputs];
        let mut output = self.from;
        while output + SIDE <= self.to {
            let sums = dot::<S, N, ROWS, SIDE>(s, &x, weight(output, SIDE));
            self.put(row, output, sums);
            output += SIDE;
        }
        for output in output..self.to {
            let sums = dot::<S, N, ROWS, 1>(s, &x, weight(output, 1));
            self.put(row, output, sums);
        }
        ROWS
    }

    #[inline(always)]
    fn put<const ROWS: usize, const SIDE: usize>(
        &self,
        row: usize,
        output: usize,
        sums: [[f32; SIDE]; ROWS],
    ) {
        for (index, sums) in sums.iter().enumerate() {
            // SAFETY: no other part has these outputs, and this one holds no range.
            unsafe { self.out.put((row + index) * self.of.outputs + output, sums) };
        }
    }
}

/// The products of `ROWS` rows with `SIDE` rows of weights, one after the other in `weight`.
#[inline(always)]
fn dot<S: Simd, N: Number, const ROWS: usize, const SIDE: usize>(
    s: S,
    x: &[&[f32]; ROWS],
    weight: &[N],
) -> [[f32; SIDE]; ROWS] {
    let inputs = weight.len() / SIDE;
    // Enough sums that additions do not wait for each other.
    let unroll = match ROWS * SIDE {
        1 => 4,
        2 => 2,
        _ => 1,
    };
    let step = unroll * S::LANES;
    let ahead = if SIDE == 1 {
        AHEAD
    } else {
        AHEAD.max(size_of_val(weight))
    };
    let mut total = [[[s.zero(); 4]; SIDE]; ROWS];
    let whole = inputs / step * step;
    let mut at = 0;
    while at < whole {
        // Memory is fastest read straight on: what comes after these rows is asked for in its order, while they are
        // read side by side.
        let next = &weight[at * SIDE..][..step * SIDE];
        for line in next.chunks_exact(LINE / size_of::<N>()) {
            match ROWS {
                1 => s.prefetch_once(line, ahead),
                // Other rows may read the part again.
                _ => s.prefetch_far(line, ahead),
            }
        }
        for side in 0..SIDE {
            let from = &weight[side * inputs + at..][..step];
            for turn in 0..unroll {
                let w = N::load(s, &from[turn * S::LANES..]);
                for row in 0..ROWS {
                    let x = s.load(&x[row][at + turn * S::LANES..]);
                    total[row][side][turn] = s.mul_add(x, w, total[row][side][turn]);
                }
            }
        }
        at += step;
    }
    while at < inputs {
        let count = S::LANES.min(inputs - at);
        for side in 0..SIDE {
            let w = load_part(s, &weight[side * inputs + at..][..count]);
            for row in 0..ROWS {
                let x = s.load_part(&x[row][at..at + count], 0.0);
                total[row][side][0] = s.mul_add(x, w, total[row][side][0]);
            }
        }
        at += count;
    }
    let mut sums = [[0.0; SIDE]; ROWS];
    for row in 0..ROWS {
        for side in 0..SIDE {
            let [a, b, c, d] = total[row][side];
            sums[row][side] = s.sum(s.add(s.add(a, b), s.add(c, d)));
        }
    }
    sums
}
