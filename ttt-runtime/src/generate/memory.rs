//! What a generation leaves for the next.

use crate::cache::Cache;

/// The tokens that a model has seen, with their keys and values.
///
/// A chat gives every turn the whole conversation; with a memory only the new turn is computed.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub(super) ids: Vec<u32>,
    pub(super) cache: Cache,
}

impl Memory {
    /// How many tokens at the start of `prompt` need not be computed again. The last one always is, for its scores.
    pub(super) fn shared(&self, prompt: &[u32]) -> usize {
        let alike = self.ids.iter().zip(prompt).take_while(|(a, b)| a == b).count();
        alike.min(prompt.len().saturating_sub(1)).min(self.cache.length())
    }
}
