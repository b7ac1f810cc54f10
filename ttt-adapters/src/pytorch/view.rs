//! A tensor as a view of a storage: checked once, read in place where its numbers lie one after the other.

use std::ops::Range;

use bytes::Bytes;

use super::pickle::{Element, Tensor};
use crate::tensor::Dtype;

/// A view whose every number lies in the file.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    /// In elements; empty when the numbers lie one after the other.
    strides: Vec<usize>,
    /// From the first number to the end of the last, in the file.
    range: Range<usize>,
    is_big_endian: bool,
}

/// Why a view cannot be read.
#[derive(Debug)]
pub(super) enum Unviewable {
    /// Numbers of this kind are not read.
    Element(Element),
    /// It sees elements up to this one, and the storage has fewer.
    Outside { needed: usize, available: usize },
    /// Its sizes cannot be counted.
    TooLarge,
}

impl View {
    /// Checks a tensor against the bytes of its storage. `file_length` bounds what repeated numbers may grow to.
    pub fn new(
        tensor: &Tensor,
        storage: Range<usize>,
        is_big_endian: bool,
        file_length: usize,
    ) -> Result<View, Unviewable> {
        let Some(dtype) = tensor.element.dtype else {
            return Err(Unviewable::Element(tensor.element));
        };
        let size = dtype.size();
        let available = storage.len() / size;
        let count = product(&tensor.shape).ok_or(Unviewable::TooLarge)?;
        let last = last_element(tensor).ok_or(Unviewable::TooLarge)?;
        if count > 0 && last >= available {
            let needed = last.saturating_add(1);
            return Err(Unviewable::Outside { needed, available });
        }
        let range = match count {
            0 => storage.start..storage.start,
            _ => storage.start + tensor.offset * size..storage.start + (last + 1) * size,
        };
        let is_contiguous = count == 0 || is_contiguous(tensor);
        if !is_contiguous && count.checked_mul(size).is_none_or(|bytes| bytes > file_length) {
            return Err(Unviewable::TooLarge);
        }
        Ok(View {
            dtype,
            shape: tensor.shape.clone(),
            strides: if is_contiguous {
                Vec::new()
            } else {
                tensor.strides.clone()
            },
            range,
            is_big_endian: is_big_endian && size > 1,
        })
    }

    /// Its numbers in row-major order, little endian; a window into the file where that is possible.
    pub fn read(&self, file: &Bytes) -> Bytes {
        let window = file.slice(self.range.clone());
        if self.strides.is_empty() && !self.is_big_endian {
            return window;
        }
        let mut bytes = match (self.strides.is_empty(), self.dtype.size()) {
            (true, _) => window.to_vec(),
            (false, 8) => self.gather::<8>(&window),
            (false, 4) => self.gather::<4>(&window),
            (false, 2) => self.gather::<2>(&window),
            (false, _) => self.gather::<1>(&window),
        };
        if self.is_big_endian {
            bytes
                .chunks_exact_mut(self.dtype.size())
                .for_each(<[u8]>::reverse);
        }
        bytes.into()
    }

    /// Collects elements of `N` bytes along the strides.
    fn gather<const N: usize>(&self, window: &[u8]) -> Vec<u8> {
        let (elements, _) = window.as_chunks::<N>();
        let (Some(inner_size), Some(inner_stride)) = (self.shape.last(), self.strides.last()) else {
            return window.to_vec();
        };
        let outer = &self.shape[..self.shape.len() - 1];
        let mut bytes = Vec::with_capacity(self.shape.iter().product::<usize>() * N);
        let mut index = vec![0; outer.len()];
        let mut start = 0;
        loop {
            let row = (0..*inner_size).map(|column| elements[start + column * inner_stride]);
            row.for_each(|element| bytes.extend_from_slice(&element));
            // Counts up like an odometer, the last wheel fastest.
            let turning = (0..outer.len()).rev().find(|wheel| {
                index[*wheel] += 1;
                start += self.strides[*wheel];
                let is_full = index[*wheel] == outer[*wheel];
                if is_full {
                    start -= self.strides[*wheel] * outer[*wheel];
                    index[*wheel] = 0;
                }
                !is_full
            });
            if turning.is_none() {
                return bytes;
            }
        }
    }
}

fn product(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1usize, |count, size| count.checked_mul(*size))
}

/// The farthest element that the view sees, from the start of the storage.
fn last_element(tensor: &Tensor) -> Option<usize> {
    let mut steps = tensor.shape.iter().zip(&tensor.strides);
    steps.try_fold(tensor.offset, |last, (size, stride)| {
        last.checked_add(size.saturating_sub(1).checked_mul(*stride)?)
    })
}

fn is_contiguous(tensor: &Tensor) -> bool {
    let mut expected = 1;
    let dims = tensor.shape.iter().zip(&tensor.strides).rev();
    for (size, stride) in dims.filter(|(size, _)| **size != 1) {
        if *stride != expected {
            return false;
        }
        expected *= size;
    }
    true
}
