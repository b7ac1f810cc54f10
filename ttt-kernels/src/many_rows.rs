//! Products of many rows with a matrix: as fast as the processor multiplies.
//!
//! The rows are packed once, as vectors across rows; the weights are read where they are, number by number, so that
//! they need no other layout than that of files. Weights whose rows are whole pages apart are put next to each other
//! while the first rows meet them, where a level has that pay.

use std::ops::Range;

use crate::level::Level;
use crate::number::{Number, widen};
use crate::results::Results;
use crate::scratch::Scratch;
use crate::shared::SharedMut;
use crate::simd::{Kernel, Simd};
use crate::threads;
use crate::tile::{self, Ahead, ROWS, vectors_for, widest, with_vectors};

/// The depth of one step: a panel's slice stays in the first cache while all weights of a part pass by. Narrow panels
/// are three times as deep.
const DEPTH: usize = 128;

/// How many rows a panel has that is not narrow.
const NARROW: usize = 32;

/// How many outputs a part has at most: its weights of one step stay in the second cache.
const PART_OUTPUTS: usize = 192;

/// How many parts each thread has where there are enough outputs, so that one that is slower for a while leaves some to the
/// others.
const PARTS: usize = 6;

/// Fewer outputs than that are no part of their own for the sake of [`PARTS`]: every part reads all rows again.
const LEAST_OUTPUTS: usize = 48;

/// How many rows meet the weights of one step before the next: their sums stay near.
const STEP_ROWS: usize = 512;

/// How many bytes of packed rows there are at a time. All of them are read again with each part of the weights, so they
/// stay in the last cache.
const PACKED_BYTES: usize = 8 * 1024 * 1024;

/// Bytes after which addresses meet in the same place of the first cache.
const PAGE: usize = 4096;

/// More panels than that pay for putting weights next to each other whose rows are whole pages apart.
const GATHERED_PANELS: usize = 2;

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
        let most = if width < NARROW { 3 * DEPTH } else { DEPTH };
        let steps = self.inputs.div_ceil(most).max(1);
        self.inputs.div_ceil(steps).next_multiple_of(16)
    }

    /// How many outputs a part has: whole tiles, and equally many parts for each thread.
    fn step(&self) -> usize {
        let threads = threads::count();
        let parts = (PARTS * threads).min(self.outputs.div_ceil(LEAST_OUTPUTS));
        let parts = parts.max(self.outputs.div_ceil(PART_OUTPUTS));
        let parts = parts.next_multiple_of(2 * threads);
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
        let outputs = self.results.to - self.results.from;
        let height = outputs.next_multiple_of(S::LANES);
        // Equally many rows meet the weights each time.
        let times = self
            .of
            .rows
            .div_ceil((STEP_ROWS / self.width).max(1) * self.width);
        let most = self.of.rows.div_ceil(times).next_multiple_of(self.width);
        let sums = height * most;
        let copied = match N::as_f32(self.of.weight) {
            Some(_) if !self.gathers::<S>() => 0,
            _ => outputs * self.depth,
        };
        let mut scratch = Scratch::new(sums + copied);
        let (sums, copied) = scratch.numbers().split_at_mut(sums);
        let mut room = Room { height, sums, copied };
        let mut first = 0;
        while first < self.of.rows {
            let rows = first..(first + most).min(self.of.rows);
            first = rows.end;
            self.steps::<S>(s, rows, &mut room);
        }
    }
}

