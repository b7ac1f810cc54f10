//! From scores to a token.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{GenerateError, Penalties, Sampling, Settings};

/// Chooses tokens by their scores.
#[derive(Clone, Debug)]
pub struct Sampler {
    sampling: Option<Sampling>,
    penalties: Penalties,
    random: StdRng,
}

impl Sampler {
    /// With the settings' seed.
    pub fn new(settings: &Settings) -> Sampler {
        Sampler {
            sampling: settings.sampling,
            penalties: settings.penalties,
            random: StdRng::seed_from_u64(settings.seed),
        }
    }

    /// The next token, by the scores of the whole vocabulary after `prompt` and `generated`.
    pub fn choose(
        &mut self,
        mut scores: Vec<f32>,
        prompt: &[u32],
        generated: &[u32],
    ) -> Result<u32, GenerateError> {
        self.penalties.apply(&mut scores, prompt, generated);
        let Some(sampling) = &self.sampling else {
            return likeliest(&scores);
        };
        let candidates = sampling.candidates(&scores)?;
        let mut left: f32 = self.random.random();
        for (id, probability) in &candidates {
            left -= probability;
            if left < 0.0 {
                return Ok(*id);
            }
        }
        // The probabilities add up to one only up to rounding.
        candidates
            .last()
            .map(|(id, _)| *id)
            .ok_or(GenerateError::NotFinite)
    }
}

/// The first of the highest scores.
fn likeliest(scores: &[f32]) -> Result<u32, GenerateError> {
    let mut best: Option<(u32, f32)> = None;
    for (id, &score) in (0..).zip(scores) {
        if score > best.map_or(f32::NEG_INFINITY, |(_, best)| best) {
            best = Some((id, score));
        }
    }
    best.map(|(id, _)| id).ok_or(GenerateError::NotFinite)
}

impl Penalties {
    /// Lowers the scores of tokens that were there.
    pub fn apply(&self, scores: &mut [f32], prompt: &[u32], generated: &[u32]) {
        if self.repetition != 1.0 {
            for score in at_each(scores, prompt.iter().chain(generated)) {
                *score = if *score < 0.0 {
                    *score * self.repetition
                } else {
                    *score / self.repetition
                };
            }
        }
        if self.presence != 0.0 {
            for score in at_each(scores, generated.iter()) {
                *score -= self.presence;
            }
        }
    }
}

/// The score of every id that occurs, once.
fn at_each<'s, 'i>(
    scores: &'s mut [f32],
    ids: impl Iterator<Item = &'i u32>,
) -> impl Iterator<Item = &'s mut f32> {
    let mut occurs = vec![false; scores.len()];
    for &id in ids {
        if let Some(seen) = occurs.get_mut(id as usize) {
            *seen = true;
        }
    }
    scores
        .iter_mut()
        .zip(occurs)
        .filter_map(|(score, seen)| seen.then_some(score))
}

impl Sampling {
    /// The tokens that may be drawn with their probabilities, likeliest first.
    pub fn candidates(&self, scores: &[f32]) -> Result<Vec<(u32, f32)>, GenerateError> {
        let mut ranked: Vec<(u32, f32)> = (0..).zip(scores.iter().copied()).collect();
        ranked.retain(|(_, score)| score.is_finite());
        ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        self.keep_top_k(&mut ranked);
        let Some(&(_, highest)) = ranked.first() else {
            return Err(GenerateError::NotFinite);
        };
        for (_, score) in &mut ranked {
            *score = ((*score - highest) / self.temperature).exp();
        }
        normalise(&mut ranked);
        self.keep_top_p(&mut ranked);
        let least = ranked.first().map_or(0.0, |(_, p)| p * self.min_p);
        ranked.retain(|(_, probability)| *probability >= least);
        normalise(&mut ranked);
        Ok(ranked)
    }

    /// Tokens that score as the last of the `top_k` does stay.
    fn keep_top_k(&self, ranked: &mut Vec<(u32, f32)>) {
        let Some(&(_, last)) = self.top_k.checked_sub(1).and_then(|index| ranked.get(index)) else {
            return;
        };
        ranked.retain(|(_, score)| *score >= last);
    }

    /// A token stays while those before it fall short of `top_p`.
    fn keep_top_p(&self, ranked: &mut Vec<(u32, f32)>) {
        if self.top_p >= 1.0 {
            return;
        }
        let mut before = 0.0;
        ranked.retain(|(_, probability)| {
            let stays = before < self.top_p;
            before += probability;
            stays
        });
    }
}

fn normalise(ranked: &mut [(u32, f32)]) {
    let sum: f32 = ranked.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in ranked {
        *weight /= sum;
    }
}
