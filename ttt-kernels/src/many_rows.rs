//! Products of many rows with a matrix: as fast as the processor multiplies.
//!
//! The rows are packed once, as vectors across rows; the weights are read where they are, number by number, so that
//! they need no other layout than that of files, and no copy.

use crate::activation::Activation;
use crate::level::Level;
use crate::number::{Number, widen};
use crate::results::Results;
use crate::scratch::Scratch;
use crate::simd::{Kernel, Simd};
use crate::threads::{self, SharedMut};
use crate::tile::{self, ROWS, vectors_for, widest, with_vectors};

/// The depth of one step: a panel's slice and the weights of a tile fit the first two caches.
const DEPTH: usize = 512;

/// About how many bytes of widened weights a part has: half a second-level cache.
const PART_BYTES: usize = 384 * 1024;

/// How many bytes of packed rows there are at a time. All of them are read again with each part of the weights, so they
/// stay in the last cache.
const PACKED_BYTES: usize = 8 * 1024 * 1024;

/// Rows `[rows, inputs]` times the transpose of weights `[outputs, inputs]`, plus a bias, activated, to
/// `[rows, outputs]`.
pub(crate) struct ManyRows<'a, W> {
    pub x: &'a [f32],
    pub rows: usize,
    pub weight: W,
    pub bias: Option<&'a [f32]>,
    pub inputs: usize,
    pub outputs: usize,
    pub activation: Activation,
}

/// Weights `[outputs, inputs]` of any kind.
pub(crate) trait Weights: Copy + Sync {
    /// The numbers of the outputs `from..to`, where they are `f32` already.
    fn plain(&self, from: usize, to: usize, inputs: usize) -> Option<&[f32]>;
    /// Writes the numbers of the outputs `from..to`. Implementations are `#[inline(always)]`.
    fn widen<S: Simd>(&self, simd: S, from: usize, to: usize, inputs: usize, numbers: &mut [f32]);
}

impl<N: Number> Weights for &[N] {
    fn plain(&self, from: usize, to: usize, inputs: usize) -> Option<&[f32]> {
        N::as_f32(&self[from * inputs..to * inputs])
    }

    #[inline(always)]
    fn widen<S: Simd>(&self, s: S, from: usize, to: usize, inputs: usize, numbers: &mut [f32]) {
        widen(s, &self[from * inputs..to * inputs], numbers);
    }
}

impl<W: Weights> ManyRows<'_, W> {
    /// Fills `out`, on all threads.
    pub(crate) fn run(&self, level: Level, out: &mut [f32]) {
        let width = level.run(PanelWidth);
        let row_bytes = (self.inputs * size_of::<f32>()).max(1);
        let most = (PACKED_BYTES / row_bytes / width).max(1) * width;
        let mut first = 0;
        while first < self.rows {
            let rows = most.min(self.rows - first);
            let some = ManyRows {
                x: &self.x[first * self.inputs..][..rows * self.inputs],
                rows,
                ..*self
            };
            some.run_packed(
                level,
                width,
                &mut out[first * self.outputs..][..rows * self.outputs],
            );
            first += rows;
        }
    }

    /// Packs all rows at once.
    fn run_packed(&self, level: Level, width: usize, out: &mut [f32]) {
        let padded = self.rows.next_multiple_of(width);
        let mut scratch = Scratch::new(padded * self.inputs);
        let packed = scratch.numbers();
        threads::for_chunks(packed, width * self.inputs, |panel, packed| {
            let first = panel * width;
            level.run(Pack {
                x: &self.x[first * self.inputs..],
                inputs: self.inputs,
                rows: (self.rows - first).min(width),
                packed,
            });
        });
        let packed = &*packed;
        let out = SharedMut::new(out);
        let step = self.step();
        threads::run(self.outputs.div_ceil(step), &|part| {
            let from = part * step;
            let to = (from + step).min(self.outputs);
            level.run(Part {
                of: self,
                packed,
                width,
                results: Results {
                    out: &out,
                    outputs: self.outputs,
                    from,
                    to,
                    bias: self.bias,
                    activation: self.activation,
                },
            });
        });
    }

    /// How many outputs a part has: whole tiles, and equally many parts for each thread.
    fn step(&self) -> usize {
        let row_bytes = (self.inputs * size_of::<f32>()).max(1);
        let most = (PART_BYTES / row_bytes).max(ROWS);
        let parts = self.outputs.div_ceil(most).next_multiple_of(2 * threads::count());
        self.outputs.div_ceil(parts).next_multiple_of(ROWS)
    }
}

