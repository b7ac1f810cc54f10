//! Linear layers: rows times the transpose of a weight, a bias, an activation.

use std::cell::RefCell;

use gemm::Parallelism;

use crate::activation::{Activation, finish};
use crate::few_rows::FewRows;
use crate::level::Level;
use crate::number::{Number, widen};
use crate::simd::{Kernel, Simd};
use crate::threads::{self, SharedMut};

/// With up to so many rows, reading the weights takes longer than multiplying.
const FEW: usize = 8;

/// A weight `[outputs, inputs]`, with what is done to its products.
#[derive(Clone, Copy, Debug)]
pub struct Linear<'a, N> {
    weight: &'a [N],
    bias: Option<&'a [f32]>,
    inputs: usize,
    outputs: usize,
    activation: Activation,
}

impl<'a, N: Number> Linear<'a, N> {
    /// # Panics
    ///
    /// When the weight is not `inputs · outputs` numbers.
    pub fn new(weight: &'a [N], inputs: usize, outputs: usize) -> Linear<'a, N> {
        assert_eq!(
            weight.len(),
            inputs * outputs,
            "the weight is [{outputs} outputs, {inputs} inputs]"
        );
        Linear {
            weight,
            bias: None,
            inputs,
            outputs,
            activation: Activation::Identity,
        }
    }

    /// Adds a bias `[outputs]` to each row.
    ///
    /// # Panics
    ///
    /// When the bias has another length.
    #[must_use]
    pub fn bias(mut self, bias: &'a [f32]) -> Linear<'a, N> {
        assert_eq!(bias.len(), self.outputs, "the bias is [outputs]");
        self.bias = Some(bias);
        self
    }

    /// Applies an activation after the bias.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Linear<'a, N> {
        self.activation = activation;
        self
    }

    /// `[rows, inputs]` to `[rows, outputs]`.
    ///
    /// Within `2e-6 · √inputs` of the exact value, relative to the sum of the products' magnitudes.
    ///
    /// # Panics
    ///
    /// When the slices are not of one number of rows.
    pub fn forward(&self, x: &[f32], out: &mut [f32]) {
        self.forward_at(Level::current(), x, out);
    }

    pub(crate) fn forward_at(&self, level: Level, x: &[f32], out: &mut [f32]) {
        if self.outputs == 0 || out.is_empty() {
            assert!(out.is_empty(), "without outputs there is nothing to fill");
            return;
        }
        let rows = out.len() / self.outputs;
        assert_eq!(out.len(), rows * self.outputs, "the result is [rows, outputs]");
        assert_eq!(x.len(), rows * self.inputs, "the input is [rows, inputs]");
        if rows <= FEW {
            let few = FewRows {
                x,
                rows,
                weight: self.weight,
                bias: self.bias,
                inputs: self.inputs,
                outputs: self.outputs,
                activation: self.activation,
            };
            few.run(level, out);
        } else {
            self.many_rows(level, x, rows, out);
        }
    }

    /// Each part makes some outputs of all rows, so that the bias and the activation meet them in the cache.
    fn many_rows(&self, level: Level, x: &[f32], rows: usize, out: &mut [f32]) {
        let out = SharedMut::new(out);
        let step = self.step();
        threads::run(self.outputs.div_ceil(step), &|part| {
            let from = part * step;
            let to = (from + step).min(self.outputs);
            let weight = &self.weight[from * self.inputs..to * self.inputs];
            let target = Target {
                out: &out,
                rows,
                stride: self.outputs,
                from,
                to,
            };
            if let Some(weight) = N::as_f32(weight) {
                target.multiply(x, weight, self.inputs);
            } else {
                SCRATCH.with_borrow_mut(|scratch| {
                    scratch.resize(weight.len(), 0.0);
                    level.run(Widen { weight, scratch });
                    target.multiply(x, scratch, self.inputs);
                });
            }
            if self.bias.is_some() || self.activation != Activation::Identity {
                level.run(Finish { of: self, target });
            }
        });
    }

    /// How many outputs a part has. Each packs the rows anew, which fewer parts do less often; more end together.
    fn step(&self) -> usize {
        let parts = 2 * threads::count();
        (self.outputs.div_ceil(parts).next_multiple_of(STEP_UNIT)).min(STEP_MOST)
    }
}

/// Whole tiles of the product at every level.
const STEP_UNIT: usize = 96;
const STEP_MOST: usize = 768;

thread_local! {
    /// Weights of one part in single precision.
    static SCRATCH: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// The outputs `from..to` of all rows.
#[derive(Clone, Copy)]
struct Target<'a> {
    out: &'a SharedMut<f32>,
    rows: usize,
    stride: usize,
    from: usize,
    to: usize,
}

impl Target<'_> {
    /// Fills the outputs with products of rows `[rows, inputs]` and weights `[to - from, inputs]`.
    fn multiply(&self, x: &[f32], weight: &[f32], inputs: usize) {
        let columns = self.to - self.from;
        assert!(x.len() >= self.rows * inputs && weight.len() >= columns * inputs);
        let first = self.out.at(self.from, (self.rows - 1) * self.stride + columns);
        // SAFETY: the sizes and strides stay within the slices, as asserted; no other part writes these outputs.
        unsafe {
            gemm::gemm(
                columns,
                self.rows,
                inputs,
                first,
                self.stride as isize,
                1,
                false,
                weight.as_ptr(),
                1,
                inputs as isize,
                x.as_ptr(),
                inputs as isize,
                1,
                0.0,
                1.0,
                false,
                false,
                false,
                Parallelism::None,
            );
        }
    }
}

