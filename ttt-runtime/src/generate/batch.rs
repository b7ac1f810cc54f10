//! Several sequences that grow together.

use std::time::Instant;

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use super::{Finish, GenerateError, Generated, Generator, Memory, NextToken, Sampler};
use crate::cache::Cache;
use crate::context::Context;

/// Sequences of unequal lengths in one cache: shorter prompts are padded at the left, padding is never attended to, and
/// positions count real tokens.
#[derive(Debug)]
pub(super) struct Batch<'m, M> {
    generator: Generator<'m, M>,
    cx: Context,
    sampler: Sampler,
    sequences: Vec<Sequence>,
    /// Indices of the sequences that still grow: the rows of the cache.
    growing: Vec<usize>,
    /// The tokens that the next pass computes, of each growing sequence.
    pending: Vec<Vec<u32>>,
    /// When no more tokens are begun.
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Sequence {
    prompt: Vec<u32>,
    generated: Vec<u32>,
    /// Padding before the prompt.
    padding: usize,
    finish: Option<Finish>,
}

/// What a pass brings a sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Its index.
    pub sequence: usize,
    /// Its new token; none when it ended instead.
    pub token: Option<u32>,
}

impl<'m, M: NextToken> Batch<'m, M> {
    pub fn new(generator: &Generator<'m, M>, prompts: &[Vec<u32>]) -> Result<Self, GenerateError> {
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
        for (index, prompt) in prompts.iter().enumerate() {
            check_prompt(generator, index, prompt)?;
        }
        // A shorter prompt grows on when the longest has reached the context, and its padding takes room as well.
        let rooms = prompts
            .iter()
            .map(|prompt| (longest - prompt.len()).saturating_add(generator.capacity(prompt.len())));
        let capacity = rooms.max().unwrap_or(0);
        let sequences: Vec<Sequence> = prompts
            .iter()
            .map(|prompt| Sequence::new(prompt, longest - prompt.len()))
            .collect();
        Ok(Batch {
            generator: generator.clone(),
            cx: Context::new().with_cache(Cache::new(capacity)),
            sampler: Sampler::new(&generator.settings),
            growing: (0..sequences.len()).collect(),
            pending: sequences.iter().map(Sequence::padded).collect(),
            deadline: generator
                .settings
                .max_time
                .and_then(|time| Instant::now().checked_add(time)),
            sequences,
        })
    }

    /// One sequence, of which the memory may know the beginning.
    pub fn remember(
        generator: &Generator<'m, M>,
        memory: Memory,
        prompt: &[u32],
    ) -> Result<Self, GenerateError> {
        let mut batch = Batch::new(generator, &[prompt.to_vec()])?;
        let needed = generator.capacity(prompt.len());
        let shared = memory.shared(prompt);
        if shared > 0 && memory.cache.capacity() >= needed {
            let mut cache = memory.cache;
            cache.truncate(shared);
            batch.cx.cache = Some(cache);
            batch.pending = vec![prompt[shared..].to_vec()];
        } else {
            // The next turns of a conversation fit too, so that it is not computed anew every time.
            let roomy = needed.saturating_mul(2).min(generator.ctx);
            batch.cx.cache = Some(Cache::new(roomy));
        }
        Ok(batch)
    }

