//! Dropout.

use burn::module::Module;
use burn::tensor::{Distribution, Tensor};

use crate::context::Context;
use crate::initial::Init;

/// Zeroes values at random while training, and scales the others to keep the mean.
#[derive(Module, Debug)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// `rate` is at least 0 and below 1.
    pub fn new(rate: f64, _init: &Init) -> Dropout {
        Dropout { rate }
    }

    /// `x` itself unless the context says that this is training.
    pub fn forward<const D: usize>(&self, cx: &mut Context, x: Tensor<D>) -> Tensor<D> {
        if !cx.training || self.rate == 0.0 {
            return x;
        }
        let keep = 1.0 - self.rate;
        let mask = x.random_like(Distribution::Bernoulli(keep));
        (x * mask).div_scalar(keep)
    }
}
