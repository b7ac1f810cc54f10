//! Products of many rows with a matrix: as fast as the processor multiplies.
//!
//! The rows are packed once, as vectors across rows; the weights are read where they are, number by number, so that
//! they need no other layout than that of files. Where a level has few registers and rows are many, the weights of one
//! step are put side by side first.

use std::ops::Range;
use std::slice::Chunks;

use crate::level::Level;
use crate::number::{Number, widen};
use crate::results::Results;
use crate::scratch::{LINE, Scratch};
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd};
use crate::threads;
use crate::tile::{self, Ahead, ROWS, vectors_for, widest, with_vectors};

/// The depth of one step: a panel's slice stays in the first cache while all weights of a part pass by. Narrow panels
/// are twice as deep.
const DEPTH: usize = 128;

/// How many rows a panel has that is not narrow.
const NARROW: usize = 32;

/// How many outputs a part has at most: its weights of one step, and the sums, stay in the second cache.
const PART_OUTPUTS: usize = 192;

/// How many rows meet the weights of one step before the next: their sums stay in the second cache.
const STEP_ROWS: usize = 512;

/// How many bytes of packed rows there are at a time. All of them are read again with each part of the weights, so they
/// stay in the last cache.
const PACKED_BYTES: usize = 8 * 1024 * 1024;

/// Bytes after which addresses meet in the same place of the first cache.
const PAGE: usize = 4096;

/// How many rows pay for putting weights side by side, where rows of weights are whole pages apart and elsewhere.
const INTERLEAVED_ROWS: [usize; 2] = [64, 256];

/// Rows `[rows, inputs]` times the transpose of weights `[outputs, inputs]`, plus a bias, to `[rows, outputs]`.
#[derive(Clone, Copy)]
pub(crate) struct ManyRows<'a, N> {
    pub x: &'a [f32],
    pub rows: usize,
    pub weight: &'a [N],
    pub bias: Option<&'a [f32]>,
    pub inputs: usize,
    pub outputs: usize,
}

impl<N: Number> ManyRows<'_, N> {
    /// Puts all results to `out`, on all threads.
    pub(crate) fn run(&self, level: Level, out: &SharedMut<f32>) {
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
            some.run_packed(level, width, first, out);
            first += rows;
        }
    }

    /// Packs all rows at once; their results begin at the row `first` of `out`.
    fn run_packed(&self, level: Level, width: usize, first: usize, out: &SharedMut<f32>) {
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
        let depth = self.depth(width);
        let step = self.step();
        threads::run(self.outputs.div_ceil(step), &|part| {
            let from = part * step;
            let to = (from + step).min(self.outputs);
            level.run(Part {
                of: self,
                packed,
                width,
                depth,
                results: Results {
                    out,
                    first,
                    outputs: self.outputs,
                    from,
                    to,
                    bias: self.bias,
                },
            });
        });
    }

    /// How deep a step is: steps are alike.
    fn depth(&self, width: usize) -> usize {
        let most = if width < NARROW { 2 * DEPTH } else { DEPTH };
        let steps = self.inputs.div_ceil(most).max(1);
        self.inputs.div_ceil(steps).next_multiple_of(16)
    }

    /// How many outputs a part has: whole tiles, and equally many parts for each thread.
    fn step(&self) -> usize {
        let parts = self.outputs.div_ceil(PART_OUTPUTS);
        let parts = parts.next_multiple_of(2 * threads::count());
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
struct Part<'a, N> {
    of: &'a ManyRows<'a, N>,
    packed: &'a [f32],
    /// Rows of a whole panel.
    width: usize,
    /// Inputs of a whole step.
    depth: usize,
    results: Results<'a>,
}

impl<N: Number> Kernel for Part<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        match S::INTERLEAVES && self.pays_side_by_side() {
            true => self.all::<S, true>(s),
            false => self.all::<S, false>(s),
        }
    }
}