    /// One pass: what it brings every sequence that was growing. Nothing once all have ended.
    pub fn step(&mut self) -> Result<Option<Vec<Step>>, GenerateError> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            for index in std::mem::take(&mut self.growing) {
                self.sequences[index].finish = Some(Finish::Time);
            }
        }
        if self.growing.is_empty() {
            return Ok(None);
        }
        let rows = self.scores()?;
        let growing = self.growing.clone();
        let mut tokens = Vec::with_capacity(rows.len());
        for (&index, scores) in growing.iter().zip(rows) {
            tokens.push(Step {
                sequence: index,
                token: self.extend(index, scores)?,
            });
        }
        self.keep_growing();
        Ok(Some(tokens))
    }

    /// Ends a sequence from outside, before its next token.
    pub fn end(&mut self, index: usize, finish: Finish) {
        if let Some(sequence) = self.sequences.get_mut(index) {
            sequence.finish = Some(finish);
            self.keep_growing();
        }
    }

    /// What came of every prompt, in order.
    pub fn into_generated(self) -> Vec<Generated> {
        let sequences = self.sequences.into_iter();
        let generated = sequences.map(|sequence| Generated {
            token_ids: sequence.generated,
            finish: sequence.finish.unwrap_or(Finish::Length),
        });
        generated.collect()
    }

    /// Why the first sequence ended.
    pub fn first_finish(&self) -> Option<Finish> {
        self.sequences.first().and_then(|sequence| sequence.finish)
    }

    /// Bytes of the keys and values of all tokens that were seen.
    pub fn cached_bytes(&self) -> usize {
        self.cx.cache.as_ref().map_or(0, Cache::bytes)
    }

    /// What the passes of a single sequence computed.
    pub fn into_memory(self) -> Memory {
        let Some(sequence) = self.sequences.into_iter().next() else {
            return Memory::default();
        };
        let mut ids = sequence.prompt;
        ids.extend(sequence.generated);
        let cache = self.cx.cache.unwrap_or_default();
        ids.truncate(cache.length());
        Memory { ids, cache }
    }

    /// The scores after the pending tokens, a row per growing sequence.
    fn scores(&mut self) -> Result<Vec<Vec<f32>>, GenerateError> {
        let device = &self.generator.device;
        let rows = self.pending.len();
        let length = self.pending.first().map_or(0, Vec::len);
        let cached = self.cx.cached();
        let ids: Vec<i64> = self.pending.iter().flatten().map(|&id| i64::from(id)).collect();
        let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [rows, length]), device);
        let paddings: Vec<usize> = self
            .growing
            .iter()
            .map(|&index| self.sequences[index].padding)
            .collect();
        self.cx.position_ids = Some(positions(&paddings, cached, length, device));
        self.cx.attention_mask = mask(&paddings, cached + length, device);
        let scores = self.generator.model.next_token(&mut self.cx, ids)?;
        if let Some(cache) = &mut self.cx.cache {
            cache.advance(length);
        }
        let [_, vocab] = scores.dims();
        let scores = scores.into_data().convert::<f32>().try_into_vec::<f32>();
        let scores = scores.map_err(|_| GenerateError::NotFinite)?;
        Ok(scores.chunks(vocab.max(1)).map(<[f32]>::to_vec).collect())
    }

    /// Chooses a sequence's next token, and notes why it ends when it does.
    fn extend(&mut self, index: usize, scores: Vec<f32>) -> Result<Option<u32>, GenerateError> {
        let settings = &self.generator.settings;
        let sequence = &mut self.sequences[index];
        let id = self
            .sampler
            .choose(scores, &sequence.prompt, &sequence.generated)?;
        if settings.stop_tokens.contains(&id) {
            sequence.finish = Some(Finish::Stop);
            return Ok(None);
        }
        sequence.generated.push(id);
        if sequence.generated.len() >= settings.new_tokens(sequence.prompt.len()) {
            sequence.finish = Some(Finish::Length);
        } else if sequence.prompt.len() + sequence.generated.len() > self.generator.ctx {
            sequence.finish = Some(Finish::Context);
        }
        Ok(Some(id))
    }

    /// Goes on with the sequences that have not ended; the others give up their rows of the cache.
    fn keep_growing(&mut self) {
        let rows: Vec<usize> = (0..self.growing.len())
            .filter(|&row| self.sequences[self.growing[row]].finish.is_none())
            .collect();
        if rows.len() < self.growing.len() && !rows.is_empty() {
            let indices: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
            let indices = TensorData::new(indices, [rows.len()]);
            if let Some(cache) = &mut self.cx.cache {
                cache.select(&Tensor::from_data(indices, &self.generator.device));
            }
        }
        self.growing = rows.iter().map(|&row| self.growing[row]).collect();
        let last = |&index: &usize| self.sequences[index].generated.last().copied();
        self.pending = self
            .growing
            .iter()
            .map(|index| last(index).into_iter().collect())
            .collect();
    }
}

impl Sequence {
    fn new(prompt: &[u32], padding: usize) -> Sequence {
        Sequence {
            prompt: prompt.to_vec(),
            generated: Vec::new(),
            padding,
            finish: None,
        }
    }

    /// The prompt after its padding. Padding is never attended to, so any token of the vocabulary serves.
    fn padded(&self) -> Vec<u32> {
        let padding = self.prompt.first().copied().unwrap_or_default();
        let mut ids = vec![padding; self.padding];
        ids.extend(&self.prompt);
        ids
    }
}

/// `[B, T]`: real tokens count from 0.
fn positions(paddings: &[usize], cached: usize, length: usize, device: &Device) -> Tensor<2, Int> {
    let row = |padding: &usize| {
        let padding = *padding;
        (cached..cached + length).map(move |column| column.saturating_sub(padding) as i64)
    };
    let positions: Vec<i64> = paddings.iter().flat_map(row).collect();
    Tensor::from_data(TensorData::new(positions, [paddings.len(), length]), device)
}

/// `[B, S]`: false where a prompt was padded. Nothing when none was, which is faster.
fn mask(paddings: &[usize], length: usize, device: &Device) -> Option<Tensor<2, Bool>> {
    if paddings.iter().all(|&padding| padding == 0) {
        return None;
    }
    let row = |padding: &usize| {
        let padding = *padding;
        (0..length).map(move |column| column >= padding)
    };
    let mask: Vec<bool> = paddings.iter().flat_map(row).collect();
    Some(Tensor::from_data(
        TensorData::new(mask, [paddings.len(), length]),
        device,
    ))
}

fn check_prompt<M>(generator: &Generator<'_, M>, index: usize, prompt: &[u32]) -> Result<(), GenerateError> {
    let ctx = generator.ctx;
    if prompt.is_empty() {
        return Err(GenerateError::EmptyPrompt(index));
    }
    if prompt.len() > ctx {
        return Err(GenerateError::LongPrompt {
            index,
            tokens: prompt.len(),
            ctx,
        });
    }
    match generator.settings.max_length {
        Some(length) if prompt.len() >= length => Err(GenerateError::Setting {
            name: "max_length",
            found: format!("{length}, and prompt {} has {} tokens", index + 1, prompt.len()),
            expected: "more: it counts the prompt too",
        }),
        _ => Ok(()),
    }
}
