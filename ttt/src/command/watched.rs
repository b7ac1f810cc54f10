//! Tensors that are counted as they are read.

use std::path::Path;

use indexmap::IndexMap;
use indicatif::ProgressBar;
use ttt::adapters::error::{Error, Problem, codes};
use ttt::adapters::gguf::PackedTensor;
use ttt::adapters::source::{TensorInfo, TensorSource};
use ttt::adapters::tensor::HostTensor;

use super::{interrupt, progress};

/// A source that draws how far it has been read, and gives no more once Ctrl-C was pressed: who was writing then removes
/// what is half done.
pub struct Watched<S> {
    source: S,
    bar: ProgressBar,
}

impl<S: TensorSource> Watched<S> {
    /// Watches a source from which each tensor will be read once.
    pub fn new(source: S) -> Watched<S> {
        let bar = progress::bar(source.tensors().len(), "tensors");
        Watched { source, bar }
    }
}

impl<S: TensorSource> TensorSource for Watched<S> {
    fn origin(&self) -> &Path {
        self.source.origin()
    }

    fn tensors(&self) -> &IndexMap<String, TensorInfo> {
        self.source.tensors()
    }

    fn read(&self, name: &str) -> Result<HostTensor, Error> {
        if interrupt::interrupted() {
            return Err(Problem::new(codes::STOPPED, "stopped by Ctrl-C").into());
        }
        self.bar.inc(1);
        self.source.read(name)
    }

    fn packed(&self, name: &str) -> Option<PackedTensor> {
        self.source.packed(name)
    }
}

impl<S> Drop for Watched<S> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
