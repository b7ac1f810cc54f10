//! What a run brings besides its inputs.

use std::fmt::Display;

use burn::tensor::kind::Basic;
use burn::tensor::{Bool, Int, Tensor};

use crate::cache::Cache;
use crate::tensor::AnyTensor;

/// What functions and leaves marked `context` read: padding, positions, tokens seen before, whether dropout is on, and
/// where to note intermediate values.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// `[B, S]`, true where there is a real token; `S` counts the cached tokens too. Absent when all are real.
    pub attention_mask: Option<Tensor<2, Bool>>,
    /// `[B, T]`, the position of every token. Counted when absent: from the start of the sequence, or on from the
    /// tokens in the cache.
    pub position_ids: Option<Tensor<2, Int>>,
    /// Keys and values of the tokens before these, for causal attention.
    pub cache: Option<Cache>,
    /// Whether dropout is on.
    pub training: bool,
    /// Notes every part's output when present.
    pub trace: Option<Trace>,
}

impl Context {
    /// Inference: no padding, positions counted, no dropout, no trace.
    pub fn new() -> Context {
        Context::default()
    }

    /// Keys where `mask` (`[B, S]`) is false are not attended to.
    pub fn with_attention_mask(mut self, mask: Tensor<2, Bool>) -> Context {
        self.attention_mask = Some(mask);
        self
    }

    /// Positions (`[B, T]`) instead of counting.
    pub fn with_position_ids(mut self, positions: Tensor<2, Int>) -> Context {
        self.position_ids = Some(positions);
        self
    }

    /// Remembers keys and values, so that the next pass needs only the tokens after these.
    pub fn with_cache(mut self, cache: Cache) -> Context {
        self.cache = Some(cache);
        self
    }

    /// Turns dropout on.
    pub fn with_training(mut self) -> Context {
        self.training = true;
        self
    }

    /// Notes every part's output.
    pub fn with_trace(mut self) -> Context {
        self.trace = Some(Trace::default());
        self
    }

    /// How many tokens the cache holds.
    pub fn cached(&self) -> usize {
        self.cache.as_ref().map_or(0, Cache::length)
    }

    /// Begins the call of a part: until [`Context::exit`], what is recorded stands under its name.
    pub fn enter(&mut self, part: impl Display) {
        if let Some(trace) = &mut self.trace {
            trace.path.push(part.to_string());
        }
    }

    /// Ends the call of a part.
    pub fn exit(&mut self) {
        if let Some(trace) = &mut self.trace {
            trace.path.pop();
        }
    }

    /// Notes the output of the part that is being called; `name` tells the outputs of one part apart.
    pub fn record<const D: usize, K: Basic>(&mut self, name: Option<&str>, tensor: &Tensor<D, K>) {
        if self.trace.is_some() {
            self.record_any(name, &AnyTensor::from(tensor.clone()));
        }
    }

    pub(crate) fn record_any(&mut self, name: Option<&str>, tensor: &AnyTensor) {
        if let Some(trace) = &mut self.trace {
            let mut path = trace.path.join(".");
            if let Some(name) = name {
                path.push('.');
                path.push_str(name);
            }
            trace.entries.push((path, tensor.clone()));
        }
    }
}

/// Outputs of parts, in the order in which they were computed. A part that is called twice stands twice.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    path: Vec<String>,
    entries: Vec<(String, AnyTensor)>,
}

impl Trace {
    /// Every path with its output: `h.0.attn`, `rope.cos`.
    pub fn entries(&self) -> &[(String, AnyTensor)] {
        &self.entries
    }

    /// The same, taken.
    pub fn into_entries(self) -> Vec<(String, AnyTensor)> {
        self.entries
    }

    /// The last output noted under `path`.
    pub fn get(&self, path: &str) -> Option<&AnyTensor> {
        let found = self.entries.iter().rev().find(|(entry, _)| entry == path);
        found.map(|(_, tensor)| tensor)
    }
}
