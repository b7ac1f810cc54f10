//! Changes of layout: each copies once, and each has an inverse.

use std::ops::Range;

use half::{bf16, f16};
use rayon::prelude::*;

use crate::tensor::{Dtype, HostTensor};

/// Rows and columns that are moved together, so that both sides stay in the cache.
const BLOCK: usize = 32;

/// Rows of the first dimension, as a window: nothing is copied.
pub(crate) fn rows(tensor: &HostTensor, rows: &Range<usize>) -> HostTensor {
    let row_bytes = tensor.shape[1..].iter().product::<usize>() * tensor.dtype.size();
    let mut shape = tensor.shape.clone();
    shape[0] = rows.len();
    HostTensor {
        dtype: tensor.dtype,
        shape,
        bytes: tensor.bytes.slice(rows.start * row_bytes..rows.end * row_bytes),
    }
}

/// Swaps the last two dimensions, of which only `columns` of the last one are taken. Needs two dimensions.
pub(crate) fn transpose(tensor: &HostTensor, columns: &Range<usize>) -> HostTensor {
    let mut shape = tensor.shape.clone();
    let rank = shape.len();
    let (height, width) = (shape[rank - 2], shape[rank - 1]);
    let size = tensor.dtype.size();
    let batch: usize = shape[..rank - 2].iter().product();
    let mut bytes = vec![0; batch * height * columns.len() * size];
    if !bytes.is_empty() {
        let sources = tensor.bytes.chunks_exact(height * width * size);
        let targets = bytes.chunks_exact_mut(height * columns.len() * size);
        for (source, target) in sources.zip(targets) {
            let matrix = Matrix {
                source,
                height,
                width,
                columns,
            };
            match size {
                1 => matrix.transpose_into::<1>(target),
                2 => matrix.transpose_into::<2>(target),
                4 => matrix.transpose_into::<4>(target),
                _ => matrix.transpose_into::<8>(target),
            }
        }
    }
    shape[rank - 2] = columns.len();
    shape[rank - 1] = height;
    HostTensor {
        dtype: tensor.dtype,
        shape,
        bytes: bytes.into(),
    }
}

struct Matrix<'a> {
    source: &'a [u8],
    height: usize,
    width: usize,
    columns: &'a Range<usize>,
}

impl Matrix<'_> {
    /// Numbers of `N` bytes. Threads share the columns, a stripe each, since this is what loading such a file waits for.
    fn transpose_into<const N: usize>(&self, target: &mut [u8]) {
        let (source, _) = self.source.as_chunks::<N>();
        let (target, _) = target.as_chunks_mut::<N>();
        let stripes = target.par_chunks_mut(BLOCK * self.height).enumerate();
        stripes.for_each(|(stripe, target)| {
            let left = self.columns.start + stripe * BLOCK;
            for top in (0..self.height).step_by(BLOCK) {
                let bottom = (top + BLOCK).min(self.height);
                for (column, target) in target.chunks_exact_mut(self.height).enumerate() {
                    let column = source[left + column..].iter().step_by(self.width);
                    for (target, source) in target[top..bottom].iter_mut().zip(column.skip(top)) {
                        *target = *source;
                    }
                }
            }
        });
    }
}

/// From rotary dimensions paired as `2i` with `2i + 1` to `i` with `i + size / 2`: reorders the rows of each group of
/// `size` rows. Needs a first dimension that is a multiple of `size`, which is even.
pub(crate) fn halve_pairs(tensor: &HostTensor, size: usize) -> HostTensor {
    permute_rows(tensor, size, |row| 2 * (row % (size / 2)) + row / (size / 2))
}

/// The inverse of [`halve_pairs`].
pub(crate) fn interleave_pairs(tensor: &HostTensor, size: usize) -> HostTensor {
    permute_rows(tensor, size, |row| row / 2 + row % 2 * (size / 2))
}

fn permute_rows(tensor: &HostTensor, size: usize, from: impl Fn(usize) -> usize) -> HostTensor {
    let row_bytes = tensor.shape[1..].iter().product::<usize>() * tensor.dtype.size();
    let mut bytes = Vec::with_capacity(tensor.bytes.len());
    for group in (0..tensor.shape[0]).step_by(size) {
        for row in 0..size {
            let start = (group + from(row)) * row_bytes;
            bytes.extend_from_slice(&tensor.bytes[start..start + row_bytes]);
        }
    }
    HostTensor {
        bytes: bytes.into(),
        ..tensor.clone()
    }
}

/// Tensors of one dtype, one after the other along the first dimension. Needs at least one.
pub(crate) fn stack_rows(tensors: &[HostTensor]) -> HostTensor {
    let mut shape = tensors[0].shape.clone();
    shape[0] = tensors.iter().map(|tensor| tensor.shape[0]).sum();
    let mut bytes = Vec::with_capacity(tensors.iter().map(|tensor| tensor.bytes.len()).sum());
    for tensor in tensors {
        bytes.extend_from_slice(&tensor.bytes);
    }
    HostTensor {
        dtype: tensors[0].dtype,
        shape,
        bytes: bytes.into(),
    }
}

/// Adds a number to every number. Halves become F32, since a sum of theirs would lose what they hold.
pub(crate) fn add(tensor: &HostTensor, term: f64) -> HostTensor {
    if tensor.dtype == Dtype::F64 {
        let sums = numbers(tensor).map(|number| number + term);
        return HostTensor {
            bytes: sums.flat_map(f64::to_le_bytes).collect::<Vec<u8>>().into(),
            ..tensor.clone()
        };
    }
    let sums = numbers(tensor).map(|number| number as f32 + term as f32);
    HostTensor {
        dtype: Dtype::F32,
        bytes: sums.flat_map(f32::to_le_bytes).collect::<Vec<u8>>().into(),
        shape: tensor.shape.clone(),
    }
}

/// Whether two tensors hold the same numbers: the same bytes where the dtypes agree, else the same values.
pub(crate) fn equal(a: &HostTensor, b: &HostTensor) -> bool {
    if a.shape != b.shape {
        return false;
    }
    if a.dtype == b.dtype {
        return a.bytes == b.bytes;
    }
    numbers(a).eq(numbers(b))
}

/// The numbers of a tensor as real ones.
fn numbers(tensor: &HostTensor) -> Box<dyn Iterator<Item = f64> + '_> {
    fn each<'a, const N: usize>(
        bytes: &'a [u8],
        number: fn([u8; N]) -> f64,
    ) -> Box<dyn Iterator<Item = f64> + 'a> {
        Box::new(bytes.as_chunks::<N>().0.iter().map(move |bytes| number(*bytes)))
    }
    let bytes = &tensor.bytes;
    match tensor.dtype {
        Dtype::F64 => each(bytes, f64::from_le_bytes),
        Dtype::F32 => each(bytes, |bytes| f32::from_le_bytes(bytes).into()),
        Dtype::F16 => each(bytes, |bytes| f16::from_le_bytes(bytes).into()),
        Dtype::Bf16 => each(bytes, |bytes| bf16::from_le_bytes(bytes).into()),
        Dtype::I64 => each(bytes, |bytes| i64::from_le_bytes(bytes) as f64),
        Dtype::I32 => each(bytes, |bytes| i32::from_le_bytes(bytes).into()),
        Dtype::I16 => each(bytes, |bytes| i16::from_le_bytes(bytes).into()),
        Dtype::I8 => each(bytes, |bytes| i8::from_le_bytes(bytes).into()),
        Dtype::U8 | Dtype::Bool => each(bytes, |bytes| u8::from_le_bytes(bytes).into()),
    }
}
