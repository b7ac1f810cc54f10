//! Many rows: as fast as the processor multiplies bytes. Rows are the lanes of vectors.

use super::format::{Unpacked, unpack};
use super::rows::Rows;
use super::{BLOCK, BlockFormat, QuantisedLinear};
use crate::level::Level;
use crate::results::Results;
use crate::scratch::{Scratch, as_bytes};
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd};
use crate::threads;

/// Outputs of a tile, and vectors of rows: sums of bytes and of numbers together fill the registers.
const OUTPUTS: usize = 4;
const VECTORS: usize = 2;

/// About how many bytes of unpacked weights a part has: half a second-level cache.
const PART_BYTES: usize = 256 * 1024;

/// Bytes that are multiplied at a time.
const QUAD: usize = 4;

pub(super) fn run(linear: &QuantisedLinear<'_>, level: Level, rows: &Rows, out: &SharedMut<f32>) {
    let panels = level.run(Panels { rows });
    let step = step(linear);
    threads::run(linear.outputs.div_ceil(step), &|part| {
        let from = part * step;
        let to = (from + step).min(linear.outputs);
        level.run(Part {
            linear,
            panels: &panels,
            rows: rows.count,
            results: Results {
                out,
                first: 0,
                outputs: linear.outputs,
                from,
                to,
                bias: linear.bias,
            },
        });
    });
}

/// How many outputs a part has: whole tiles, and equally many parts for each thread.
fn step(linear: &QuantisedLinear<'_>) -> usize {
    let most = (PART_BYTES / linear.inputs.max(1)).max(OUTPUTS);
    let parts = linear
        .outputs
        .div_ceil(most)
        .next_multiple_of(2 * threads::count());
    linear.outputs.div_ceil(parts).next_multiple_of(OUTPUTS)
}

/// Rows side by side: of each four bytes, of each scale, and of each sum first those of all rows of a panel.
struct Packed {
    /// Rows of a panel.
    width: usize,
    blocks: usize,
    /// Blocks that are multiplied.
    used: usize,
    /// `[panel, blocks · 8, width, 4]`
    bytes: Vec<u8>,
    /// `[panel, blocks, width]`
    scales: Vec<f32>,
    /// `[panel, blocks, width]`
    sums: Vec<f32>,
}

struct Panels<'a> {
    rows: &'a Rows,
}

impl Kernel for Panels<'_> {
    type Output = Packed;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Packed {
        let width = VECTORS * S::LANES;
        let blocks = self.rows.blocks;
        let count = self.rows.count.next_multiple_of(width);
        let mut packed = Packed {
            width,
            blocks,
            used: self.rows.used,
            bytes: vec![0; count * blocks * BLOCK],
            scales: vec![0.0; count * blocks],
            sums: vec![0.0; count * blocks],
        };
        for (panel, to) in packed
            .bytes
            .chunks_exact_mut((blocks * BLOCK * width).max(1))
            .enumerate()
        {
            words(s, self.rows, panel * width, to, width);
        }
        for row in 0..self.rows.count {
            let (panel, lane) = (row / width, row % width);
            let panel = panel * blocks * width..(panel + 1) * blocks * width;
            let scales = packed.scales[panel.clone()].chunks_exact_mut(width);
            for (to, scale) in scales.zip(self.rows.scales_of(row)) {
                to[lane] = *scale;
            }
            let sums = packed.sums[panel].chunks_exact_mut(width);
            for (to, sum) in sums.zip(self.rows.sums_of(row)) {
                to[lane] = *sum;
            }
        }
        packed
    }
}

/// Puts the bytes of the rows from `first`, four by four, side by side: `[quads, width, 4]`.
#[inline(always)]
fn words<S: Simd>(s: S, rows: &Rows, first: usize, to: &mut [u8], width: usize) {
    let stride = rows.blocks * BLOCK;
    let square = QUAD * S::LANES;
    for lane in (0..width).step_by(S::LANES) {
        let count = rows.count.saturating_sub(first + lane).min(S::LANES);
        let mut at = 0;
        while at < stride {
            let to = &mut to[at * width + lane * QUAD..];
            if count == S::LANES {
                let from = &rows.bytes[(first + lane) * stride + at..];
                s.transpose_words(from, stride, to, width * QUAD);
            } else {
                for index in 0..count {
                    let from = &rows.bytes[(first + lane + index) * stride + at..][..square];
                    for (quad, from) in from.chunks_exact(QUAD).enumerate() {
                        to[quad * width * QUAD + index * QUAD..][..QUAD].copy_from_slice(from);
                    }
                }
            }
            at += square;
        }
    }
}

/// The outputs of one part of all rows.
struct Part<'a> {
    linear: &'a QuantisedLinear<'a>,
    panels: &'a Packed,
    rows: usize,
    results: Results<'a>,
}

/// The part's weights, row after row, with the zeros that rows have at their end.
struct Weights<'a> {
    blocks: usize,
    bytes: &'a mut [u8],
    scales: &'a mut [f32],
    leasts: &'a mut [f32],
}

