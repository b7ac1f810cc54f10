//! Rows of a table by index.

use std::fmt;

use crate::level::Level;
use crate::number::{Number, widen};
use crate::simd::{Kernel, Simd};
use crate::threads;

/// An index that a table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// The index.
    pub id: i64,
    /// Where it stands.
    pub at: usize,
    /// How many rows the table has.
    pub entries: usize,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {} is not an entry: the table has {} rows, counted from 0",
            self.id, self.at, self.entries
        )
    }
}

impl std::error::Error for Stranger {}

/// How many numbers are worth a thread's while.
const PART: usize = 1 << 14;

/// Copies the rows of a table `[entries, dim]` that `ids` name to `out`, `[ids.len(), dim]`, widened.
///
/// # Errors
///
/// When an index is not that of a row; nothing is copied then.
///
/// # Panics
///
/// When the sizes do not agree.
pub fn gather<N: Number>(table: &[N], dim: usize, ids: &[i64], out: &mut [f32]) -> Result<(), Stranger> {
    assert!(
        dim > 0 && table.len().is_multiple_of(dim),
        "the table is [entries, {dim}]"
    );
    assert_eq!(out.len(), ids.len() * dim, "the result is [indices, {dim}]");
    let entries = table.len() / dim;
    let strange = |id: &i64| usize::try_from(*id).map_or(true, |id| id >= entries);
    if let Some(at) = ids.iter().position(strange) {
        return Err(Stranger {
            id: ids[at],
            at,
            entries,
        });
    }
    let level = Level::current();
    let step = (PART / dim).max(1);
    threads::for_chunks(out, step * dim, |part, out| {
        let ids = &ids[part * step..][..out.len() / dim];
        level.run(Gather { table, dim, ids, out });
    });
    Ok(())
}

struct Gather<'a, N> {
    table: &'a [N],
    dim: usize,
    ids: &'a [i64],
    out: &'a mut [f32],
}

impl<N: Number> Kernel for Gather<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for (out, id) in self.out.chunks_exact_mut(self.dim).zip(self.ids) {
            widen(s, &self.table[*id as usize * self.dim..][..self.dim], out);
        }
    }
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::*;

    #[test]
    fn rows_are_widened() {
        let numbers: Vec<f32> = (0..7 * 19).map(|i| i as f32 - 40.0).collect();
        let ids = [6, 0, 3, 3];
        let mut out = vec![0.0; 4 * 19];
        let expected: Vec<f32> = ids
            .iter()
            .flat_map(|id| numbers[*id as usize * 19..][..19].to_vec())
            .collect();
        let half: Vec<f16> = numbers.iter().copied().map(f16::from_f32).collect();
        assert_eq!(gather(&half, 19, &ids, &mut out), Ok(()));
        assert_eq!(out, expected);
        let brain: Vec<bf16> = numbers.iter().copied().map(bf16::from_f32).collect();
        assert_eq!(gather(&brain, 19, &ids, &mut out), Ok(()));
        assert_eq!(out, expected);
    }

    #[test]
    fn a_stranger_is_told() {
        let stranger = Stranger {
            id: -1,
            at: 1,
            entries: 2,
        };
        assert_eq!(gather(&[0f32; 6], 3, &[1, -1], &mut [0.0; 6]), Err(stranger));
    }
}
