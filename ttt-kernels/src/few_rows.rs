//! Products of few rows with a matrix, which read the matrix once: as fast as the memory is.

use crate::activation::{Activation, finish};
use crate::level::Level;
use crate::number::{Number, load_part};
use crate::simd::{Kernel, Simd};
use crate::threads::{self, SharedMut};

/// About how many bytes of weights one part has: enough that parts are few, little enough that all threads end together.
const PART_BYTES: usize = 96 * 1024;

/// How many rows of weights are read side by side.
const SIDE: usize = 4;

/// Rows `[rows, inputs]` times the transpose of weights `[outputs, inputs]`, plus a bias, activated, to
/// `[rows, outputs]`.
pub(crate) struct FewRows<'a, N> {
    pub x: &'a [f32],
    pub rows: usize,
    pub weight: &'a [N],
    pub bias: Option<&'a [f32]>,
    pub inputs: usize,
    pub outputs: usize,
    pub activation: Activation,
}

impl<N: Number> FewRows<'_, N> {
    /// Fills `out`, on all threads where there is enough to read.
    pub(crate) fn run(&self, level: Level, out: &mut [f32]) {
        let row_bytes = (self.inputs * size_of::<N>()).max(1);
        let step = (PART_BYTES / row_bytes / SIDE).max(1) * SIDE;
        let out = SharedMut::new(out);
        threads::run(self.outputs.div_ceil(step), &|part| {
            let from = part * step;
            let to = (from + step).min(self.outputs);
            level.run(Part {
                of: self,
                from,
                to,
                out: &out,
            });
        });
    }
}

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
        let rows = self.of.rows;
        if rows == 1 {
            self.columns::<S, 1>(s, 0);
        } else {
            // The weights of one part stay in the cache between the rows.
            let mut row = 0;
            while row < rows {
                match rows - row {
                    1 => self.columns::<S, 1>(s, row),
                    2 => self.columns::<S, 2>(s, row),
                    3 => self.columns::<S, 3>(s, row),
                    _ => self.columns::<S, 4>(s, row),
                }
                row += 4;
            }
        }
        let bias = self.of.bias.map(|bias| &bias[self.from..self.to]);
        for row in 0..rows {
            // SAFETY: no other part has these outputs, and this one holds no other range.
            let out = unsafe {
                self.out
                    .range(row * self.of.outputs + self.from, self.to - self.from)
            };
            finish(s, out, bias, self.of.activation);
        }
    }
}

impl<N: Number> Part<'_, N> {
    /// `ROWS` rows from `row`.
    #[inline(always)]
    fn columns<S: Simd, const ROWS: usize>(&self, s: S, row: usize) {
        let of = self.of;
        let inputs = of.inputs;
        let mut x: [&[f32]; ROWS] = [&[]; ROWS];
        for (index, x) in x.iter_mut().enumerate() {
            *x = &of.x[(row + index) * inputs..][..inputs];
        }
        let mut output = self.from;
        while output < self.to {
            let count = (self.to - output).min(SIDE);
            let mut sums = [[0.0; SIDE]; ROWS];
            if count == SIDE {
                let weight = &of.weight[output * inputs..][..SIDE * inputs];
                dot::<S, N, ROWS, SIDE>(s, &x, weight, &mut sums);
            } else {
                for index in 0..count {
                    let weight = &of.weight[(output + index) * inputs..][..inputs];
                    let mut one = [[0.0; 1]; ROWS];
                    dot::<S, N, ROWS, 1>(s, &x, weight, &mut one);
                    for (sums, one) in sums.iter_mut().zip(one) {
                        sums[index] = one[0];
                    }
                }
            }
            for (index, sums) in sums.iter().enumerate() {
                // SAFETY: no other part has these outputs, and this one holds no other range.
                let out = unsafe { self.out.range((row + index) * of.outputs + output, count) };
                out.copy_from_slice(&sums[..count]);
            }
            output += count;
        }
    }
}

/// How far ahead of the reading the memory is asked for, in bytes.
const AHEAD: usize = 1024;

/// The products of `ROWS` rows with `COLUMNS` rows of weights, one after the other in `weight`.
#[inline(always)]
fn dot<S: Simd, N: Number, const ROWS: usize, const COLUMNS: usize>(
    s: S,
    x: &[&[f32]; ROWS],
    weight: &[N],
    sums: &mut [[f32; COLUMNS]; ROWS],
) {
    let inputs = weight.len() / COLUMNS;
    let mut total = [[s.zero(); COLUMNS]; ROWS];
    let whole = inputs / S::LANES * S::LANES;
    let mut at = 0;
    while at < whole {
        for column in 0..COLUMNS {
            let from = &weight[column * inputs + at..];
            s.prefetch(from, AHEAD);
            let w = N::load(s, from);
            for row in 0..ROWS {
                let x = s.load(&x[row][at..]);
                total[row][column] = s.mul_add(x, w, total[row][column]);
            }
        }
        at += S::LANES;
    }
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let mut total = total[row][column];
            if whole < inputs {
                let w = load_part(s, &weight[column * inputs + whole..(column + 1) * inputs]);
                total = s.mul_add(s.load_part(&x[row][whole..inputs], 0.0), w, total);
            }
            sums[row][column] = s.sum(total);
        }
    }
}