struct Widen<'a, N> {
    weight: &'a [N],
    scratch: &'a mut [f32],
}

impl<N: Number> Kernel for Widen<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        widen(s, self.weight, self.scratch);
    }
}

struct Finish<'a, N> {
    of: &'a Linear<'a, N>,
    target: Target<'a>,
}

impl<N: Number> Kernel for Finish<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let target = self.target;
        let bias = self.of.bias.map(|bias| &bias[target.from..target.to]);
        for row in 0..target.rows {
            let start = row * target.stride + target.from;
            // SAFETY: no other part has these outputs, and this one holds no other range.
            let out = unsafe { target.out.range(start, target.to - target.from) };
            finish(s, out, bias, self.of.activation);
        }
    }
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};
    use proptest::prelude::*;

    use super::*;

    fn numbers(count: usize, step: f32) -> Vec<f32> {
        (0..count).map(|i| ((i * i % 9973) as f32 * step).sin()).collect()
    }

    fn check<N: Number>(from: fn(f32) -> N, rows: usize, inputs: usize, outputs: usize, skip: usize) {
        let x = numbers(rows * inputs + skip, 0.37);
        let weight: Vec<N> = numbers(outputs * inputs + skip, 0.73)
            .into_iter()
            .map(from)
            .collect();
        let (x, weight) = (&x[skip..], &weight[skip..]);
        let bias = numbers(outputs, 0.11);
        for level in Level::available() {
            let mut out = vec![f32::NAN; rows * outputs];
            let linear = Linear::new(weight, inputs, outputs)
                .bias(&bias)
                .activation(Activation::Relu);
            linear.forward_at(level, x, &mut out);
            for (at, found) in out.iter().enumerate() {
                let (row, output) = (at / outputs, at % outputs);
                let products = (0..inputs)
                    .map(|i| f64::from(x[row * inputs + i]) * f64::from(weight[output * inputs + i].widen()));
                let sum: f64 = products.clone().sum();
                let magnitude: f64 = products.map(f64::abs).sum();
                let expected = (sum + f64::from(bias[output])).max(0.0);
                let tolerance = 2e-7 * (1.0 + magnitude);
                assert!(
                    (f64::from(*found) - expected).abs() <= tolerance,
                    "{level} {rows}x{inputs}x{outputs} at {at}: {found} {expected}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn products_are_those_of_the_plain_form(
            rows in 0usize..24,
            inputs in 0usize..130,
            outputs in 0usize..230,
            skip in 0usize..3,
            kind in 0..3,
        ) {
            match kind {
                0 => check(|x| x, rows, inputs, outputs, skip),
                1 => check(f16::from_f32, rows, inputs, outputs, skip),
                _ => check(bf16::from_f32, rows, inputs, outputs, skip),
            }
        }
    }

    #[test]
    fn many_parts_fill_everything() {
        check(|x| x, 1, 768, 1000, 0);
        check(|x| x, 40, 64, 1000, 0);
        check(f16::from_f32, 5, 512, 700, 0);
    }
}
