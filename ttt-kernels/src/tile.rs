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

/// Adds to `sums[r]` the products of row `r` with a panel `[depth, V · LANES]`.
#[inline(always)]
pub(crate) fn multiply_rows<S: Simd, const R: usize, const V: usize>(
    s: S,
    rows: &[&[f32]; R],
    panel: &[f32],
    ahead: Ahead<'_>,
    sums: &mut [[S::F; V]; R],
) {
    let width = V * S::LANES;
    let depth = panel.len() / width;
    let share = ahead.panel.len().div_ceil(depth.div_ceil(STRIDE).max(1));
    let mut later = ahead.panel.chunks(share.next_multiple_of(STRIDE).max(1));
    let mut total = *sums;
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
                add_products(s, &numbers, &panel[depth * width..][..width], &mut total);
            }
        }
        at += STRIDE;
    }
    for (depth, panel) in (at..depth).zip(panel[at * width..].chunks_exact(width)) {
        add_products(s, &rows.map(|row| row[depth]), panel, &mut total);
    }
    *sums = total;
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

/// Puts the numbers of `R` rows that begin `stride` after each other side by side: `[depth, R]`. Of `to`, as many
/// numbers after those as a vector has lanes may be changed.
#[inline(always)]
pub(crate) fn interleave<S: Simd, const R: usize>(
    s: S,
    rows: &[f32],
    stride: usize,
    depth: usize,
    to: &mut [f32],
) {
    let mut at = 0;
    // A square has more rows than are wanted: what they write is overwritten by what comes after it.
    if R <= S::LANES {
        let readable = rows.len().saturating_sub((S::LANES - 1) * stride).min(depth);
        while at + S::LANES <= readable && (at + S::LANES) * R + S::LANES <= to.len() {
            s.transpose(&rows[at..], stride, &mut to[at * R..], R);
            at += S::LANES;
        }
    }
    for at in at..depth {
        for row in 0..R {
            to[at * R + row] = rows[row * stride + at];
        }
    }
}

/// Adds to `sums[r]` the products of row `r`, of `R` that are side by side `[depth, R]`, with a panel
/// `[depth, V · LANES]`.
#[inline(always)]
pub(crate) fn multiply_interleaved<S: Simd, const R: usize, const V: usize>(
    s: S,
    rows: &[f32],
    panel: &[f32],
    sums: &mut [[S::F; V]; R],
) {
    let width = V * S::LANES;
    let (quads, rest) = rows.as_chunks::<R>().0.as_chunks::<UNROLL>();
    let (panel, rest_of_panel) = panel.split_at(quads.len() * UNROLL * width);
    let mut total = *sums;
    for (numbers, panel) in quads.iter().zip(panel.chunks_exact(UNROLL * width)) {
        for depth in 0..UNROLL {
            add_products(s, &numbers[depth], &panel[depth * width..][..width], &mut total);
        }
    }
    for (numbers, panel) in rest.iter().zip(rest_of_panel.chunks_exact(width)) {
        add_products(s, numbers, panel, &mut total);
    }
    *sums = total;
}

/// Adds to `sums[r]` the products of column `r` of a matrix, whose rows are `stride` apart, with a panel
/// `[depth, V · LANES]`.
#[inline(always)]
pub(crate) fn multiply_columns<S: Simd, const R: usize, const V: usize>(
    s: S,
    columns: &[f32],
    stride: usize,
    panel: &[f32],
    sums: &mut [[S::F; V]; R],
) {
    for (depth, panel) in panel.chunks_exact(V * S::LANES).enumerate() {
        let mut vectors = [s.zero(); V];
        for (vector, numbers) in vectors.iter_mut().zip(panel.chunks_exact(S::LANES)) {
            *vector = s.load(numbers);
        }
        let numbers = &columns[depth * stride..][..R];
        for row in 0..R {
            let number = s.splat(numbers[row]);
            for vector in 0..V {
                sums[row][vector] = s.mul_add(number, vectors[vector], sums[row][vector]);
            }
        }
    }
}

/// Reads `R` rows of sums from `[R, V · LANES]`.
#[inline(always)]
pub(crate) fn load<S: Simd, const R: usize, const V: usize>(s: S, from: &[f32], sums: &mut [[S::F; V]; R]) {
    for (sums, from) in sums.iter_mut().zip(from.chunks_exact(V * S::LANES)) {
        for (sum, from) in sums.iter_mut().zip(from.chunks_exact(S::LANES)) {
            *sum = s.load(from);
        }
    }
}

/// Writes `R` rows of sums to `[R, V · LANES]`.
#[inline(always)]
pub(crate) fn store<S: Simd, const R: usize, const V: usize>(s: S, sums: &[[S::F; V]; R], to: &mut [f32]) {
    for (sums, to) in sums.iter().zip(to.chunks_exact_mut(V * S::LANES)) {
        for (sum, to) in sums.iter().zip(to.chunks_exact_mut(S::LANES)) {
            s.store(*sum, to);
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