impl<N: Number> Part<'_, N> {
    /// Whether enough rows meet weights that would be read where they are. Rows of weights that are whole pages apart
    /// share few places of the first cache.
    fn pays_side_by_side(&self) -> bool {
        let bytes = self.of.inputs * size_of::<f32>();
        let [aligned, others] = INTERLEAVED_ROWS;
        let least = if bytes.is_multiple_of(PAGE) {
            aligned
        } else {
            others
        };
        N::as_f32(self.of.weight).is_some() && self.of.rows >= least
    }

    /// All rows. With `TILED`, tiles of weights are put side by side.
    #[inline(always)]
    fn all<S: Simd, const TILED: bool>(&self, s: S) {
        let outputs = self.results.to - self.results.from;
        let height = outputs.next_multiple_of(S::LANES);
        // Equally many rows meet the weights each time.
        let times = self
            .of
            .rows
            .div_ceil((STEP_ROWS / self.width).max(1) * self.width);
        let most = self.of.rows.div_ceil(times).next_multiple_of(self.width);
        let sums = height * most;
        let widened = match N::as_f32(self.of.weight) {
            Some(_) => 0,
            None => outputs * self.depth,
        };
        let tiles = match TILED {
            true => outputs * self.depth + S::LANES,
            false => 0,
        };
        let mut scratch = Scratch::new(sums + widened + tiles);
        let (sums, rest) = scratch.numbers().split_at_mut(sums);
        let (widened, tiles) = rest.split_at_mut(widened);
        let mut room = Room {
            height,
            sums,
            widened,
            tiles,
        };
        let mut first = 0;
        while first < self.of.rows {
            let rows = first..(first + most).min(self.of.rows);
            first = rows.end;
            self.steps::<S, TILED>(s, rows, &mut room);
        }
    }

    /// All inputs of some rows, step by step.
    #[inline(always)]
    fn steps<S: Simd, const TILED: bool>(&self, s: S, rows: Range<usize>, room: &mut Room<'_>) {
        let inputs = self.of.inputs;
        let mut at = 0;
        loop {
            let depth = self.depth.min(inputs - at);
            let step = self.step(s, at, depth, room.widened);
            let is_last = at + depth == inputs;
            for first in rows.clone().step_by(self.width) {
                let rows_of_panel = (rows.end - first).min(self.width);
                let vectors = vectors_for::<S>(rows_of_panel);
                let width = vectors * S::LANES;
                let panel = self.panel::<S>(first, at, depth);
                let sums = &mut room.sums[(first - rows.start) * room.height..][..room.height * width];
                let next = match first + self.width < rows.end {
                    true => self.panel::<S>(first + self.width, at, depth),
                    // The next step begins with the first rows again.
                    false => self.panel::<S>(rows.start, at + depth, self.depth),
                };
                let panel = Panel {
                    numbers: panel,
                    next,
                    is_first: first == rows.start,
                };
                match TILED {
                    true => with_vectors!(vectors, S, tiled_products(s, step, room.tiles, panel, sums)),
                    false => with_vectors!(vectors, S, products(s, step, panel, sums)),
                }
                if is_last {
                    self.results.put(s, sums, width, first, rows_of_panel);
                }
            }
            if is_last {
                return;
            }
            at += depth;
        }
    }

    /// The weights of the inputs `at..at + depth`.
    #[inline(always)]
    fn step<'w, S: Simd>(&'w self, s: S, at: usize, depth: usize, widened: &'w mut [f32]) -> Step<'w> {
        let inputs = self.of.inputs;
        let outputs = self.results.to - self.results.from;
        let weight = &self.of.weight[self.results.from * inputs..];
        if let Some(weight) = N::as_f32(weight) {
            return Step {
                weight: &weight[at..],
                stride: inputs,
                outputs,
                depth,
                is_first: at == 0,
            };
        }
        let widened = &mut widened[..outputs * depth];
        for (row, widened) in widened.chunks_exact_mut(depth.max(1)).enumerate() {
            widen(s, &weight[row * inputs + at..][..depth], widened);
        }
        Step {
            weight: widened,
            stride: depth,
            outputs,
            depth,
            is_first: at == 0,
        }
    }

    /// The inputs from `at`, `depth` or as many as there are, of the panel that begins with the row `first`.
    #[inline(always)]
    fn panel<S: Simd>(&self, first: usize, at: usize, depth: usize) -> &[f32] {
        let inputs = self.of.inputs;
        let width = vectors_for::<S>((self.of.rows - first).min(self.width)) * S::LANES;
        let depth = depth.min(inputs - at);
        &self.packed[first * inputs..][at * width..][..depth * width]
    }
}

/// Memory of a part.
struct Room<'a> {
    /// Outputs of the sums, whole vectors of them.
    height: usize,
    /// `[rows, height]`, panel after panel
    sums: &'a mut [f32],
    /// The weights of one step as numbers, where they are stored in 16 bits.
    widened: &'a mut [f32],
    /// The tiles of one step, where they are put side by side.
    tiles: &'a mut [f32],
}

/// Some rows' inputs of one step, `[depth, width]`.
#[derive(Clone, Copy)]
struct Panel<'a> {
    numbers: &'a [f32],
    /// The panel after it.
    next: &'a [f32],
    /// Whether it is the first that meets the step's weights.
    is_first: bool,
}

