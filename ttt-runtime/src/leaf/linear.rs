//! Linear maps.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::{Weight, WeightValue};
use crate::apart::apart;
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
        let bias = || self.bias.as_ref().map(Param::val);
        let product = kernel::linear(x, weight, bias());
        product.unwrap_or_else(|given| apart(|| composed(given.0, given.1, bias())))
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
    let sum = match bias {
        Some(bias) => product + cast_to(bias, dtype).unsqueeze(),
        None => product,
    };
    sum.reshape(shape)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn numbers<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
        let count = shape.iter().product();
        let numbers: Vec<f32> = (0..count).map(|at: usize| (at as f32 * 0.7).sin()).collect();
        Tensor::from_data(TensorData::new(numbers, shape), device)
    }

    /// The kernel is not used under autodiff.
    #[track_caller]
    fn check<const D: usize>(layer: &Linear, x: impl Fn(&Device) -> Tensor<D>) {
        let device = Device::flex();
        let found = layer.forward(x(&device));
        let expected = layer.clone().train().forward(x(&device.autodiff()));
        assert_eq!(found.dims(), expected.dims());
        let found: Vec<f32> = found.into_data().try_to_vec().unwrap();
        let expected: Vec<f32> = expected.into_data().try_to_vec().unwrap();
        let near = found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(near, "{found:?} {expected:?}");
    }

    #[test]
    fn tensors_of_any_rank_and_order_give_what_burn_gives() {
        let mut layer = Linear::new(6, 5, true, 0.5, &Init::new(Device::flex()));
        for _ in 0..2 {
            check(&layer, |device| numbers([6], device));
            check(&layer, |device| numbers([3, 6], device));
            check(&layer, |device| numbers([0, 6], device));
            check(&layer, |device| numbers([2, 6, 3], device).swap_dims(1, 2));
            check(&layer, |device| numbers([2, 7, 6], device).narrow(1, 4, 2));
            check(&layer, |device| numbers([2, 1, 3, 6], device));
            layer.bias = Some(Param::from_tensor(numbers([5], &Device::flex())));
        }
    }
}
