//! Tokens after tokens: generation with a key-value cache.

mod batch;
mod error;
mod file;
mod memory;
mod sampler;
mod scores;
mod settings;

use burn::tensor::Device;

use batch::Batch;
pub use error::GenerateError;
pub use file::GenerationFile;
pub use memory::Memory;
pub use sampler::Sampler;
pub use scores::NextToken;
pub use settings::{Penalties, Sampling, Settings};

/// A model that continues sequences of tokens.
#[derive(Debug)]
pub struct Generator<'m, M> {
    model: &'m M,
    settings: Settings,
    ctx: usize,
    device: Device,
}

impl<M> Clone for Generator<'_, M> {
    fn clone(&self) -> Self {
        Generator {
            model: self.model,
            settings: self.settings.clone(),
            ctx: self.ctx,
            device: self.device.clone(),
        }
    }
}

/// What came after a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The new tokens, without the one that ended them.
    pub token_ids: Vec<u32>,
    /// Why there are no more.
    pub finish: Finish,
}

/// Why a generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model gave one of the tokens that end a text.
    Stop,
    /// A stop string came up.
    StopString,
    /// As many tokens as were asked for.
    Length,
    /// The model takes no longer sequence.
    Context,
    /// The time was over.
    Time,
    /// The caller wanted no more.
    Cancelled,
}

impl<'m, M: NextToken> Generator<'m, M> {
    /// `ctx` is the longest sequence that the model takes; `None` for any. One more token may come out: the last is never
    /// computed, and needs no position.
    pub fn new(
        model: &'m M,
        settings: Settings,
        ctx: impl Into<Option<usize>>,
        device: &Device,
    ) -> Result<Self, GenerateError> {
        settings.check()?;
        Ok(Generator {
            model,
            settings,
            ctx: ctx.into().unwrap_or(usize::MAX),
            device: device.clone(),
        })
    }

    /// The most tokens that the cache will hold after a prompt of this length.
    fn capacity(&self, prompt: usize) -> usize {
        prompt
            .saturating_add(self.settings.new_tokens(prompt))
            .min(self.ctx)
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Continues every prompt. Prompts may be of unequal lengths; each comes out as if it had run alone.
    ///
    /// A sampled batch draws for its sequences in turn, so the same prompt in another batch may draw otherwise.
    pub fn generate(&self, prompts: &[Vec<u32>]) -> Result<Vec<Generated>, GenerateError> {
        self.generate_until(prompts, |_, _| Ok::<_, GenerateError>(None))
    }

    /// The same, asking after each new token, by the prompt's index, whether that sequence ends here, and why. The token
    /// stays.
    pub fn generate_until<E: From<GenerateError>>(
        &self,
        prompts: &[Vec<u32>],
        ends: impl FnMut(usize, u32) -> Result<Option<Finish>, E>,
    ) -> Result<Vec<Generated>, E> {
        self.generate_counting(prompts, ends)
            .map(|(generated, _)| generated)
    }

    /// The same, with the bytes of keys and values that the last pass read.
    pub fn generate_counting<E: From<GenerateError>>(
        &self,
        prompts: &[Vec<u32>],
        mut ends: impl FnMut(usize, u32) -> Result<Option<Finish>, E>,
    ) -> Result<(Vec<Generated>, usize), E> {
        let mut batch = Batch::new(self, prompts)?;
        while let Some(steps) = batch.step()? {
            for step in steps {
                if let Some(token) = step.token
                    && let Some(finish) = ends(step.sequence, token)?
                {
                    batch.end(step.sequence, finish);
                }
            }
        }
        let cached = batch.cached_bytes();
        Ok((batch.into_generated(), cached))
    }

    /// The new tokens of one prompt, one by one.
    pub fn tokens(&self, prompt: &[u32]) -> Result<Tokens<'m, M>, GenerateError> {
        let batch = Batch::new(self, &[prompt.to_vec()])?;
        Ok(Tokens { batch })
    }

    /// The same after what the memory holds: only what differs from it is computed. Give the memory back with
    /// [`Tokens::into_memory`].
    pub fn tokens_after(&self, memory: Memory, prompt: &[u32]) -> Result<Tokens<'m, M>, GenerateError> {
        let batch = Batch::remember(self, memory, prompt)?;
        Ok(Tokens { batch })
    }
}

/// New tokens, as they come.
#[derive(Debug)]
pub struct Tokens<'m, M> {
    batch: Batch<'m, M>,
}

impl<M: NextToken> Tokens<'_, M> {
    /// Why there are no more tokens, once there are no more.
    pub fn finish(&self) -> Option<Finish> {
        self.batch.first_finish()
    }

    /// What was computed, for a prompt that begins with the same tokens.
    pub fn into_memory(self) -> Memory {
        self.batch.into_memory()
    }
}

impl<M: NextToken> Iterator for Tokens<'_, M> {
    type Item = Result<u32, GenerateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let steps = self.batch.step().transpose()?;
        steps
            .map(|steps| steps.first().and_then(|step| step.token))
            .transpose()
    }
}
