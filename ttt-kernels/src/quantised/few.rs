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
        let (mut scales, mut leasts) = (vec![0.0; blocks], vec![0.0; blocks]);
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
                    BlockFormat::Q8_0 => dot::<S, false>(s, &unpacked, self.rows, row),
                    BlockFormat::Q4_0 | BlockFormat::Q4_1 => dot::<S, true>(s, &unpacked, self.rows, row),
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

/// The product of one row with one row of weights.
#[inline(always)]
fn dot<S: Simd, const SMALL: bool>(s: S, weight: &Unpacked<'_>, rows: &Rows, row: usize) -> f32 {
    let width = 4 * S::LANES;
    let (bytes, scales, sums) = (rows.bytes_of(row), rows.scales_of(row), rows.sums_of(row));
    let mut total = [s.zero(); 2];
    let vectors = weight.bytes.chunks_exact(width).zip(bytes.chunks_exact(width));
    for (index, (weights, bytes)) in vectors.enumerate() {
        let block = index * width / BLOCK;
        let products = s.dot::<SMALL>(s.zero_words(), s.load_bytes(weights), s.load_bytes(bytes));
        let scale = s.mul(s.spread(&weight.scales[block..]), s.spread(&scales[block..]));
        total[index % 2] = s.mul_add(s.to_numbers(products), scale, total[index % 2]);
    }
    let mut rest = s.zero();
    for (leasts, sums) in weight.leasts.chunks(S::LANES).zip(sums.chunks(S::LANES)) {
        rest = s.mul_add(s.load_part(leasts, 0.0), s.load_part(sums, 0.0), rest);
    }
    s.sum(s.add(s.add(total[0], total[1]), rest))
}
