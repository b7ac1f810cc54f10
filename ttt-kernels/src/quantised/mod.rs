//! Linear layers whose weights stay in GGUF's blocks of 32, multiplied as bytes.
//!
//! Rows are quantised to signed bytes as they come, 32 numbers at a time. A weight is `scale · byte + least` with an
//! unsigned byte, so that all formats are multiplied alike: per block, a sum of products of bytes, times both scales,
//! plus the least times the sum of the row's numbers.

mod arranged;
mod few;
mod format;
mod kind;
mod many;
mod rows;

use crate::level::Level;
use crate::shared::filled;

pub use format::BlockFormat;

/// Numbers of a block.
const BLOCK: usize = 32;

/// With up to so many rows, reading the weights takes longer than multiplying.
const FEW: usize = 8;

/// A weight `[outputs, inputs]` in blocks, with the bias that is added to its products.
#[derive(Clone, Copy, Debug)]
pub struct QuantisedLinear<'a> {
    format: BlockFormat,
    blocks: &'a [u8],
    bias: Option<&'a [f32]>,
    inputs: usize,
    outputs: usize,
}

impl<'a> QuantisedLinear<'a> {
    /// `blocks` are those of the rows of `[outputs, inputs]`, as files hold them.
    ///
    /// # Panics
    ///
    /// When `inputs` is no multiple of 32, or there are not as many bytes as blocks need.
    pub fn new(format: BlockFormat, blocks: &'a [u8], inputs: usize, outputs: usize) -> QuantisedLinear<'a> {
        assert!(
            inputs.is_multiple_of(BLOCK),
            "{inputs} inputs are no whole blocks of {BLOCK}"
        );
        assert_eq!(
            blocks.len(),
            inputs / BLOCK * outputs * format.bytes(),
            "the weight is [{outputs} outputs, {inputs} inputs] in blocks of {} bytes",
            format.bytes()
        );
        QuantisedLinear {
            format,
            blocks,
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
    pub fn bias(mut self, bias: &'a [f32]) -> QuantisedLinear<'a> {
        assert_eq!(bias.len(), self.outputs, "the bias is [outputs]");
        self.bias = Some(bias);
        self
    }

    /// `[rows, inputs]` to `[rows, outputs]`.
    ///
    /// A number of a row is rounded to 1/127 of the largest of its 32, so each product is off by at most 1/254 of that
    /// largest number times the weight. On normally distributed numbers the result is within 1 % of the exact one
    /// (root mean square, relative), whatever the format. It does not depend on the other rows, nor on how many there are,
    /// but for float order.
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
                    few::run(self, level, x, rows, out);
                } else {
                    many::run(self, level, &rows::Rows::new(level, x, self.inputs, rows), out);
                }
            })
        }
    }

    /// The bytes of the outputs `from..to`.
    fn blocks_of(&self, from: usize, to: usize) -> &'a [u8] {
        let row = self.inputs / BLOCK * self.format.bytes();
        &self.blocks[from * row..to * row]
    }
}

#[cfg(test)]
mod tests {
    use half::f16;
    use proptest::prelude::*;

    use super::*;

