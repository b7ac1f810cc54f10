//! How large an instance may grow. Blocks that double and repetitions run out of memory before they end.

use std::cell::Cell;

/// The most parts of a model, every copy counted. The largest mixtures of experts have a quarter of them.
const PART_LIMIT: usize = 1 << 18;

/// The parts used up so far. What exceeds the limit is nothing.
#[derive(Debug, Default)]
pub(super) struct Budget {
    parts: Cell<usize>,
}

impl Budget {
    /// Whether a part may be repeated so often.
    pub(super) fn allows(&self, count: usize) -> Option<()> {
        (count <= PART_LIMIT).then_some(())
    }

    /// Counts a part.
    pub(super) fn part(&self) -> Option<()> {
        self.parts.set(self.parts.get() + 1);
        self.allows(self.parts.get())
    }
}
