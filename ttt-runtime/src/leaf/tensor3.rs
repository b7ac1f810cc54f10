//! Three dimensions of free numbers.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::initial::{Init, Initial};

/// Three dimensions of free numbers, used by their name.
#[derive(Module, Debug)]
pub struct Tensor3 {
    /// `[first, second, third]`
    pub value: Param<Tensor<3>>,
}

impl Tensor3 {
    /// Drawn from a normal distribution; constant when `init_std` is 0.
    pub fn new(
        first: usize,
        second: usize,
        third: usize,
        init_mean: f64,
        init_std: f64,
        init: &Init,
    ) -> Tensor3 {
        Tensor3 {
            value: init.param([first, second, third], Initial::around(init_mean, init_std)),
        }
    }
}
