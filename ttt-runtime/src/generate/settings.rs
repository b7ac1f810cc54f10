//! How tokens are chosen, and when to stop.

use std::time::Duration;

use super::GenerateError;

/// How tokens are chosen, and when to stop.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The most new tokens of a sequence; the model's context ends it sooner.
    pub max_new_tokens: usize,
    /// The most tokens of a sequence with its prompt; `None` for as many as the model takes.
    pub max_length: Option<usize>,
    /// No token is begun after this time.
    pub max_time: Option<Duration>,
    /// How the next token is drawn. `None` takes the likeliest.
    pub sampling: Option<Sampling>,
    /// What makes tokens that were there less likely.
    pub penalties: Penalties,
    /// Where random draws begin; the same seed gives the same tokens.
    pub seed: u64,
    /// Tokens that end a sequence.
    pub stop_tokens: Vec<u32>,
}

impl Default for Settings {
    /// The likeliest of 256 tokens.
    fn default() -> Settings {
        Settings {
            max_new_tokens: 256,
            max_length: None,
            max_time: None,
            sampling: None,
            penalties: Penalties::default(),
            seed: 0,
            stop_tokens: Vec::new(),
        }
    }
}

/// Draws at random, in this order: the temperature, then the likeliest tokens by number, by mass, by ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Scores are divided by it: above 1 more even, below 1 sharper.
    pub temperature: f32,
    /// Only this many of the likeliest; 0 for all.
    pub top_k: usize,
    /// Only the likeliest that together reach this probability (Holtzman et al., 2019); 1 for all.
    pub top_p: f32,
    /// Only those at least this often as likely as the likeliest (Nguyen et al., 2024); 0 for all.
    pub min_p: f32,
}

impl Default for Sampling {
    /// As the model scores them.
    fn default() -> Sampling {
        Sampling {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
        }
    }
}

/// What makes tokens that were there less likely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalties {
    /// Divides positive scores, and multiplies negative ones, of tokens in the prompt or generated (Keskar et al.,
    /// 2019); 1 for none.
    pub repetition: f32,
    /// Taken from the score of every token that was generated; 0 for none.
    pub presence: f32,
}

impl Default for Penalties {
    fn default() -> Penalties {
        Penalties {
            repetition: 1.0,
            presence: 0.0,
        }
    }
}

impl Settings {
    /// The most new tokens after a prompt of this length.
    pub fn new_tokens(&self, prompt: usize) -> usize {
        let left = self
            .max_length
            .map_or(usize::MAX, |length| length.saturating_sub(prompt));
        self.max_new_tokens.min(left)
    }

    /// Refuses values outside their ranges.
    pub fn check(&self) -> Result<(), GenerateError> {
        let sampling = self.sampling.unwrap_or_default();
        let Penalties { repetition, presence } = self.penalties;
        let positive = |value: f32| value > 0.0 && value.is_finite();
        ranged("temperature", sampling.temperature, "a number above 0", positive)?;
        ranged("top_p", sampling.top_p, "a number above 0, at most 1", |p| {
            p > 0.0 && p <= 1.0
        })?;
        ranged("min_p", sampling.min_p, "a number from 0 to 1", |p| {
            (0.0..=1.0).contains(&p)
        })?;
        let lengths = [
            ("max_new_tokens", Some(self.max_new_tokens)),
            ("max_length", self.max_length),
        ];
        if let Some((name, _)) = lengths.iter().find(|(_, length)| *length == Some(0)) {
            return Err(GenerateError::Setting {
                name,
                found: "0".to_string(),
                expected: "at least 1",
            });
        }
        ranged("repetition_penalty", repetition, "a number above 0", positive)?;
        ranged("presence_penalty", presence, "a number", f32::is_finite)
    }
}

fn ranged(
    name: &'static str,
    value: f32,
    expected: &'static str,
    holds: impl Fn(f32) -> bool,
) -> Result<(), GenerateError> {
    if holds(value) {
        return Ok(());
    }
    Err(GenerateError::Setting {
        name,
        found: value.to_string(),
        expected,
    })
}
