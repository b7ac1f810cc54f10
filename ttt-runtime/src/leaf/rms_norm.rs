//! Root-mean-square normalisation.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::apart::apart;
use crate::initial::{Init, Initial};
use crate::kernel;
use crate::precision::{cast_to, in_f32};

/// Root-mean-square normalisation over the last dimension (Zhang and Sennrich, 2019).
#[derive(Module, Debug)]
pub struct RmsNorm {
    /// `[dim]`
    pub weight: Param<Tensor<1>>,
    eps: f64,
}

impl RmsNorm {
    /// The weight starts at one.
    pub fn new(dim: usize, eps: f64, init: &Init) -> RmsNorm {
        RmsNorm {
            weight: init.param([dim], Initial::Constant(1.0)),
            eps,
        }
    }

    /// `[.., dim]` to `[.., dim]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let normed = kernel::rms_normed(x, self.weight.val(), self.eps);
        normed.unwrap_or_else(|x| apart(|| in_f32(x, |x| self.composed(x))))
    }

    /// Out of Burn's operations, in the precision of `x`.
    fn composed<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let weight = cast_to(self.weight.val(), x.dtype());
        let mean_square = x.clone().square().mean_dim(D - 1);
        let inverse = mean_square.add_scalar(self.eps).sqrt().recip();
        x * inverse * weight.unsqueeze()
    }
}