impl Kernel for Part<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let outputs = self.results.to - self.results.from;
        let (width, blocks) = (self.panels.width, self.panels.blocks);
        // Whole tiles: outputs past the last are zero.
        let padded = outputs.next_multiple_of(OUTPUTS);
        let count = outputs.next_multiple_of(S::LANES.max(OUTPUTS)) * width;
        let mut scratch = Scratch::new(count + padded * blocks * (BLOCK / 4 + 2));
        let (sums, rest) = scratch.numbers().split_at_mut(count);
        let (bytes, rest) = rest.split_at_mut(padded * blocks * BLOCK / 4);
        let (scales, leasts) = rest.split_at_mut(padded * blocks);
        let mut weights = Weights {
            blocks,
            bytes: as_bytes(bytes),
            scales,
            leasts,
        };
        self.unpack(s, outputs, &mut weights);
        let mut first = 0;
        while first < self.rows {
            let rows = (self.rows - first).min(width);
            match self.linear.format {
                BlockFormat::Q8_0 => {
                    products::<S, false>(s, &weights, self.panels, first / width, outputs, sums)
                }
                BlockFormat::Q4_0 | BlockFormat::Q4_1 => {
                    products::<S, true>(s, &weights, self.panels, first / width, outputs, sums);
                }
            }
            self.results.put(s, sums, width, first, rows);
            first += rows;
        }
    }
}

impl Part<'_> {
    #[inline(always)]
    fn unpack<S: Simd>(&self, s: S, outputs: usize, weights: &mut Weights<'_>) {
        let blocks = weights.blocks;
        weights.bytes.fill(0);
        weights.scales.fill(0.0);
        weights.leasts.fill(0.0);
        for output in 0..outputs {
            let from = self.results.from + output;
            let mut unpacked = Unpacked {
                bytes: &mut weights.bytes[output * blocks * BLOCK..][..blocks * BLOCK],
                scales: &mut weights.scales[output * blocks..][..blocks],
                leasts: &mut weights.leasts[output * blocks..][..blocks],
            };
            let packed = self.linear.blocks_of(from, from + 1);
            unpack(s, self.linear.format, packed, &mut unpacked);
        }
    }
}

#[inline(always)]
fn products<S: Simd, const SMALL: bool>(
    s: S,
    weights: &Weights<'_>,
    panels: &Packed,
    panel: usize,
    outputs: usize,
    sums: &mut [f32],
) {
    let width = panels.width;
    let mut output = 0;
    while output < outputs {
        let total = tile::<S, SMALL>(s, weights, panels, panel, output);
        for (total, sums) in total.iter().zip(sums[output * width..].chunks_exact_mut(width)) {
            for (total, sums) in total.iter().zip(sums.chunks_exact_mut(S::LANES)) {
                s.store(*total, sums);
            }
        }
        output += OUTPUTS;
    }
}

/// The products of some outputs from `output` with the rows of a panel.
#[inline(always)]
fn tile<S: Simd, const SMALL: bool>(
    s: S,
    weights: &Weights<'_>,
    panels: &Packed,
    panel: usize,
    output: usize,
) -> [[S::F; VECTORS]; OUTPUTS] {
    let (width, blocks) = (panels.width, panels.blocks);
    let panel_bytes = &panels.bytes[panel * blocks * BLOCK * width..][..blocks * BLOCK * width];
    let panel_scales = &panels.scales[panel * blocks * width..][..blocks * width];
    let panel_sums = &panels.sums[panel * blocks * width..][..blocks * width];
    let mut rows: [&[[u8; BLOCK]]; OUTPUTS] = [&[]; OUTPUTS];
    for (index, row) in rows.iter_mut().enumerate() {
        let start = (output + index) * weights.blocks * BLOCK;
        *row = weights.bytes[start..][..blocks * BLOCK].as_chunks::<BLOCK>().0;
    }
    let mut total = [[s.zero(); VECTORS]; OUTPUTS];
    let of_block = panel_scales
        .chunks_exact(width)
        .zip(panel_sums.chunks_exact(width));
    let of_block = panel_bytes.chunks_exact(BLOCK * width).zip(of_block);
    for (block, (bytes, (scales, sums))) in of_block.take(panels.used).enumerate() {
        let mut weights_of_block: [&[u8; BLOCK]; OUTPUTS] = [&[0; BLOCK]; OUTPUTS];
        for (index, weights) in weights_of_block.iter_mut().enumerate() {
            *weights = &rows[index][block];
        }
        let products = products_of_block::<S, SMALL>(s, &weights_of_block, bytes);
        for lane in 0..VECTORS {
            let scale = s.load(&scales[lane * S::LANES..]);
            let sum = s.load(&sums[lane * S::LANES..]);
            for index in 0..OUTPUTS {
                let at = (output + index) * weights.blocks + block;
                let scale = s.mul(scale, s.splat(weights.scales[at]));
                let products = s.to_numbers(products[index][lane]);
                let rest = s.mul_add(sum, s.splat(weights.leasts[at]), total[index][lane]);
                total[index][lane] = s.mul_add(products, scale, rest);
            }
        }
    }
    total
}

/// Sums of products of one block.
#[inline(always)]
fn products_of_block<S: Simd, const SMALL: bool>(
    s: S,
    weights: &[&[u8; BLOCK]; OUTPUTS],
    bytes: &[u8],
) -> [[S::I; VECTORS]; OUTPUTS] {
    let vector = QUAD * S::LANES;
    let mut products = [[s.zero_words(); VECTORS]; OUTPUTS];
    for (quad, bytes) in bytes.chunks_exact(VECTORS * vector).enumerate() {
        let at = quad % (BLOCK / QUAD) * QUAD;
        let mut vectors = [s.zero_words(); VECTORS];
        for lane in 0..VECTORS {
            vectors[lane] = s.load_bytes(&bytes[lane * vector..]);
        }
        for index in 0..OUTPUTS {
            let weight = weights[index];
            let weight = s.splat_bytes([weight[at], weight[at + 1], weight[at + 2], weight[at + 3]]);
            for lane in 0..VECTORS {
                products[index][lane] = s.dot::<SMALL>(products[index][lane], weight, vectors[lane]);
            }
        }
    }
    products
}
