//! Activations.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use burn::tensor::{Tensor, activation};

use ttt_kernels::Activation as Vectorised;

use crate::apart::apart;
use crate::enums::Activation;
use crate::kernel;

/// Above this, `softplus(x)` is `x` in single precision.
const SOFTPLUS_THRESHOLD: f64 = 20.0;

/// The activation of this kind.
pub fn activate<const D: usize>(x: Tensor<D>, kind: Activation) -> Tensor<D> {
    match kind {
        Activation::Identity => x,
        Activation::Relu => relu(x),
        Activation::ReluSquared => vectorised(x, Vectorised::ReluSquared, |x| relu(x).square()),
        Activation::Gelu => gelu(x),
        Activation::GeluTanh => gelu_tanh(x),
        Activation::QuickGelu => vectorised(x, Vectorised::QuickGelu, |x| x.clone() * sigmoid(x * 1.702)),
        Activation::Silu => silu(x),
        Activation::Tanh => tanh(x),
        Activation::Sigmoid => sigmoid(x),
        Activation::Softplus => softplus(x),
        Activation::Mish => vectorised(x, Vectorised::Mish, |x| x.clone() * softplus(x).tanh()),
    }
}

/// `max(x, 0)`
pub fn relu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::Relu, activation::relu)
}

/// Gaussian error linear unit, exact (Hendrycks and Gimpel, 2016).
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::Gelu, activation::gelu)
}

/// Gaussian error linear unit by its tanh approximation.
pub fn gelu_tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::GeluTanh, |x| {
        // Products are much faster than the power function.
        let cube = x.clone() * x.clone() * x.clone();
        let inner = (x.clone() + cube * 0.044715) * (FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
        x * 0.5 * (inner.tanh() + 1.0)
    })
}

/// `x · sigmoid(x)`
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::Silu, activation::silu)
}

/// The logistic function.
pub fn sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::Sigmoid, activation::sigmoid)
}

/// The hyperbolic tangent.
pub fn tanh<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::Tanh, Tensor::tanh)
}

/// `ln(1 + eˣ)`, which does not overflow.
fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    vectorised(x, Vectorised::Softplus, |x| {
        activation::softplus_with_threshold(x, 1.0, SOFTPLUS_THRESHOLD)
    })
}

/// The kernel, or the portable form where the kernel does not take the tensor.
fn vectorised<const D: usize>(
    x: Tensor<D>,
    kind: Vectorised,
    portable: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Tensor<D> {
    kernel::activated(x, kind).unwrap_or_else(|x| apart(|| portable(x)))
}
