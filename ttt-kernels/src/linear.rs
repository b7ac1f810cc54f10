//! Linear layers: rows times the transpose of a weight, and a bias.

use crate::few_rows::FewRows;
use crate::level::Level;
use crate::many_rows::ManyRows;
use crate::number::Number;
use crate::shared::filled;

/// With up to so many rows, reading the weights takes longer than multiplying.
const FEW: usize = 8;

/// A weight `[outputs, inputs]`, with the bias that is added to its products.
#[derive(Clone, Copy, Debug)]
pub struct Linear<'a, N> {
    weight: &'a [N],
    bias: Option<&'a [f32]>,
    inputs: usize,
    outputs: usize,
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

    /// `[rows, inputs]` to `[rows, outputs]`.
    ///
    /// Within `6e-8 · max(√inputs, 4)` of the exact value, relative to one plus the sum of the products' magnitudes.
    ///
    /// # Panics
    ///
    /// When `x` is not as many rows.
    pub fn forward(&self, x: &[f32], rows: usize) -> Vec<f32> {
        self.forward_at(Level::current(), x, rows)
    }

    pub(crate) fn forward_at(&self, level: Level, x: &[f32], rows: usize) -> Vec<f32> {
        assert_eq!(x.len(), rows * self.inputs, "the input is [rows, inputs]");
        if rows * self.outputs == 0 {
            return Vec::new();
        }
        // SAFETY: both put a sum at every place, before anything is added to it.
        unsafe {
            filled(rows * self.outputs, |out| {
                if rows <= FEW {
                    let few = FewRows {
                        x,
                        rows,
                        weight: self.weight,
                        bias: self.bias,
                        inputs: self.inputs,
                        outputs: self.outputs,
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
                    };
                    many.run(level, out);
                }
            })
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
            let linear = Linear::new(weight, inputs, outputs).bias(&bias);
            let out = linear.forward_at(level, x, rows);
            assert_eq!(out.len(), rows * outputs);
            for (at, found) in out.iter().enumerate() {
                let (row, output) = (at / outputs, at % outputs);
                let products = (0..inputs)
                    .map(|i| f64::from(x[row * inputs + i]) * f64::from(weight[output * inputs + i].widen()));
                let sum: f64 = products.clone().sum();
                let magnitude: f64 = products.map(f64::abs).sum();
                let expected = sum + f64::from(bias[output]);
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
        // More rows than are packed at a time, and than meet the weights of one step.
        check(|x| x, 300, 8192, 3, 0);
        check(|x| x, 600, 140, 7, 0);
        check(f16::from_f32, 5, 512, 700, 0);
        // Long rows of weights two by two, one left over, and inputs after the last whole vector.
        check(bf16::from_f32, 1, 1603, 211, 1);
        check(f16::from_f32, 1, 2048, 130, 0);
        check(f16::from_f32, 2, 1603, 211, 1);
        // Several steps, of which the last is shorter; whole tiles with outputs left over.
        check(|x| x, 70, 900, 230, 0);
        check(f16::from_f32, 40, 900, 50, 1);
        check(bf16::from_f32, 600, 140, 7, 0);
        // Weights put next to each other, since their rows are whole pages apart: the last tile at the matrix's end;
        // rows and outputs left over; rows that meet the same weights in two turns.
        check(|x| x, 66, 1024, 24, 0);
        check(|x| x, 70, 1024, 2303, 0);
        check(|x| x, 600, 1024, 20, 1);
    }
}
