//! Linear layers: rows times the transpose of a weight, a bias, an activation.

use crate::activation::Activation;
use crate::few_rows::FewRows;
use crate::level::Level;
use crate::many_rows::ManyRows;
use crate::number::Number;

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
    /// Within `6e-8 · max(√inputs, 4)` of the exact value, relative to one plus the sum of the products' magnitudes.
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
            let many = ManyRows {
                x,
                rows,
                weight: self.weight,
                bias: self.bias,
                inputs: self.inputs,
                outputs: self.outputs,
                activation: self.activation,
            };
            many.run(level, out);
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
                let tolerance = 6e-8 * (inputs as f64).sqrt().max(4.0) * (1.0 + magnitude);
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
        // More rows than are packed at a time.
        check(|x| x, 300, 8192, 3, 0);
        check(f16::from_f32, 5, 512, 700, 0);
        // Long rows of weights two by two, one left over, and inputs after the last whole vector.
        check(bf16::from_f32, 1, 1603, 211, 1);
        check(f16::from_f32, 1, 2048, 130, 0);
        check(f16::from_f32, 2, 1603, 211, 1);
    }
}
