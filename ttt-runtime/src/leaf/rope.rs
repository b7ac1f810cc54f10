//! Rotary position embeddings.

use std::f64::consts::PI;

use burn::module::Module;
use burn::tensor::{DType, FloatDType, Int, Tensor, TensorData};

use crate::enums::RopeScaling;
use crate::initial::Init;

/// Cosines and sines of rotary position embeddings (Su et al., 2021), each frequency twice: `i` and
/// `i + head_dim / 2`.
///
/// The scalings follow Hugging Face's `modeling_rope_utils`, in the same order of `f32` operations.
#[derive(Module, Debug)]
pub struct Rope {
    #[module(skip)]
    config: RopeConfig,
    #[module(skip)]
    dtype: FloatDType,
}

/// The params of the leaf `Rope`.
#[derive(Clone, Debug)]
struct RopeConfig {
    head_dim: usize,
    theta: f64,
    scaling: RopeScaling,
    factor: f64,
    original_ctx: i64,
    low_freq_factor: f64,
    high_freq_factor: f64,
    beta_fast: f64,
    beta_slow: f64,
    attention_factor: f64,
    mscale: f64,
    mscale_all_dim: f64,
    truncate: bool,
}

impl Rope {
    /// The params of the leaf `Rope`, in order. There is nothing to train.
    #[expect(
        clippy::too_many_arguments,
        reason = "the params of the leaf, in declared order"
    )]
    pub fn new(
        head_dim: usize,
        theta: f64,
        scaling: RopeScaling,
        factor: f64,
        original_ctx: i64,
        low_freq_factor: f64,
        high_freq_factor: f64,
        beta_fast: f64,
        beta_slow: f64,
        attention_factor: f64,
        mscale: f64,
        mscale_all_dim: f64,
        truncate: bool,
        init: &Init,
    ) -> Rope {
        Rope {
            config: RopeConfig {
                head_dim,
                theta,
                scaling,
                factor,
                original_ctx,
                low_freq_factor,
                high_freq_factor,
                beta_fast,
                beta_slow,
                attention_factor,
                mscale,
                mscale_all_dim,
                truncate,
            },
            dtype: init.dtype,
        }
    }

    /// Positions `[B, T]` to cosines and sines, each `[B, T, head_dim]`.
    pub fn forward(&self, positions: Tensor<2, Int>) -> (Tensor<3>, Tensor<3>) {
        let device = positions.device();
        let longest = match self.config.scaling {
            RopeScaling::Dynamic => longest(&positions),
            _ => 0,
        };
        let frequencies = self.config.frequencies(longest);
        let half = frequencies.len();
        let frequencies = TensorData::new(frequencies, [1, 1, half]);
        let frequencies = Tensor::<3>::from_data(frequencies, (&device, DType::F32));
        let angles = positions.float().cast(DType::F32).unsqueeze_dim(2) * frequencies;
        let scale = self.config.attention_scale();
        let table = |half: Tensor<3>| {
            let half = half.mul_scalar(scale).cast(self.dtype);
            Tensor::cat(vec![half.clone(), half], 2)
        };
        (table(angles.clone().cos()), table(angles.sin()))
    }
}

/// The number of positions up to the last one that occurs.
fn longest(positions: &Tensor<2, Int>) -> i64 {
    if positions.shape().num_elements() == 0 {
        return 0;
    }
    positions.clone().max().into_scalar::<i64>() + 1
}

impl RopeConfig {
    /// `head_dim / 2` frequencies; `longest` is the length of the sequence, for `dynamic`.
    fn frequencies(&self, longest: i64) -> Vec<f32> {
        match self.scaling {
            RopeScaling::Unscaled => self.inverse(self.theta as f32),
            RopeScaling::Linear => {
                let factor = self.factor as f32;
                self.inverse(self.theta as f32)
                    .into_iter()
                    .map(|frequency| frequency / factor)
                    .collect()
            }
            RopeScaling::Dynamic => self.inverse(self.dynamic_theta(longest)),
            RopeScaling::Yarn => self.yarn(),
            RopeScaling::Llama3 => self.llama3(),
        }
    }

    /// `theta^(-2i / head_dim)`
    fn inverse(&self, theta: f32) -> Vec<f32> {
        self.powers(theta).into_iter().map(|power| 1.0 / power).collect()
    }

    /// `theta^(2i / head_dim)`
    fn powers(&self, theta: f32) -> Vec<f32> {
        let dim = self.head_dim as f32;
        let exponents = (0..self.head_dim).step_by(2).map(|index| index as f32 / dim);
        exponents.map(|exponent| theta.powf(exponent)).collect()
    }

    /// The base, larger for a sequence longer than the original context.
    fn dynamic_theta(&self, longest: i64) -> f32 {
        let original = self.original_ctx as f32;
        let length = longest.max(self.original_ctx) as f32;
        let factor = self.factor as f32;
        let dim = self.head_dim as f64;
        let stretch = (factor * length / original) - (factor - 1.0);
        self.theta as f32 * stretch.powf((dim / (dim - 2.0)) as f32)
    }

    /// Frequencies that turn often keep their pace, those that turn seldom are divided by the factor.
    fn yarn(&self) -> Vec<f32> {
        let (low, high) = self.yarn_range();
        let high = if low == high { high + 0.001 } else { high };
        let factor = self.factor as f32;
        let powers = self.powers(self.theta as f32).into_iter().enumerate();
        powers
            .map(|(index, power)| {
                let ramp = ((index as f32 - low as f32) / (high - low) as f32).clamp(0.0, 1.0);
                let kept = 1.0 - ramp;
                1.0 / (factor * power) * (1.0 - kept) + 1.0 / power * kept
            })
            .collect()
    }

    /// The indices of frequencies between which `yarn` blends.
    fn yarn_range(&self) -> (f64, f64) {
        let dim = self.head_dim as f64;
        let index_of_turns =
            |turns: f64| dim * (self.original_ctx as f64 / (turns * 2.0 * PI)).ln() / (2.0 * self.theta.ln());
        let mut low = index_of_turns(self.beta_fast);
        let mut high = index_of_turns(self.beta_slow);
        if self.truncate {
            low = low.floor();
            high = high.ceil();
        }
        (low.max(0.0), high.min(dim - 1.0))
    }

    /// Short wavelengths keep their frequency, long ones are divided by the factor, those between are blended.
    fn llama3(&self) -> Vec<f32> {
        let original = self.original_ctx as f32;
        let (low, high) = (self.low_freq_factor as f32, self.high_freq_factor as f32);
        let factor = self.factor as f32;
        let scale = |frequency: f32| {
            let wavelength = (2.0 * PI) as f32 / frequency;
            if wavelength > original / low {
                frequency / factor
            } else if wavelength < original / high {
                frequency
            } else {
                let smooth = (original / wavelength - low) / (high - low);
                (1.0 - smooth) * frequency / factor + smooth * frequency
            }
        };
        self.inverse(self.theta as f32).into_iter().map(scale).collect()
    }

    /// What both tables are multiplied by; 1 except for `yarn`.
    fn attention_scale(&self) -> f64 {
        if self.scaling != RopeScaling::Yarn {
            return 1.0;
        }
        if self.attention_factor != 0.0 {
            return self.attention_factor;
        }
        let scale = |mscale: f64| {
            if self.factor <= 1.0 {
                1.0
            } else {
                0.1 * mscale * self.factor.ln() + 1.0
            }
        };
        if self.mscale != 0.0 && self.mscale_all_dim != 0.0 {
            scale(self.mscale) / scale(self.mscale_all_dim)
        } else {
            scale(1.0)
        }
    }
}