/// The weights of some outputs and inputs.
#[derive(Clone, Copy)]
struct Step<'a> {
    /// Rows of [`Step::depth`] numbers that begin [`Step::stride`] after each other.
    weight: &'a [f32],
    stride: usize,
    outputs: usize,
    depth: usize,
    /// Whether sums begin with it.
    is_first: bool,
}

/// Weights times a panel of `V` vectors, to sums `[outputs, V · LANES]`.
#[inline(always)]
fn products<S: Simd, const V: usize>(s: S, step: Step<'_>, panel: Panel<'_>, sums: &mut [f32]) {
    let width = V * S::LANES;
    let mut next = panel.shares(step);
    let mut output = 0;
    while output + ROWS <= step.outputs {
        let sums = &mut sums[output * width..];
        let next = next.next().unwrap_or_default();
        tile_of::<S, ROWS, V>(s, step, output, panel.numbers, next, sums);
        output += ROWS;
    }
    rest_of_products::<S, V>(s, step, output, panel.numbers, next.next(), sums);
}

/// The same with tiles side by side, which are put there when the first panel comes.
#[inline(always)]
fn tiled_products<S: Simd, const V: usize>(
    s: S,
    step: Step<'_>,
    tiles: &mut [f32],
    panel: Panel<'_>,
    sums: &mut [f32],
) {
    let width = V * S::LANES;
    let mut next = panel.shares(step);
    let mut output = 0;
    while output + ROWS <= step.outputs {
        let sums = &mut sums[output * width..];
        let tile = &mut tiles[output * step.depth..];
        if panel.is_first {
            let rows = &step.weight[output * step.stride..];
            tile::interleave::<S, ROWS>(s, rows, step.stride, step.depth, tile);
            step.prefetch(s, output + ROWS);
        }
        for line in next.next().unwrap_or_default().chunks(LINE / size_of::<f32>()) {
            s.prefetch_far(line, 0);
        }
        let mut total = [[s.zero(); V]; ROWS];
        if !step.is_first {
            tile::load(s, sums, &mut total);
        }
        tile::multiply_interleaved(s, &tile[..ROWS * step.depth], panel.numbers, &mut total);
        tile::store(s, &total, sums);
        output += ROWS;
    }
    rest_of_products::<S, V>(s, step, output, panel.numbers, next.next(), sums);
}

/// The outputs from `output`, which are no whole tile.
#[inline(always)]
fn rest_of_products<S: Simd, const V: usize>(
    s: S,
    step: Step<'_>,
    output: usize,
    panel: &[f32],
    mut next: Option<&[f32]>,
    sums: &mut [f32],
) {
    for output in output..step.outputs {
        let sums = &mut sums[output * V * S::LANES..];
        tile_of::<S, 1, V>(s, step, output, panel, next.take().unwrap_or_default(), sums);
    }
}

impl<'a> Panel<'a> {
    /// The panel after it, in one share for each tile and one for the outputs after the last.
    #[inline(always)]
    fn shares(&self, step: Step<'_>) -> Chunks<'a, f32> {
        let share = self.next.len().div_ceil(step.outputs.div_ceil(ROWS));
        self.next.chunks(share.max(1))
    }
}

impl Step<'_> {
    /// Asks for the weights of a tile.
    #[inline(always)]
    fn prefetch<S: Simd>(&self, s: S, output: usize) {
        for output in output..(output + ROWS).min(self.outputs) {
            let row = &self.weight[output * self.stride..][..self.depth];
            for line in row.chunks(LINE / size_of::<f32>()) {
                s.prefetch(line, 0);
            }
        }
    }
}

#[inline(always)]
fn tile_of<S: Simd, const R: usize, const V: usize>(
    s: S,
    step: Step<'_>,
    output: usize,
    panel: &[f32],
    next: &[f32],
    sums: &mut [f32],
) {
    let mut rows: [&[f32]; R] = [&[]; R];
    for (index, row) in rows.iter_mut().enumerate() {
        *row = &step.weight[(output + index) * step.stride..][..step.depth];
    }
    let mut total = [[s.zero(); V]; R];
    if !step.is_first {
        tile::load(s, sums, &mut total);
    }
    let ahead = Ahead {
        rows: R * step.stride * size_of::<f32>(),
        panel: next,
    };
    tile::multiply_rows(s, &rows, panel, ahead, &mut total);
    tile::store(s, &total, sums);
}