struct PanelWidth;

impl Kernel for PanelWidth {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        widest::<S>() * S::LANES
    }
}

struct Pack<'a> {
    x: &'a [f32],
    inputs: usize,
    rows: usize,
    packed: &'a mut [f32],
}

impl Kernel for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let width = vectors_for::<S>(self.rows) * S::LANES;
        let panel = &mut self.packed[..self.inputs * width];
        tile::pack(s, self.x, self.inputs, self.rows, panel, width);
    }
}

/// The outputs `from..to` of all rows.
struct Part<'a, W> {
    of: &'a ManyRows<'a, W>,
    packed: &'a [f32],
    /// Rows of a whole panel.
    width: usize,
    results: Results<'a>,
}

impl<W: Weights> Kernel for Part<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let inputs = self.of.inputs;
        let (from, to) = (self.results.from, self.results.to);
        let outputs = to - from;
        let sums = outputs.next_multiple_of(S::LANES) * self.width;
        if let Some(weight) = self.of.weight.plain(from, to, inputs) {
            self.panels(s, weight, Scratch::new(sums).numbers());
        } else {
            let mut scratch = Scratch::new(sums + outputs * inputs);
            let (sums, weight) = scratch.numbers().split_at_mut(sums);
            self.of.weight.widen(s, from, to, inputs, weight);
            self.panels(s, weight, sums);
        }
    }
}

impl<W: Weights> Part<'_, W> {
    #[inline(always)]
    fn panels<S: Simd>(&self, s: S, weight: &[f32], sums: &mut [f32]) {
        let inputs = self.of.inputs;
        let mut first = 0;
        while first < self.of.rows {
            let rows = (self.of.rows - first).min(self.width);
            let vectors = vectors_for::<S>(rows);
            let width = vectors * S::LANES;
            let panel = &self.packed[first * inputs..][..width * inputs];
            with_vectors!(vectors, S, products(s, weight, panel, inputs, sums));
            self.results.put(s, sums, width, first, rows);
            first += rows;
        }
    }
}

/// Weights `[_, inputs]` times a panel `[inputs, V · LANES]`, to sums `[_, V · LANES]`.
#[inline(always)]
fn products<S: Simd, const V: usize>(s: S, weight: &[f32], panel: &[f32], inputs: usize, sums: &mut [f32]) {
    let width = V * S::LANES;
    if inputs == 0 {
        sums.fill(0.0);
        return;
    }
    let outputs = weight.len() / inputs;
    let mut at = 0;
    while at < inputs {
        let depth = DEPTH.min(inputs - at);
        let panel = &panel[at * width..][..depth * width];
        let mut output = 0;
        while output + ROWS <= outputs {
            let sums = &mut sums[output * width..];
            tile_of::<S, ROWS, V>(
                s,
                &weight[output * inputs + at..],
                inputs,
                depth,
                panel,
                sums,
                at == 0,
            );
            output += ROWS;
        }
        while output < outputs {
            let sums = &mut sums[output * width..];
            tile_of::<S, 1, V>(
                s,
                &weight[output * inputs + at..],
                inputs,
                depth,
                panel,
                sums,
                at == 0,
            );
            output += 1;
        }
        at += depth;
    }
}

#[inline(always)]
fn tile_of<S: Simd, const R: usize, const V: usize>(
    s: S,
    weight: &[f32],
    inputs: usize,
    depth: usize,
    panel: &[f32],
    sums: &mut [f32],
    is_first: bool,
) {
    let mut rows: [&[f32]; R] = [&[]; R];
    for (index, row) in rows.iter_mut().enumerate() {
        *row = &weight[index * inputs..][..depth];
    }
    let mut total = if is_first {
        [[s.zero(); V]; R]
    } else {
        tile::load(s, sums)
    };
    tile::multiply_rows(s, &rows, panel, &mut total);
    tile::store(s, &total, sums);
}
