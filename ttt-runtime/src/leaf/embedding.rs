//! Tables of vectors.

use burn::module::{Module, Param};
use burn::tensor::{Int, Tensor};

use super::tied;
use crate::initial::{Init, Initial};

/// A table of vectors, looked up by index.
#[derive(Module, Debug)]
pub struct Embedding {
    /// `[entries, dim]`; absent when tied.
    pub weight: Option<Param<Tensor<2>>>,
}

impl Embedding {
    /// The vectors are drawn from a normal distribution.
    pub fn new(entries: usize, dim: usize, init_std: f64, init: &Init) -> Embedding {
        let normal = Initial::Normal {
            mean: 0.0,
            std: init_std,
        };
        Embedding {
            weight: Some(init.param([entries, dim], normal)),
        }
    }

    /// `[..]` to `[.., dim]`, one more dimension: `E` is `D + 1`.
    ///
    /// # Panics
    ///
    /// When the weight was released, or an index is not below `entries`.
    pub fn forward<const D: usize, const E: usize>(&self, ids: Tensor<D, Int>) -> Tensor<E> {
        self.forward_with(ids, self.weight())
    }

    /// [`Embedding::forward`] with the table of a tie's owner, `[entries, dim]`.
    pub fn forward_with<const D: usize, const E: usize>(
        &self,
        ids: Tensor<D, Int>,
        weight: Tensor<2>,
    ) -> Tensor<E> {
        let [_, dim] = weight.dims();
        let mut shape = [dim; E];
        shape[..D].copy_from_slice(&ids.dims());
        let count = ids.shape().num_elements();
        weight.select(0, ids.reshape([count])).reshape(shape)
    }

    /// The table, `[entries, dim]`.
    ///
    /// # Panics
    ///
    /// When the weight was released.
    pub fn weight(&self) -> Tensor<2> {
        tied::value(&self.weight)
    }

    /// Drops the weight's storage: it is tied to another tensor.
    pub fn release_weight(&mut self) {
        self.weight = None;
    }
}
