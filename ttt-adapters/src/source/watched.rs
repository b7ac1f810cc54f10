//! Tensors that somebody watches being read.

use std::ops::ControlFlow;
use std::path::Path;

use indexmap::IndexMap;

use super::{TensorInfo, TensorSource};
use crate::error::{Error, Problem, codes};
use crate::gguf::PackedTensor;
use crate::tensor::HostTensor;

/// A source that asks before each tensor whether to go on, and gives no more once the answer is no: who was writing then
/// removes what is half done.
pub struct Watched<S, W> {
    source: S,
    watch: W,
}

impl<S, W> Watched<S, W>
where
    S: TensorSource,
    W: Fn() -> ControlFlow<()> + Send + Sync,
{
    /// Watches a source. `watch` is called before each tensor is read, and ends the work by [`ControlFlow::Break`].
    pub fn new(source: S, watch: W) -> Watched<S, W> {
        Watched { source, watch }
    }
}

impl<S, W> TensorSource for Watched<S, W>
where
    S: TensorSource,
    W: Fn() -> ControlFlow<()> + Send + Sync,
{
    fn origin(&self) -> &Path {
        self.source.origin()
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        self.source.tensors()
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        match (self.watch)() {
            ControlFlow::Continue(()) => self.source.read(name),
            ControlFlow::Break(()) => {
                let message = "stopped before everything was written, as asked";
                Err(Problem::new(codes::STOPPED, message)
                    .help("start again to have it whole; no file is half written")
                    .into())
            }
        }
    }

    fn has_numbers(&self) -> bool {
        self.source.has_numbers()
    }

    fn packed(&self, name: &str) -> Option<PackedTensor> {
        self.source.packed(name)
    }
}
