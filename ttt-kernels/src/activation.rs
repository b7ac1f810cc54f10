//! Activations.

use crate::level::Level;
use crate::math;
use crate::simd::{Kernel, Simd};
use crate::threads;

/// An activation, element by element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(x, 0)`
    Relu,
    /// `max(x, 0)²`
    ReluSquared,
    /// Gaussian error linear unit, exact (Hendrycks and Gimpel, 2016).
    Gelu,
    /// Gaussian error linear unit by its tanh approximation.
    GeluTanh,
    /// `x · sigmoid(1.702 x)`
    QuickGelu,
    /// `x · sigmoid(x)`
    Silu,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
    /// `ln(1 + eˣ)`
    Softplus,
    /// `x · tanh(ln(1 + eˣ))`
    Mish,
    /// `eˣ`
    Exp,
    /// The error function.
    Erf,
}

impl Activation {
    /// All of them.
    pub const ALL: [Activation; 12] = [
        Activation::Relu,
        Activation::ReluSquared,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::QuickGelu,
        Activation::Silu,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Mish,
        Activation::Exp,
        Activation::Erf,
    ];
}

/// How many numbers are worth a thread's while.
const CHUNK: usize = 1 << 13;

/// Replaces numbers by their activation, on all threads where they are many.
///
/// Within 8e-7 of the true value, relative to it, or to 0.1 where it is smaller.
pub fn activate(x: &mut [f32], activation: Activation) {
    activate_at(Level::current(), x, activation);
}

pub(crate) fn activate_at(level: Level, x: &mut [f32], activation: Activation) {
    threads::for_chunks(x, CHUNK, |_, x| level.run(InPlace { x, activation }));
}

struct InPlace<'a> {
    x: &'a mut [f32],
    activation: Activation,
}

impl Kernel for InPlace<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        in_place(s, self.x, self.activation);
    }
}

/// One loop for each activation, so that none decides anew for each vector.
#[inline(always)]
fn in_place<S: Simd>(s: S, x: &mut [f32], activation: Activation) {
    match activation {
        Activation::Relu => each(s, x, Activation::Relu),
        Activation::ReluSquared => each(s, x, Activation::ReluSquared),
        Activation::Gelu => each(s, x, Activation::Gelu),
        Activation::GeluTanh => each(s, x, Activation::GeluTanh),
        Activation::QuickGelu => each(s, x, Activation::QuickGelu),
        Activation::Silu => each(s, x, Activation::Silu),
        Activation::Tanh => each(s, x, Activation::Tanh),
        Activation::Sigmoid => each(s, x, Activation::Sigmoid),
        Activation::Softplus => each(s, x, Activation::Softplus),
        Activation::Mish => each(s, x, Activation::Mish),
        Activation::Exp => each(s, x, Activation::Exp),
        Activation::Erf => each(s, x, Activation::Erf),
    }
}

#[inline(always)]
fn each<S: Simd>(s: S, x: &mut [f32], activation: Activation) {
    // Two vectors at a time hide the time that a chain of products takes.
    let mut pairs = x.chunks_exact_mut(2 * S::LANES);
    for pair in pairs.by_ref() {
        let (first, second) = pair.split_at_mut(S::LANES);
        let (a, b) = (s.load(first), s.load(second));
        s.store(one(s, a, activation), first);
        s.store(one(s, b, activation), second);
    }
    for rest in pairs.into_remainder().chunks_mut(S::LANES) {
        let value = one(s, s.load_part(rest, 0.0), activation);
        s.store_part(value, rest);
    }
}

/// `√(8/π)`: the tanh approximation of GELU is `x · sigmoid(√(8/π) (x + 0.044715 x³))`.
const SQRT_8_OVER_PI: f32 = 1.595_769;

