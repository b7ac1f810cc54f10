//! How one tensor of the model comes from one of the source.

use std::ops::Range;

use super::layout;
use crate::error::{Error, Problem, codes};
use crate::gguf::PackedTensor;
use crate::source::TensorSource;
use crate::tensor::{Dtype, HostTensor};

/// The steps from a source's tensor to the model's, in the order of the fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The source's name.
    pub source: String,
    /// Whether its last two dimensions are swapped.
    pub transpose: bool,
    /// The rows of a fused tensor that are taken, after swapping; all of them when `None`.
    pub rows: Option<Range<usize>>,
    /// The head's width, when rows paired as `2i`, `2i + 1` are reordered to `i`, `i + width / 2`.
    pub rotary: Option<usize>,
    /// What is added to every number.
    pub add: f64,
}

impl Recipe {
    /// Reads the source's tensor and takes the steps. A window into the source when no step changes the layout.
    pub(crate) fn read(&self, source: &dyn TensorSource) -> Result<HostTensor, Error> {
        let stored = read_checked(source, &self.source)?;
        let mut tensor = match (&self.rows, self.transpose && stored.shape.len() > 1) {
            (None, false) => stored,
            (Some(rows), false) => layout::rows(&stored, rows),
            (None, true) => layout::transpose(&stored, &(0..stored.shape[stored.shape.len() - 1])),
            (Some(rows), true) if stored.shape.len() == 2 => layout::transpose(&stored, rows),
            (Some(rows), true) => {
                let whole = 0..stored.shape[stored.shape.len() - 1];
                layout::rows(&layout::transpose(&stored, &whole), rows)
            }
        };
        if let Some(width) = self.rotary {
            tensor = layout::halve_pairs(&tensor, width);
        }
        if self.add != 0.0 {
            tensor = layout::add(&tensor, self.add);
        }
        Ok(tensor)
    }
}

impl Recipe {
    /// The source's tensor as it is stored, with its rows as the model has them. `None` where the steps need its numbers.
    pub(crate) fn packed(&self, source: &dyn TensorSource) -> Option<PackedTensor> {
        let stored = source.packed(&self.source)?;
        if (self.transpose && stored.shape.len() > 1) || self.add != 0.0 {
            return None;
        }
        let rows = *stored.shape.first()?;
        let row_bytes = stored.bytes.len().checked_div(rows)?;
        let is_whole_blocks = stored.shape.len() > 1 || stored.tensor_type.layout()?.block == 1;
        let keeps_rows = self.rows.is_none() && self.rotary.is_none();
        if !keeps_rows && !is_whole_blocks {
            return None;
        }
        // Rows are moved as a whole, so that it does not matter what is in them.
        let mut moved = HostTensor {
            dtype: Dtype::U8,
            shape: vec![rows, row_bytes],
            bytes: stored.bytes,
        };
        if let Some(rows) = &self.rows {
            moved = layout::rows(&moved, rows);
        }
        if let Some(width) = self.rotary {
            moved = layout::halve_pairs(&moved, width);
        }
        let mut shape = stored.shape;
        shape[0] = moved.shape[0];
        Some(PackedTensor {
            tensor_type: stored.tensor_type,
            shape,
            bytes: moved.bytes,
        })
    }
}

/// Reads a tensor and holds the source to its own description, since sources may be of the user's own making.
fn read_checked(source: &dyn TensorSource, name: &str) -> Result<HostTensor, Error> {
    let tensor = source.read(name)?;
    let bytes = tensor.shape.iter().product::<usize>() * tensor.dtype.size();
    let is_described = source
        .tensors()
        .get(name)
        .is_some_and(|info| info.shape == tensor.shape && info.dtype == tensor.dtype);
    if is_described && tensor.bytes.len() == bytes {
        return Ok(tensor);
    }
    let problem = Problem::new(
        codes::BYTE_COUNT,
        format!("`{name}` is not what its source describes"),
    )
    .file(source.origin())
    .tensor(name)
    .found(format!(
        "{} {:?} in {} bytes",
        tensor.dtype,
        tensor.shape,
        tensor.bytes.len()
    ))
    .help("correct the source's `read`");
    Err(problem.into())
}
