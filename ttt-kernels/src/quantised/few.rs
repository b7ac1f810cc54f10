//! Few rows: as fast as the blocks are read.

use std::marker::PhantomData;

use super::arranged::{Arranged, Group};
use super::kind::{Kind, Q4_0, Q4_1, Q8_0};
use super::{BLOCK, BlockFormat, FEW, QuantisedLinear};
use crate::ahead::AHEAD;
use crate::level::Level;
use crate::scratch::Scratch;
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd, add};
use crate::threads;

/// How many rows of weights several rows are multiplied with side by side, which spares loads of the rows.
const SIDE: usize = 4;

pub(super) fn run(linear: &QuantisedLinear<'_>, level: Level, x: &[f32], rows: usize, out: &SharedMut<f32>) {
    match linear.format {
        BlockFormat::Q8_0 => run_kind::<Q8_0>(linear, level, x, rows, out),
        BlockFormat::Q4_0 => run_kind::<Q4_0>(linear, level, x, rows, out),
        BlockFormat::Q4_1 => run_kind::<Q4_1>(linear, level, x, rows, out),
    }
}

fn run_kind<K: Kind>(
    linear: &QuantisedLinear<'_>,
    level: Level,
    x: &[f32],
    rows: usize,
    out: &SharedMut<f32>,
) {
    let mut scratch = Scratch::new(rows * Arranged::row_size::<K>(level, linear.inputs));
    let arranged = Arranged::new::<K>(level, x, linear.inputs, rows, scratch.numbers());
    let row_bytes = linear.inputs / BLOCK * K::BYTES;
    let step = threads::step_of(linear.outputs, row_bytes).next_multiple_of(SIDE);
    threads::run_reading(
        linear.outputs.div_ceil(step),
        linear.blocks,
        step * row_bytes,
        &|part| {
            let from = part * step;
            let to = (from + step).min(linear.outputs);
            level.run(Part {
                linear,
                kind: PhantomData::<K>,
                x: &arranged,
                from,
                to,
                out,
            });
        },
    );
}

/// The outputs `from..to` of all rows.
struct Part<'a, K> {
    linear: &'a QuantisedLinear<'a>,
    kind: PhantomData<K>,
    x: &'a Arranged<'a>,
    from: usize,
    to: usize,
    out: &'a SharedMut<f32>,
}

impl<K: Kind> Kernel for Part<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        const { assert!(FEW == 8) };
        let rows = self.x.rows;
        // The blocks of one part stay in the cache between the rows.
        let mut row = 0;
        while row < rows {
            row += match rows - row {
                // A row by itself waits for memory, which is fastest read straight on.
                1 if rows == 1 => self.rows::<S, 1, 1>(s, row),
                1 => self.rows::<S, 1, SIDE>(s, row),
                2 | 3 => self.rows::<S, 2, SIDE>(s, row),
                _ => self.rows::<S, 4, SIDE>(s, row),
            };
        }
        if let Some(bias) = self.linear.bias {
            for row in 0..rows {
                let start = row * self.linear.outputs + self.from;
                // SAFETY: no other part has these outputs, and this one has put them and holds no other range.
                let out = unsafe { self.out.range(start, self.to - self.from) };
                add(s, &bias[self.from..self.to], out);
            }
        }
    }
}

impl<K: Kind> Part<'_, K> {
    /// `ROWS` rows from `row`, with `SIDE` rows of weights side by side; returns how many.
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize, const SIDE: usize>(&self, s: S, row: usize) -> usize {
        let mut output = self.from;
        while output + SIDE <= self.to {
            self.outputs::<S, ROWS, SIDE>(s, row, output);
            output += SIDE;
        }
        while output < self.to {
            self.outputs::<S, ROWS, 1>(s, row, output);
            output += 1;
        }
        ROWS
    }

    /// `COUNT` outputs from `output` of `ROWS` rows from `row`.
    #[inline(always)]
    fn outputs<S: Simd, const ROWS: usize, const COUNT: usize>(&self, s: S, row: usize, output: usize) {
        let row_bytes = self.linear.inputs / BLOCK * K::BYTES;
        let weights = &self.linear.blocks[output * row_bytes..];
        // Blocks are multiplied in groups, of which the last one of a row reaches into the next row.
        let needed = COUNT * row_bytes + K::blocks::<S>() * K::BYTES;
        let longer: Vec<u8>;
        let weights = if weights.len() < needed {
            longer = lengthened(weights, needed);
            &longer
        } else {
            weights
        };
        let sums = dot::<S, K, ROWS, COUNT>(s, weights, self.linear.inputs / BLOCK, self.x, row);
        for (index, sums) in sums.iter().enumerate() {
            let start = (row + index) * self.linear.outputs + output;
            let mut results = [0.0; COUNT];
            for (result, sum) in results.iter_mut().zip(sums) {
                *result = s.sum(*sum);
            }
            // SAFETY: no other part has these outputs, and this one holds no range.
            unsafe { self.out.put(start, &results) };
        }
    }
}

