//! Two dimensions of free numbers.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::initial::{Init, Initial};

/// Two dimensions of free numbers, used by their name.
#[derive(Module, Debug)]
pub struct Matrix {
    /// `[rows, columns]`
    pub value: Param<Tensor<2>>,
}

impl Matrix {
    /// Drawn from a normal distribution; constant when `init_std` is 0.
    pub fn new(rows: usize, columns: usize, init_mean: f64, init_std: f64, init: &Init) -> Matrix {
        Matrix {
            value: init.param([rows, columns], Initial::around(init_mean, init_std)),
        }
    }
}