    /// Numbers that look like noise, about normally distributed.
    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        let mut share = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (f64::from(state) / f64::from(u32::MAX)) as f32
        };
        (0..count)
            .map(|_| (0..12).map(|_| share()).sum::<f32>() - 6.0)
            .collect()
    }

    /// Random blocks with the weights that they stand for.
    fn blocks(format: BlockFormat, count: usize, seed: u32) -> (Vec<u8>, Vec<f64>) {
        let numbers = noise(count * 40, seed);
        let (mut bytes, mut weights) = (Vec::new(), Vec::new());
        for numbers in numbers.chunks(40) {
            let (scale, least) = (f16::from_f32(numbers[32] * 0.1), f16::from_f32(numbers[33] * 0.4));
            let (d, m) = (scale.to_f64(), least.to_f64());
            bytes.extend(scale.to_le_bytes());
            let byte = |at: usize| (numbers[at] * 40.0) as i8;
            let nibble = |at: usize| ((numbers[at] * 3.0 + 8.0).clamp(0.0, 15.0)) as u8;
            match format {
                BlockFormat::Q8_0 => {
                    bytes.extend((0..32).map(|at| byte(at) as u8));
                    weights.extend((0..32).map(|at| d * f64::from(byte(at))));
                }
                BlockFormat::Q4_0 => {
                    bytes.extend((0..16).map(|at| nibble(at) | nibble(at + 16) << 4));
                    weights.extend((0..32).map(|at| d * (f64::from(nibble(at)) - 8.0)));
                }
                BlockFormat::Q4_1 => {
                    bytes.extend(least.to_le_bytes());
                    bytes.extend((0..16).map(|at| nibble(at) | nibble(at + 16) << 4));
                    weights.extend((0..32).map(|at| d * f64::from(nibble(at)) + m));
                }
            }
        }
        (bytes, weights)
    }

    /// The root of the mean square of a difference, relative to that of what is expected.
    fn relative(found: &[f32], expected: &[f64]) -> f64 {
        let square = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>();
        let difference = square(&mut found.iter().zip(expected).map(|(a, b)| f64::from(*a) - b));
        (difference / square(&mut expected.iter().copied()).max(f64::MIN_POSITIVE)).sqrt()
    }

    fn product(x: &[f64], weights: &[f64], inputs: usize, bias: &[f32]) -> Vec<f64> {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        x.chunks(inputs)
            .flat_map(|x| {
                let rows = weights.chunks(inputs).zip(bias);
                rows.map(|(weight, bias)| dot(x, weight) + f64::from(*bias))
                    .collect::<Vec<f64>>()
            })
            .collect()
    }

    /// Against the same rounding of rows in f64, and against no rounding.
    fn check(format: BlockFormat, rows: usize, blocks_of_row: usize, outputs: usize, seed: u32) {
        let inputs = blocks_of_row * BLOCK;
        let (packed, weights) = blocks(format, blocks_of_row * outputs, seed);
        let x = noise(rows * inputs, seed + 1);
        let bias = noise(outputs, seed + 2);
        let exact: Vec<f64> = x.iter().copied().map(f64::from).collect();
        let exact = product(&exact, &weights, inputs, &bias);
        for level in Level::available() {
            let rounded = rows::Rows::new(level, &x, inputs, rows);
            let bytes = (0..rows).flat_map(|row| &rounded.bytes[row * rounded.blocks * BLOCK..][..inputs]);
            let scales = (0..rows).flat_map(|row| &rounded.scales_of(row)[..blocks_of_row]);
            let scales = scales.flat_map(|scale| [f64::from(*scale); BLOCK]);
            let numbers: Vec<f64> = bytes
                .zip(scales)
                .map(|(byte, scale)| f64::from(byte.cast_signed()) * scale)
                .collect();
            for (x, rounded) in x.iter().zip(&numbers) {
                assert!(
                    (f64::from(*x) - rounded).abs() <= 6.0 / 127.0 * 0.51,
                    "{level} {x} {rounded}"
                );
            }
            let expected = product(&numbers, &weights, inputs, &bias);
            let linear = QuantisedLinear::new(format, &packed, inputs, outputs).bias(&bias);
            let out = linear.forward_at(level, &x, rows);
            assert_eq!(out.len(), rows * outputs);
            let error = relative(&out, &expected);
            assert!(
                error <= 3e-6,
                "{level} {format:?} {rows}x{inputs}x{outputs}: {error} of the rounded product"
            );
            if out.len() >= 64 {
                let error = relative(&out, &exact);
                assert!(
                    error <= 0.01,
                    "{level} {format:?} {rows}x{inputs}x{outputs}: {error} of the exact product"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn products_are_those_of_the_plain_form(
            format in 0usize..3,
            rows in 0usize..70,
            blocks in 1usize..9,
            outputs in 1usize..50,
            seed in 0u32..1000,
        ) {
            check(BlockFormat::ALL[format], rows, blocks, outputs, seed);
        }
    }

    #[test]
    fn many_parts_fill_everything() {
        for format in BlockFormat::ALL {
            check(format, 1, 24, 1000, 3);
            check(format, 40, 24, 1000, 3);
        }
    }

    #[test]
    fn a_strange_scale_stays_in_its_row() {
        for format in BlockFormat::ALL {
            let (mut packed, _) = blocks(format, 9, 1);
            // The first block of the second row follows the last one of the first.
            packed[3 * format.bytes()..][..2].copy_from_slice(&f16::NAN.to_le_bytes());
            for level in Level::available() {
                for rows in [1, 2, 20] {
                    let linear = QuantisedLinear::new(format, &packed, 96, 3);
                    let out = linear.forward_at(level, &vec![0.5; rows * 96], rows);
                    for out in out.chunks(3) {
                        assert_eq!(
                            [false, true, false],
                            [0, 1, 2].map(|at| out[at].is_nan()),
                            "{level} {format:?} {rows}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nan_and_infinity_are_not_lost() {
        let (packed, _) = blocks(BlockFormat::Q4_0, 8, 1);
        for level in Level::available() {
            for rows in [1, 20] {
                let mut x = vec![0.5; rows * 64];
                x[33] = f32::NAN;
                let linear = QuantisedLinear::new(BlockFormat::Q4_0, &packed, 64, 4);
                let out = linear.forward_at(level, &x, rows);
                assert!(out[..4].iter().all(|number| number.is_nan()));
                assert!(out[4..].iter().all(|number| number.is_finite()));
            }
        }
    }
}