/// The products of `ROWS` rows from `row` with `COUNT` rows of weights from `output`, still to be summed up.
#[inline(always)]
fn dot<S: Simd, K: Kind, const ROWS: usize, const COUNT: usize>(
    s: S,
    weights: &[u8],
    blocks: usize,
    x: &Arranged<'_>,
    row: usize,
) -> [[S::F; COUNT]; ROWS] {
    let row_bytes = blocks * K::BYTES;
    let group_bytes = K::blocks::<S>() * K::BYTES;
    let groups = blocks / K::blocks::<S>();
    let mut numbers: [&[f32]; ROWS] = [&[]; ROWS];
    for (index, numbers) in numbers.iter_mut().enumerate() {
        *numbers = x.row(row + index);
    }
    let mut sides: [&[u8]; COUNT] = [&[]; COUNT];
    for (index, side) in sides.iter_mut().enumerate() {
        *side = &weights[index * row_bytes..][..groups * group_bytes];
    }
    // Rows that are read side by side are waited for at their beginnings first.
    let ahead = match COUNT {
        1 => AHEAD,
        _ => COUNT * row_bytes + AHEAD,
    };
    let mut sums = [[s.zero(); COUNT]; ROWS];
    for group in 0..groups {
        // Memory is fastest read straight on: what comes after these rows is asked for in its order, while they are
        // read side by side.
        let mut line = 0;
        while line < COUNT * group_bytes {
            let ahead = ahead + COUNT * group * group_bytes + line;
            match ROWS {
                1 => s.prefetch_once(weights, ahead),
                // Other rows may read the part again.
                _ => s.prefetch_far(weights, ahead),
            }
            line += 64;
        }
        for index in 0..COUNT {
            let packed = &sides[index][group * group_bytes..][..group_bytes];
            let (scale, least) = (K::scale(s, packed), K::least(s, packed));
            for row in 0..ROWS {
                let x = group_of::<S, K>(numbers[row], group);
                sums[row][index] = K::add_products(s, packed, scale, least, x, sums[row][index]);
            }
        }
    }
    let rest = blocks - groups * K::blocks::<S>();
    if rest > 0 {
        // Blocks of the next row follow, whatever they hold.
        let lanes = s.splat((rest * S::LANES / K::blocks::<S>()) as f32);
        let lane = s.load(&LANE_NUMBERS);
        for index in 0..COUNT {
            let packed = &weights[index * row_bytes + groups * group_bytes..][..group_bytes];
            let scale = s.where_less(lane, lanes, K::scale(s, packed), s.zero());
            let least = s.where_less(lane, lanes, K::least(s, packed), s.zero());
            for row in 0..ROWS {
                let x = group_of::<S, K>(numbers[row], groups);
                sums[row][index] = K::add_products(s, packed, scale, least, x, sums[row][index]);
            }
        }
    }
    sums
}

#[inline(always)]
fn group_of<S: Simd, K: Kind>(row: &[f32], group: usize) -> Group<'_> {
    let size = Group::size::<S, K>();
    Group::of::<S, K>(&row[group * size..][..size])
}

/// Bytes with zeros up to a length.
#[cold]
fn lengthened(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut longer = bytes.to_vec();
    longer.resize(length, 0);
    longer
}

/// The number of each lane.
const LANE_NUMBERS: [f32; 16] = {
    let mut numbers = [0.0; 16];
    let mut lane = 0;
    while lane < 16 {
        numbers[lane] = lane as f32;
        lane += 1;
    }
    numbers
};
