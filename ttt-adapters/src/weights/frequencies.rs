//! Factors of rotary frequencies: how GGUF says LLaMA 3's scaling.
//!
//! The tensor holds by what each frequency is divided: 1 for short wavelengths, the scaling's factor for long ones, and a
//! blend between. The params that make it are found by solving for them, and believed when they make it again.

use ttt_dsl::instance::{Scalar, Values, evaluate};
use ttt_dsl::program::{CheckedModel, CheckedPart};
use ttt_dsl::spec::{Expr, ExprKind, Target, WeightsTable};

use crate::error::{Error, Problem, codes};
use crate::source::TensorSource;
use crate::tensor::{Dtype, HostTensor};

/// The variant of `RopeScaling` that the factors say, and the one without any.
const SCALED: &str = "llama3";
const UNSCALED: &str = "unscaled";

/// How far a factor may be from the one that the params make.
const TOLERANCE: f64 = 1e-4;

/// The entry of a weights table for factors, and the part that they are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frequencies<'a> {
    /// The tensor's name in the checkpoint.
    pub source: &'a str,
    part: &'a CheckedPart,
}

/// What makes the factors.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scaling {
    factor: f64,
    original_ctx: i64,
    low: f64,
    high: f64,
}

impl<'a> Frequencies<'a> {
    /// The entry of a table, where it has one.
    pub fn of(table: &'a WeightsTable, model: &'a CheckedModel) -> Option<Frequencies<'a>> {
        table.entries.iter().find_map(|entry| {
            let Target::Factors(path) = &entry.target else {
                return None;
            };
            let name = path.to_string();
            let part = model.body.parts.iter().find(|part| part.name == name)?;
            let source = entry.source.as_str();
            Some(Frequencies { source, part })
        })
    }

    /// The params that a checkpoint's factors say; none when it has no factors, or all are 1. `values` are those that the
    /// configuration says.
    pub fn read(&self, checkpoint: &dyn TensorSource, values: &Values) -> Result<Values, Error> {
        if !checkpoint.tensors().contains_key(self.source) {
            return Ok(Values::new());
        }
        let factors = checkpoint.read(self.source)?.to_f32().unwrap_or_default();
        if factors.iter().all(|factor| *factor == 1.0) {
            return Ok(Values::new());
        }
        let is_unscaled = self.value("scaling", values) == Some(Scalar::Variant(UNSCALED.into()));
        let solution = self
            .inverse_wavelengths(values)
            .and_then(|inverses| solve(&factors, &inverses));
        match solution.filter(|_| is_unscaled) {
            Some(scaling) => Ok(self.params(scaling)),
            None => Err(self.unsolved(&factors, checkpoint).into()),
        }
    }

    /// The factors of a model with these params, where its scaling is said by factors.
    pub fn write(&self, values: &Values) -> Option<HostTensor> {
        if self.value("scaling", values)? != Scalar::Variant(SCALED.into()) {
            return None;
        }
        let scaling = Scaling {
            factor: self.number("factor", values)?,
            original_ctx: self.number("original_ctx", values)? as i64,
            low: self.number("low_freq_factor", values)?,
            high: self.number("high_freq_factor", values)?,
        };
        let inverses = self.inverse_wavelengths(values)?;
        let factors = inverses.iter().map(|inverse| scaling.at(*inverse) as f32);
        Some(HostTensor {
            dtype: Dtype::F32,
            shape: vec![inverses.len()],
            bytes: factors.flat_map(f32::to_le_bytes).collect::<Vec<u8>>().into(),
        })
    }

    /// The params without those that the factors say.
    pub fn without(&self, values: &Values) -> Values {
        let mut values = values.clone();
        if self.write(&values).is_some() {
            for arg in [
                "scaling",
                "factor",
                "original_ctx",
                "low_freq_factor",
                "high_freq_factor",
            ] {
                values.shift_remove(self.param(arg).unwrap_or_default());
            }
        }
        values
    }

    fn params(&self, scaling: Scaling) -> Values {
        let said = [
            ("scaling", Scalar::Variant(SCALED.into())),
            ("factor", Scalar::Float(scaling.factor)),
            ("original_ctx", Scalar::Int(scaling.original_ctx)),
            ("low_freq_factor", Scalar::Float(scaling.low)),
            ("high_freq_factor", Scalar::Float(scaling.high)),
        ];
        let named = said
            .into_iter()
            .filter_map(|(arg, value)| Some((self.param(arg)?.to_string(), value)));
        named.collect()
    }

    fn unsolved(&self, factors: &[f32], checkpoint: &dyn TensorSource) -> Problem {
        Problem::new(
            codes::CONFIG_EXPECT,
            format!("these factors of the rotary frequencies are not those of `{SCALED}`"),
        )
        .file(checkpoint.origin())
        .tensor(self.source)
        .found(format!("{} factors, the last is {}", factors.len(), factors.last().unwrap_or(&1.0)))
        .expected("1 for short wavelengths, one factor for long ones, and a blend between, with no other scaling")
        .help("the checkpoint scales its frequencies in a way that the schema lacks: convert it with another program")
    }

    /// One over the wavelength of each frequency, in positions.
    fn inverse_wavelengths(&self, values: &Values) -> Option<Vec<f64>> {
        let (dim, theta) = (self.number("head_dim", values)?, self.number("theta", values)?);
        let exponents = (0..dim as usize).step_by(2).map(|index| index as f64 / dim);
        Some(
            exponents
                .map(|exponent| theta.powf(-exponent) / std::f64::consts::TAU)
                .collect(),
        )
    }

    fn arg(&self, name: &str) -> Option<&'a Expr> {
        let found = self.part.args.iter().find(|(arg, _)| arg == name);
        found.map(|(_, value)| value)
    }

    /// The model's param that an argument is.
    fn param(&self, arg: &str) -> Option<&'a str> {
        match &self.arg(arg)?.kind {
            ExprKind::Name(name) => Some(name.as_str()),
            _ => None,
        }
    }

    fn value(&self, arg: &str, values: &Values) -> Option<Scalar> {
        evaluate(self.arg(arg)?, values).ok()
    }

    fn number(&self, arg: &str, values: &Values) -> Option<f64> {
        match self.value(arg, values)? {
            Scalar::Int(number) => Some(number as f64),
            Scalar::Float(number) => Some(number),
            Scalar::Bool(_) | Scalar::Variant(_) => None,
        }
    }
}