#[inline(always)]
fn one<S: Simd>(s: S, x: S::F, activation: Activation) -> S::F {
    match activation {
        Activation::Relu => s.max(s.zero(), x),
        Activation::ReluSquared => {
            let positive = s.max(s.zero(), x);
            s.mul(positive, positive)
        }
        Activation::Gelu => s.mul(x, math::normal_share(s, x)),
        Activation::GeluTanh => {
            let square = s.mul(x, x);
            let slope = s.mul_add(
                square,
                s.splat(0.044_715 * SQRT_8_OVER_PI),
                s.splat(SQRT_8_OVER_PI),
            );
            s.mul(x, math::sigmoid(s, s.mul(x, slope)))
        }
        Activation::QuickGelu => s.mul(x, math::sigmoid(s, s.mul(x, s.splat(1.702)))),
        Activation::Silu => s.mul(x, math::sigmoid(s, x)),
        Activation::Tanh => math::tanh(s, x),
        Activation::Sigmoid => math::sigmoid(s, x),
        Activation::Softplus => math::softplus(s, x),
        Activation::Mish => s.mul(x, math::tanh(s, math::softplus(s, x))),
        Activation::Exp => math::exp(s, x),
        Activation::Erf => math::erf(s, x),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The error function by its series, and far out by the continued fraction of its complement.
    fn erf(x: f64) -> f64 {
        let square = x * x;
        if x.abs() < 2.5 {
            let mut term = x;
            let mut sum = x;
            for n in 1..80 {
                term *= -square / f64::from(n);
                sum += term / f64::from(2 * n + 1);
            }
            return sum * std::f64::consts::FRAC_2_SQRT_PI;
        }
        let mut fraction = 0.0;
        for n in (1..100).rev() {
            fraction = f64::from(n) / 2.0 / (x.abs() + fraction);
        }
        let complement = (-square).exp() / ((x.abs() + fraction) * std::f64::consts::PI.sqrt());
        (1.0 - complement).copysign(x)
    }

    fn plain(x: f64, activation: Activation) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        match activation {
            Activation::Relu => x.max(0.0),
            Activation::ReluSquared => x.max(0.0).powi(2),
            Activation::Gelu => 0.5 * x * (1.0 + erf(x / 2f64.sqrt())),
            Activation::GeluTanh => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            }
            Activation::QuickGelu => x * sigmoid(1.702 * x),
            Activation::Silu => x * sigmoid(x),
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => sigmoid(x),
            Activation::Softplus => softplus(x),
            Activation::Mish => x * softplus(x).tanh(),
            Activation::Exp => x.exp(),
            Activation::Erf => erf(x),
        }
    }

    /// 8e-7 relative; where the result is small, of 0.1.
    fn is_near(found: f32, expected: f64) -> bool {
        (f64::from(found) - expected).abs() <= 8e-7 * expected.abs().max(0.1)
    }

    #[test]
    fn values_are_near_the_true_ones() {
        let numbers: Vec<f32> = (-160_000..=160_000).map(|index| index as f32 / 8000.0).collect();
        for level in Level::available() {
            for activation in Activation::ALL {
                let mut found = numbers.clone();
                activate_at(level, &mut found, activation);
                for (x, found) in numbers.iter().zip(found) {
                    let expected = plain(f64::from(*x), activation);
                    assert!(
                        is_near(found, expected),
                        "{level} {activation:?} {x}: {found} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn limits_are_those_of_the_functions() {
        for level in Level::available() {
            let at = |x: f32, activation| {
                let mut x = [x];
                activate_at(level, &mut x, activation);
                x[0]
            };
            for activation in Activation::ALL {
                assert!(at(f32::NAN, activation).is_nan(), "{level} {activation:?}");
            }
            assert_eq!(at(f32::INFINITY, Activation::Exp), f32::INFINITY);
            assert_eq!(at(89.0, Activation::Exp), f32::INFINITY);
            assert_eq!(at(f32::NEG_INFINITY, Activation::Exp), 0.0);
            assert!(at(-87.3, Activation::Exp).is_normal());
            assert_eq!(at(-87.4, Activation::Exp), 0.0, "what would be denormal is zero");
            assert_eq!(at(f32::NEG_INFINITY, Activation::Tanh), -1.0);
            assert_eq!(at(-0.0, Activation::Tanh).to_bits(), (-0f32).to_bits());
            assert_eq!(at(f32::INFINITY, Activation::Erf), 1.0);
            assert_eq!(at(1e30, Activation::Gelu), 1e30);
            assert_eq!(at(-1e30, Activation::GeluTanh), 0.0);
            assert_eq!(at(f32::INFINITY, Activation::Softplus), f32::INFINITY);
            assert_eq!(at(1e-20, Activation::Tanh), 1e-20);
        }
    }

    proptest! {
        #[test]
        fn places_do_not_matter(skip in 0usize..5, length in 0usize..70, seed in -4f32..4.0) {
            let numbers: Vec<f32> = (0..skip + length).map(|index| (index as f32 * 0.37 + seed).sin() * 6.0).collect();
            for level in Level::available() {
                let mut found = numbers.clone();
                activate_at(level, &mut found[skip..], Activation::Silu);
                for (index, x) in numbers.iter().enumerate() {
                    let expected = if index < skip { f64::from(*x) } else { plain(f64::from(*x), Activation::Silu) };
                    prop_assert!(is_near(found[index], expected));
                }
            }
        }
    }
}
