//! Linear maps.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::{Weight, WeightValue};
use crate::initial::{Init, Initial};
use crate::kernel;
use crate::precision::cast_to;

/// `x · weightᵀ + bias`
#[derive(Module, Debug)]
pub struct Linear {
    /// `[out_dim, in_dim]`; released when tied.
    pub weight: Weight,
    /// `[out_dim]`
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// The weight is drawn from a normal distribution, the bias starts at zero.
    pub fn new(in_dim: usize, out_dim: usize, bias: bool, init_std: f64, init: &Init) -> Linear {
        let normal = Initial::Normal {
            mean: 0.0,
            std: init_std,
        };
        Linear {
            weight: Weight::new([out_dim, in_dim], normal, init),
            bias: bias.then(|| init.param([out_dim], Initial::Constant(0.0))),
        }
    }

    /// `[.., in_dim]` to `[.., out_dim]`.
    ///
    /// # Panics
    ///
    /// When the weight was released.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        self.forward_with(x, self.weight())
    }

    /// [`Linear::forward`] with the weight of a tie's owner, `[out_dim, in_dim]`.
    pub fn forward_with<const D: usize>(&self, x: Tensor<D>, weight: WeightValue) -> Tensor<D> {
        let bias = self.bias.as_ref().map(Param::val);
        match kernel::linear(&x, &weight, bias.as_ref()) {
            Some(sum) => sum,
            None => composed(x, weight, bias),
        }
    }

    /// The weight, `[out_dim, in_dim]`.
    ///
    /// # Panics
    ///
    /// When the weight was released.
    pub fn weight(&self) -> WeightValue {
        self.weight.value()
    }

    /// Drops the weight's storage: it is tied to another tensor.
    pub fn release_weight(&mut self) {
        self.weight.release();
    }
}

/// `x · weightᵀ + bias` in the precision of `x`, out of Burn's operations.
fn composed<const D: usize>(x: Tensor<D>, weight: WeightValue, bias: Option<Tensor<1>>) -> Tensor<D> {
    let dtype = x.dtype();
    let mut shape = x.dims();
    let rows = shape[..D - 1].iter().product::<usize>();
    let [out_dim, _] = weight.dims();
    let x = x.reshape([rows, shape[D - 1]]);
    let product = x.matmul(cast_to(Tensor::from(weight), dtype).transpose());
    shape[D - 1] = out_dim;
    match bias {
        Some(bias) => (product + cast_to(bias, dtype).unsqueeze()).reshape(shape),
        None => product.reshape(shape),
    }
}
