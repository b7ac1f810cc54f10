//! The product that all the others are made of: few rows of one matrix, as numbers, times a panel of another, as
//! vectors that stay in registers.

use crate::scratch::LINE;
use crate::simd::Simd;

/// How many rows a tile has: with [`widest`] vectors each they fill the registers.
pub(crate) const ROWS: usize = 6;

/// How many vectors wide a tile is at most.
#[inline(always)]
pub(crate) const fn widest<S: Simd>() -> usize {
    if S::LANES == 8 { 2 } else { 4 }
}

/// How many vectors hold so many numbers, at most the widest tile.
#[inline(always)]
pub(crate) fn vectors_for<S: Simd>(count: usize) -> usize {
    count.div_ceil(S::LANES).min(widest::<S>())
}

/// Calls `$work::<S, V>` for a number of vectors.
macro_rules! with_vectors {
    ($vectors:expr, $s:ty, $work:ident($($argument:expr),* $(,)?)) => {
        match $vectors {
            1 => $work::<$s, 1>($($argument),*),
            2 => $work::<$s, 2>($($argument),*),
            3 => $work::<$s, 3>($($argument),*),
            _ => $work::<$s, 4>($($argument),*),
        }
    };
}
pub(crate) use with_vectors;

/// How deep a tile goes between two looks ahead: a cache line of each row.
const STRIDE: usize = LINE / size_of::<f32>();

/// How many of those are written out, so that addresses are computed once for all of them.
const UNROLL: usize = 4;

/// What is read after a tile, which is asked for while the tile is multiplied.
#[derive(Clone, Copy)]
pub(crate) struct Ahead<'a> {
    /// How many bytes after each row of this tile its row of the next one begins.
    pub rows: usize,
    /// Numbers of a later panel, for the second cache.
    pub panel: &'a [f32],
}

/// `sums[r]` plus the products of row `r` with a panel `[depth, V · LANES]`.
#[inline(always)]
pub(crate) fn multiply_rows<S: Simd, const R: usize, const V: usize>(
    s: S,
    rows: &[&[f32]; R],
    panel: &[f32],
    ahead: Ahead<'_>,
    mut sums: [[S::F; V]; R],
) -> [[S::F; V]; R] {
    let width = V * S::LANES;
    let depth = panel.len() / width;
    let share = ahead.panel.len().div_ceil(depth.div_ceil(STRIDE).max(1));
    let mut later = ahead.panel.chunks(share.next_multiple_of(STRIDE).max(1));
    let mut at = 0;
    while at + STRIDE <= depth {
        let mut numbers = [&[0.0; STRIDE]; R];
        for (numbers, row) in numbers.iter_mut().zip(rows) {
            if let Some(chunk) = row[at..at + STRIDE].first_chunk() {
                *numbers = chunk;
            }
            s.prefetch(*numbers, ahead.rows);
        }
        for line in later.next().unwrap_or_default().chunks(STRIDE) {
            s.prefetch_far(line, 0);
        }
        let panel = &panel[at * width..][..STRIDE * width];
        for quad in 0..STRIDE / UNROLL {
            let panel = &panel[quad * UNROLL * width..][..UNROLL * width];
            for depth in 0..UNROLL {
                let numbers = numbers.map(|numbers| numbers[quad * UNROLL + depth]);
                add_products(s, &numbers, &panel[depth * width..][..width], &mut sums);
            }
        }
        at += STRIDE;
    }
    for (depth, panel) in (at..depth).zip(panel[at * width..].chunks_exact(width)) {
        let mut numbers = [0.0; R];
        for row in 0..R {
            numbers[row] = rows[row][depth];
        }
        add_products(s, &numbers, panel, &mut sums);
    }
    sums
}

/// Adds to `sums[r]` the product of number `r` with `V` vectors.
#[inline(always)]
fn add_products<S: Simd, const R: usize, const V: usize>(
    s: S,
    numbers: &[f32; R],
    panel: &[f32],
    sums: &mut [[S::F; V]; R],
) {
    let mut vectors = [s.zero(); V];
    for (vector, numbers) in vectors.iter_mut().zip(panel.chunks_exact(S::LANES)) {
        *vector = s.load(numbers);
    }
    for row in 0..R {
        let number = s.splat(numbers[row]);
        for vector in 0..V {
            sums[row][vector] = s.mul_add(number, vectors[vector], sums[row][vector]);
        }
    }
}

/// `sums[r]` plus the products of column `r` of a matrix, whose rows are `stride` apart, with a panel
/// `[depth, V · LANES]`.
#[inline(always)]
pub(crate) fn multiply_columns<S: Simd, const R: usize, const V: usize>(
    s: S,
    columns: &[f32],
    stride: usize,
    panel: &[f32],
    mut sums: [[S::F; V]; R],
) -> [[S::F; V]; R] {
    for (depth, panel) in panel.chunks_exact(V * S::LANES).enumerate() {
        if let Some(numbers) = columns[depth * stride..][..R].first_chunk() {
            add_products(s, numbers, panel, &mut sums);
        }
    }
    sums
}

/// `R` rows of sums from `[R, V · LANES]`. Places are counted, as in [`store`]: of slices that may end sooner, the sums
/// would not stay in registers.
#[inline(always)]
pub(crate) fn load<S: Simd, const R: usize, const V: usize>(s: S, from: &[f32]) -> [[S::F; V]; R] {
    let from = &from[..R * V * S::LANES];
    let mut sums = [[s.zero(); V]; R];
    for row in 0..R {
        for vector in 0..V {
            sums[row][vector] = s.load(&from[(row * V + vector) * S::LANES..]);
        }
    }
    sums
}

/// Writes `R` rows of sums to `[R, V · LANES]`.
#[inline(always)]
pub(crate) fn store<S: Simd, const R: usize, const V: usize>(s: S, sums: &[[S::F; V]; R], to: &mut [f32]) {
    let to = &mut to[..R * V * S::LANES];
    for row in 0..R {
        for vector in 0..V {
            s.store(sums[row][vector], &mut to[(row * V + vector) * S::LANES..]);
        }
    }
}

/// Puts up to `width` rows, each `stride` after the last, as columns of a panel `[depth, width]`, and zeros in the
/// columns that are left.
#[inline(always)]
pub(crate) fn pack<S: Simd>(s: S, x: &[f32], stride: usize, rows: usize, panel: &mut [f32], width: usize) {
    let depth = panel.len() / width;
    let mut column = 0;
    while column < width {
        let count = rows.saturating_sub(column).min(S::LANES);
        let mut at = 0;
        if count == S::LANES {
            while at + S::LANES <= depth {
                let from = &x[column * stride + at..];
                s.transpose(from, stride, &mut panel[at * width + column..], width);
                at += S::LANES;
            }
        }
        for at in at..depth {
            let to = &mut panel[at * width + column..][..S::LANES];
            for (index, to) in to.iter_mut().enumerate() {
                *to = if index < count {
                    x[(column + index) * stride + at]
                } else {
                    0.0
                };
            }
        }
        column += S::LANES;
    }
}
