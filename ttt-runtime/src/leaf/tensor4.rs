//! Four dimensions of free numbers.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::initial::{Init, Initial};

/// Four dimensions of free numbers, used by their name.
#[derive(Module, Debug)]
pub struct Tensor4 {
    /// `[first, second, third, fourth]`
    pub value: Param<Tensor<4>>,
}

impl Tensor4 {
    /// Drawn from a normal distribution; constant when `init_std` is 0.
    pub fn new(
        first: usize,
        second: usize,
        third: usize,
        fourth: usize,
        init_mean: f64,
        init_std: f64,
        init: &Init,
    ) -> Tensor4 {
        let shape = [first, second, third, fourth];
        Tensor4 {
            value: init.param(shape, Initial::around(init_mean, init_std)),
        }
    }
}
