//! How large an instance may grow. Blocks that double and repetitions run out of memory before they end.

use std::cell::Cell;

/// The most parts of a model, every copy counted. The largest mixtures of experts have a quarter of them.
const PART_LIMIT: usize = 1 << 18;

/// The parts used up so far. What exceeds the limit is nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    parts: Cell<usize>,
}

impl Budget {
    /// Whether a part may be repeated so often.
    pub(super) fn allows(&self, count: usize) -> Option<()> {
        (count <= PART_LIMIT).then_some(())
    }

    /// How many parts were counted.
    pub(super) fn used(&self) -> usize {
        self.parts.get()
    }

    /// Counts parts.
    pub(super) fn parts(&self, count: usize) -> Option<()> {
        self.parts.set(self.parts.get().saturating_add(count));
        self.allows(self.parts.get())
    }
}