impl<N: Number> Part<'_, N> {
    /// Whether the weights of a step are put next to each other while the first panel meets them. Rows that are whole pages
    /// apart share few places of the first cache.
    fn gathers<S: Simd>(&self) -> bool {
        let bytes = self.of.inputs * size_of::<N>();
        S::GATHERS
            && N::as_f32(self.of.weight).is_some()
            && bytes.is_multiple_of(PAGE)
            && self.of.rows > GATHERED_PANELS * self.width
    }

    /// All inputs of some rows, step by step.
    #[inline(always)]
    fn steps<S: Simd>(&self, s: S, rows: Range<usize>, room: &mut Room<'_>) {
        let inputs = self.of.inputs;
        let mut at = 0;
        loop {
            let depth = self.depth.min(inputs - at);
            self.step(s, rows.clone(), at, depth, room);
            at += depth;
            if at == inputs {
                return;
            }
        }
    }

    /// The inputs `at..at + depth` of some rows.
    #[inline(always)]
    fn step<S: Simd>(&self, s: S, rows: Range<usize>, at: usize, depth: usize, room: &mut Room<'_>) {
        let inputs = self.of.inputs;
        let outputs = self.results.to - self.results.from;
        let weight = &self.of.weight[self.results.from * inputs..];
        let in_place = N::as_f32(weight);
        if in_place.is_none() {
            let widened = room.copied[..outputs * depth].chunks_exact_mut(depth.max(1));
            for (row, widened) in widened.enumerate() {
                widen(s, &weight[row * inputs + at..][..depth], widened);
            }
        }
        for first in rows.clone().step_by(self.width) {
            let rows_of_panel = (rows.end - first).min(self.width);
            let vectors = vectors_for::<S>(rows_of_panel);
            let width = vectors * S::LANES;
            let panel = Panel {
                numbers: self.panel::<S>(first, at, depth),
                next: match first + self.width < rows.end {
                    true => self.panel::<S>(first + self.width, at, depth),
                    // The next step begins with the first rows again.
                    false => self.panel::<S>(rows.start, at + depth, self.depth),
                },
            };
            let gathers = self.gathers::<S>();
            let (weight, stride, copied) = match in_place {
                Some(weight) if first == rows.start || !gathers => {
                    (&weight[at..], inputs, gathers.then_some(&mut *room.copied))
                }
                _ => (&*room.copied, depth, None),
            };
            let step = Step {
                weight,
                stride,
                outputs,
                depth,
                is_first: at == 0,
            };
            let sums = &mut room.sums[(first - rows.start) * room.height..][..room.height * width];
            with_vectors!(vectors, S, products(s, step, copied, panel, sums));
            if at + depth == inputs {
                self.results.put(s, sums, width, first, rows_of_panel);
            }
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
    /// `[outputs, depth]`: the weights of one step, where they are not multiplied in place.
    copied: &'a mut [f32],
}

/// Some rows' inputs of one step, `[depth, width]`.
#[derive(Clone, Copy)]
struct Panel<'a> {
    numbers: &'a [f32],
    /// The panel after it.
    next: &'a [f32],
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

/// Weights times a panel of `V` vectors, to sums `[outputs, V · LANES]`. With room for a copy, the weights are put there
/// next to each other.
#[inline(always)]
fn products<S: Simd, const V: usize>(
    s: S,
    step: Step<'_>,
    mut copied: Option<&mut [f32]>,
    panel: Panel<'_>,
    sums: &mut [f32],
) {
    let width = V * S::LANES;
    // One share for each tile, and one for the outputs after the last.
    let share = panel.next.len().div_ceil(step.outputs.div_ceil(ROWS));
    let mut next = panel.next.chunks(share.max(1));
    let mut output = 0;
    while output < step.outputs {
        let next = next.next().unwrap_or_default();
        let sums = &mut sums[output * width..];
        let count = match step.outputs - output {
            ROWS.. => tile_of::<S, ROWS, V>(s, step, output, panel.numbers, next, sums),
            _ => tile_of::<S, 1, V>(s, step, output, panel.numbers, next, sums),
        };
        if let Some(copied) = &mut copied {
            step.copy(s, output..output + count, copied);
        }
        output += count;
    }
}

/// The outputs from `output`, `R` of them; returns how many.
#[inline(always)]
fn tile_of<S: Simd, const R: usize, const V: usize>(
    s: S,
    step: Step<'_>,
    output: usize,
    panel: &[f32],
    next: &[f32],
    sums: &mut [f32],
) -> usize {
    let mut rows: [&[f32]; R] = [&[]; R];
    for (index, row) in rows.iter_mut().enumerate() {
        *row = &step.weight[(output + index) * step.stride..][..step.depth];
    }
    let ahead = Ahead {
        rows: R * step.stride * size_of::<f32>(),
        panel: next,
    };
    let before = step.before::<S, R, V>(s, sums);
    let total = tile::multiply_rows(s, &rows, panel, ahead, before);
    tile::store(s, &total, sums);
    R
}

impl Step<'_> {
    /// The sums of a tile before this step.
    #[inline(always)]
    fn before<S: Simd, const R: usize, const V: usize>(&self, s: S, sums: &[f32]) -> [[S::F; V]; R] {
        match self.is_first {
            true => [[s.zero(); V]; R],
            false => tile::load(s, sums),
        }
    }

    /// Puts the weights of some outputs next to each other, `[outputs, depth]`.
    #[inline(always)]
    fn copy<S: Simd>(&self, s: S, outputs: Range<usize>, copied: &mut [f32]) {
        for output in outputs {
            let row = &self.weight[output * self.stride..][..self.depth];
            widen(s, row, &mut copied[output * self.depth..][..self.depth]);
        }
    }
}
