//! One dimension of free numbers.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::initial::{Init, Initial};

/// One dimension of free numbers, used by its name.
#[derive(Module, Debug)]
pub struct Vector {
    /// `[size]`
    pub value: Param<Tensor<1>>,
}

impl Vector {
    /// Drawn from a normal distribution; constant when `init_std` is 0.
    pub fn new(size: usize, init_mean: f64, init_std: f64, init: &Init) -> Vector {
        Vector {
            value: init.param([size], Initial::around(init_mean, init_std)),
        }
    }
}