impl Scaling {
    /// The factor of a frequency, from one over its wavelength.
    fn at(self, inverse_wavelength: f64) -> f64 {
        let turns = self.original_ctx as f64 * inverse_wavelength;
        if turns < self.low {
            return self.factor;
        }
        if turns > self.high {
            return 1.0;
        }
        let smooth = (turns - self.low) / (self.high - self.low);
        1.0 / ((1.0 - smooth) / self.factor + smooth)
    }

    fn makes(self, factors: &[f32], inverses: &[f64]) -> bool {
        let mut pairs = factors.iter().zip(inverses);
        pairs.all(|(factor, inverse)| (self.at(*inverse) / f64::from(*factor) - 1.0).abs() < TOLERANCE)
    }
}

/// The scaling that makes these factors: LLaMA 3's own numbers where they do, else those of the line through the blend.
/// A multiple of the context and both bounds makes the same factors, so the lower bound is taken to be 1.
fn solve(factors: &[f32], inverses: &[f64]) -> Option<Scaling> {
    if factors.len() != inverses.len() {
        return None;
    }
    let factor = f64::from(*factors.last()?);
    let known = Scaling {
        factor,
        original_ctx: 8192,
        low: 1.0,
        high: 4.0,
    };
    let candidates = [Some(known), line(factor, factors, inverses)];
    candidates
        .into_iter()
        .flatten()
        .find(|scaling| scaling.makes(factors, inverses))
}

/// In the blend, how much of a frequency stays is a line over its turns in the original context.
fn line(factor: f64, factors: &[f32], inverses: &[f64]) -> Option<Scaling> {
    let blended = factors.iter().zip(inverses).filter_map(|(found, inverse)| {
        let found = f64::from(*found);
        let is_between = found > 1.0 + TOLERANCE && found < factor * (1.0 - TOLERANCE);
        let smooth = (1.0 / found - 1.0 / factor) / (1.0 - 1.0 / factor);
        is_between.then_some((*inverse, smooth))
    });
    let blended: Vec<(f64, f64)> = blended.collect();
    let ((first_x, first_y), (last_x, last_y)) = (*blended.first()?, *blended.last()?);
    let slope = (last_y - first_y) / (last_x - first_x);
    let below = slope * first_x - first_y;
    let high = ((1.0 + 1.0 / below) * 1000.0).round() / 1000.0;
    let original_ctx = (slope / below).round();
    let is_sound = high.is_finite() && high > 1.0 && (1.0..1e15).contains(&original_ctx);
    is_sound.then_some(Scaling {
        factor,
        original_ctx: original_ctx as i64,
        low: 1.0,
        high,
    })
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn factors_that_no_params_make_have_no_solution() {
        let inverses = [0.16, 0.05, 0.016, 0.005, 0.0016, 0.0005];
        let arbitrary = [1.0, 1.2, 1.1, 3.0, 2.0, 8.0];
        assert_eq!(solve(&arbitrary, &inverses), None);
        assert_eq!(solve(&arbitrary, &inverses[1..]), None);
        assert_eq!(solve(&[f32::NAN; 6], &inverses), None);
        assert_eq!(solve(&[], &[]), None);
    }
}
