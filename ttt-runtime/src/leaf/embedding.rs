//! Tables of vectors.

use std::fmt;

use burn::module::Module;
use burn::tensor::{Int, Tensor};

use super::{Weight, WeightValue};
use crate::apart::apart;
use crate::initial::{Init, Initial};
use crate::kernel;

/// A table of vectors, looked up by index.
#[derive(Module, Debug)]
pub struct Embedding {
    /// `[entries, dim]`; released when tied.
    pub weight: Weight,
}

impl Embedding {
    /// The vectors are drawn from a normal distribution.
    pub fn new(entries: usize, dim: usize, init_std: f64, init: &Init) -> Embedding {
        let normal = Initial::Normal {
            mean: 0.0,
            std: init_std,
        };
        Embedding {
            weight: Weight::new([entries, dim], normal, init),
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
    ///
    /// # Panics
    ///
    /// When an index is not below `entries`.
    pub fn forward_with<const D: usize, const E: usize>(
        &self,
        ids: Tensor<D, Int>,
        weight: WeightValue,
    ) -> Tensor<E> {
        let [entries, _] = weight.dims();
        let stranger = Stranger::find(&ids, entries);
        assert!(
            stranger.is_none(),
            "{} is not an entry: expected 0 to {}",
            stranger.map_or_else(String::new, |stranger| stranger.to_string()),
            entries.saturating_sub(1)
        );
        look_up(ids, weight)
    }

    /// The table, `[entries, dim]`.
    ///
    /// # Panics
    ///
    /// When the weight was released.
    pub fn weight(&self) -> WeightValue {
        self.weight.value()
    }

    /// Drops the weight's storage: it is tied to another tensor.
    pub fn release_weight(&mut self) {
        self.weight.release();
    }
}

/// The vectors of indices that are known to be entries of a table.
pub(crate) fn look_up<const D: usize, const E: usize>(ids: Tensor<D, Int>, weight: WeightValue) -> Tensor<E> {
    let [_, dim] = weight.dims();
    let mut shape = [dim; E];
    shape[..D].copy_from_slice(&ids.dims());
    let count = ids.shape().num_elements();
    let ids = ids.reshape([count]);
    let vectors = kernel::gathered(weight, ids);
    let vectors = vectors.unwrap_or_else(|given| apart(|| Tensor::from(given.0).select(0, given.1)));
    vectors.reshape(shape)
}

/// An index that a table does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stranger {
    /// The index.
    pub id: i64,
    /// Where it stands.
    pub at: Vec<usize>,
}

impl Stranger {
    /// The first index that a table of so many entries does not have.
    pub fn find<const D: usize>(ids: &Tensor<D, Int>, entries: usize) -> Option<Stranger> {
        let data = ids.to_data();
        let mut indices = data.iter::<i64>().enumerate();
        let (mut place, id) = indices.find(|(_, id)| !(0..entries as i64).contains(id))?;
        let mut at = vec![0; D];
        for (axis, size) in ids.dims().into_iter().enumerate().rev() {
            at[axis] = place % size;
            place /= size;
        }
        Some(Stranger { id, at })
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.id, self.at)
    }
}
