//! Reference tensors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// A tensor as plain numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Reference {
    /// Real numbers; those in half precision are widened.
    Float {
        /// Sizes, outermost first.
        shape: Vec<usize>,
        /// Row-major.
        values: Vec<f32>,
    },
    /// Whole numbers.
    Int {
        /// Sizes, outermost first.
        shape: Vec<usize>,
        /// Row-major.
        values: Vec<i64>,
    },
}

impl From<&TensorView<'_>> for Reference {
    fn from(view: &TensorView<'_>) -> Reference {
        let (shape, data) = (view.shape().to_vec(), view.data());
        match view.dtype() {
            Dtype::F32 => Reference::Float {
                shape,
                values: numbers(data, f32::from_le_bytes),
            },
            Dtype::F16 => Reference::Float {
                shape,
                values: numbers(data, |bytes| f16::from_le_bytes(bytes).to_f32()),
            },
            Dtype::I64 => Reference::Int {
                shape,
                values: numbers(data, i64::from_le_bytes),
            },
            other => panic!("{other:?} does not occur in references"),
        }
    }
}

fn numbers<const N: usize, T>(data: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks().0.iter().map(|bytes| number(*bytes)).collect()
}

impl Reference {
    /// Sizes, outermost first.
    pub fn shape(&self) -> &[usize] {
        match self {
            Reference::Float { shape, .. } | Reference::Int { shape, .. } => shape,
        }
    }

    /// The real numbers.
    ///
    /// # Panics
    ///
    /// When they are whole numbers.
    pub fn floats(&self) -> &[f32] {
        match self {
            Reference::Float { values, .. } => values,
            Reference::Int { .. } => panic!("whole numbers where real ones are expected"),
        }
    }

    /// The whole numbers.
    ///
    /// # Panics
    ///
    /// When they are real numbers.
    pub fn ints(&self) -> &[i64] {
        match self {
            Reference::Int { values, .. } => values,
            Reference::Float { .. } => panic!("real numbers where whole ones are expected"),
        }
    }
}

/// The tensors of one file, by name.
#[derive(Clone, Debug)]
pub struct References(BTreeMap<String, Reference>);

impl References {
    /// Reads a safetensors file of F32, F16 and I64 tensors.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    pub fn read(path: &Path) -> References {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file =
            SafeTensors::deserialize(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let tensors = file.tensors().into_iter();
        References(
            tensors
                .map(|(name, view)| (name, Reference::from(&view)))
                .collect(),
        )
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&Reference> {
        self.0.get(name)
    }

    /// All tensors, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Reference)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The tensors whose names begin with `prefix`, without it.
    pub fn under(&self, prefix: &str) -> impl Iterator<Item = (&str, &Reference)> {
        self.iter()
            .filter_map(move |(name, tensor)| Some((name.strip_prefix(prefix)?, tensor)))
    }
}
