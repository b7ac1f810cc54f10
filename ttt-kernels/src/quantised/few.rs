//! Few rows: as fast as the blocks are read.

use super::format::{Unpacked, unpack};
use super::rows::Rows;
use super::{BLOCK, BlockFormat, FEW, QuantisedLinear};
use crate::activation::finish;
use crate::level::Level;
use crate::simd::{Kernel, Simd};
use crate::threads::{self, SharedMut};

/// About how many bytes of blocks one part has.
const PART_BYTES: usize = 48 * 1024;

/// How far ahead of the reading the memory is asked for, in bytes.
const AHEAD: usize = 2048;

pub(super) fn run(linear: &QuantisedLinear<'_>, level: Level, rows: &Rows, out: &mut [f32]) {
    let row_bytes = (linear.inputs / BLOCK * linear.format.bytes()).max(1);
    let step = (PART_BYTES / row_bytes).max(1);
    let out = SharedMut::new(out);
    threads::run(linear.outputs.div_ceil(step), &|part| {
        let from = part * step;
        let to = (from + step).min(linear.outputs);
        level.run(Part {
            linear,
            rows,
            from,
            to,
            out: &out,
        });
    });
}

/// The outputs `from..to` of all rows.
struct Part<'a> {
    linear: &'a QuantisedLinear<'a>,
    rows: &'a Rows,
    from: usize,
    to: usize,
    out: &'a SharedMut<f32>,
}

impl Kernel for Part<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let linear = self.linear;
        let blocks = self.rows.blocks;
        let mut bytes = vec![0; blocks * BLOCK];
        let (mut scales, mut leasts, mut products) =
            (vec![0.0; blocks], vec![0.0; blocks], vec![0.0; blocks]);
        for output in self.from..self.to {
            let packed = linear.blocks_of(output, output + 1);
            for line in packed.chunks(64) {
                s.prefetch(line, AHEAD);
            }
            let mut unpacked = Unpacked {
                bytes: &mut bytes,
                scales: &mut scales,
                leasts: &mut leasts,
            };
            unpack(s, linear.format, packed, &mut unpacked);
            let mut sums = [0.0; FEW];
            for (row, sum) in sums.iter_mut().take(self.rows.count).enumerate() {
                *sum = match linear.format {
                    BlockFormat::Q8_0 => dot::<S, false>(s, &unpacked, self.rows, row, &mut products),
                    BlockFormat::Q4_0 | BlockFormat::Q4_1 => {
                        dot::<S, true>(s, &unpacked, self.rows, row, &mut products)
                    }
                };
            }
            for (row, sum) in sums.iter().take(self.rows.count).enumerate() {
                // SAFETY: no other part has this output, and this one holds no other range.
                let out = unsafe { self.out.range(row * linear.outputs + output, 1) };
                out[0] = *sum;
            }
        }
        let bias = linear.bias.map(|bias| &bias[self.from..self.to]);
        for row in 0..self.rows.count {
            // SAFETY: no other part has these outputs, and this one holds no other range.
            let out = unsafe {
                self.out
                    .range(row * linear.outputs + self.from, self.to - self.from)
            };
            finish(s, out, bias, linear.activation);
        }
    }
}

/// The product of one row with one row of weights. Rows have whole vectors of blocks; `scales` is for products of
/// theirs.
#[inline(always)]
fn dot<S: Simd, const SMALL: bool>(
    s: S,
    weight: &Unpacked<'_>,
    rows: &Rows,
    row: usize,
    scales: &mut [f32],
) -> f32 {
    // The sum of each half, so that additions do not wait for each other.
    let mut total = s.zero();
    let mut other = s.zero();
    let of_weight = weight
        .scales
        .chunks_exact(S::LANES)
        .zip(weight.leasts.chunks_exact(S::LANES));
    let of_row = rows
        .scales_of(row)
        .chunks_exact(S::LANES)
        .zip(rows.sums_of(row).chunks_exact(S::LANES));
    let places = scales.chunks_exact_mut(S::LANES);
    for (((weights, leasts), (numbers, sums)), to) in of_weight.zip(of_row).zip(places) {
        s.store(s.mul(s.load(weights), s.load(numbers)), to);
        total = s.mul_add(s.load(leasts), s.load(sums), total);
    }
    let pairs = weight
        .bytes
        .chunks_exact(2 * BLOCK)
        .zip(rows.bytes_of(row).chunks_exact(2 * BLOCK));
    for ((weights, bytes), scales) in pairs.zip(scales.chunks_exact(2)) {
        if 4 * S::LANES == 2 * BLOCK {
            let products = s.dot::<SMALL>(s.zero_words(), s.load_bytes(weights), s.load_bytes(bytes));
            (total, other) = (other, s.mul_add(s.to_numbers(products), s.spread(scales), total));
        } else {
            let (first, second) = weights.split_at(BLOCK);
            let (first_bytes, second_bytes) = bytes.split_at(BLOCK);
            let products = products_of::<S, SMALL>(s, first, first_bytes);
            total = s.mul_add(s.to_numbers(products), s.splat(scales[0]), total);
            let products = products_of::<S, SMALL>(s, second, second_bytes);
            other = s.mul_add(s.to_numbers(products), s.splat(scales[1]), other);
        }
    }
    s.sum(s.add(total, other))
}

/// The sums of products of one block.
#[inline(always)]
fn products_of<S: Simd, const SMALL: bool>(s: S, weights: &[u8], bytes: &[u8]) -> S::I {
    let mut sum = s.zero_words();
    for (weights, bytes) in weights
        .chunks_exact(4 * S::LANES)
        .zip(bytes.chunks_exact(4 * S::LANES))
    {
        sum = s.dot::<SMALL>(sum, s.load_bytes(weights), s.load_bytes(bytes));
    }
    sum
}
