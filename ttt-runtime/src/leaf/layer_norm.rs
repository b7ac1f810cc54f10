//! Layer normalisation.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::module::layer_norm;

use crate::apart::apart;
use crate::initial::{Init, Initial};
use crate::kernel;
use crate::precision::{cast_to, in_f32};

/// Layer normalisation over the last dimension (Ba et al., 2016).
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[dim]`
    pub weight: Param<Tensor<1>>,
    /// `[dim]`
    pub bias: Option<Param<Tensor<1>>>,
    eps: f64,
}

impl LayerNorm {
    /// The weight starts at one, the bias at zero.
    pub fn new(dim: usize, eps: f64, bias: bool, init: &Init) -> LayerNorm {
        LayerNorm {
            weight: init.param([dim], Initial::Constant(1.0)),
            bias: bias.then(|| init.param([dim], Initial::Constant(0.0))),
            eps,
        }
    }

    /// `[.., dim]` to `[.., dim]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let bias = self.bias.as_ref().map(Param::val);
        let normed = kernel::layer_normed(x, self.weight.val(), bias, self.eps);
        normed.unwrap_or_else(|x| apart(|| in_f32(x, |x| self.composed(x))))
    }

    /// Out of Burn's operations, in the precision of `x`.
    fn composed<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let dtype = x.dtype();
        let weight = cast_to(self.weight.val(), dtype);
        let bias = self.bias.as_ref().map(|bias| cast_to(bias.val(), dtype));
        layer_norm(x, weight, bias, self.eps)
    }
}
