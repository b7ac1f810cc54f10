//! Keys and values of tokens that were seen before.

use burn::tensor::{Int, Tensor};

use crate::apart::apart;
use crate::kernel;

/// Keys and values of every causal attention of a model, in the order in which a forward pass calls them.
///
/// The storage is made ahead of the tokens and written in place; it doubles when it is full, up to `capacity` tokens, so
/// that a long allowance costs nothing before it is used. A forward pass with a cache gives only the new tokens; its
/// attention sees the old ones too. After each pass, [`Cache::advance`] counts its tokens as seen.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    layers: Vec<Layer>,
    capacity: usize,
    length: usize,
    /// The layer that the running pass comes to next.
    next: usize,
}

/// For how many tokens storage is made at first.
const FIRST_ROOM: usize = 512;

/// Storage of one attention: `[B, G, room, D]` and `[B, G, room, E]`.
#[derive(Clone, Debug)]
struct Layer {
    keys: Tensor<4>,
    values: Tensor<4>,
}

impl Cache {
    /// Room for this many tokens of each sequence. Nothing is allocated before the first pass, which tells the sizes.
    pub fn new(capacity: usize) -> Cache {
        Cache {
            capacity,
            ..Cache::default()
        }
    }

    /// How many tokens have been seen.
    pub fn length(&self) -> usize {
        self.length
    }

    /// For how many tokens there is room.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes of the keys and values of all tokens that have been seen.
    pub fn bytes(&self) -> usize {
        let bytes = |stored: &Tensor<4>| {
            let [batch, groups, _, dim] = stored.dims();
            batch * groups * self.length * dim * stored.dtype().size()
        };
        let layers = self.layers.iter();
        layers
            .map(|layer| bytes(&layer.keys) + bytes(&layer.values))
            .sum()
    }

    /// Whether a pass of this many new tokens fits.
    pub fn has_room(&self, tokens: usize) -> bool {
        self.length.saturating_add(tokens) <= self.capacity
    }

    /// Ends a pass of this many new tokens: they have been seen.
    pub fn advance(&mut self, tokens: usize) {
        self.length += tokens;
        self.next = 0;
    }

    /// Forgets all but the first `length` tokens. What remains is not computed again.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
        self.next = 0;
    }

    /// Keeps the sequences of these indices, in this order.
    pub fn select(&mut self, sequences: &Tensor<1, Int>) {
        for layer in &mut self.layers {
            layer.keys = layer.keys.clone().select(0, sequences.clone());
            layer.values = layer.values.clone().select(0, sequences.clone());
        }
    }

    /// Stores the new keys `[B, G, T, D]` and values `[B, G, T, E]` of the next attention, and gives all of them, old
    /// and new: `[B, G, S, D]` and `[B, G, S, E]`, as views of the storage.
    ///
    /// # Panics
    ///
    /// When there is no room for `T` more tokens.
    pub(crate) fn append(&mut self, keys: Tensor<4>, values: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let tokens = keys.dims()[2];
        assert!(
            self.has_room(tokens),
            "the cache has room for {} tokens, {} are in it and {tokens} more come",
            self.capacity,
            self.length
        );
        let (start, end) = (self.length, self.length + tokens);
        if self.next == self.layers.len() {
            let first = end.max(FIRST_ROOM).min(self.capacity);
            self.layers.push(Layer {
                keys: room(&keys, first),
                values: room(&values, first),
            });
        }
        let layer = &mut self.layers[self.next];
        self.next += 1;
        let stored = layer.keys.dims()[2];
        if end > stored {
            let larger = end.max(stored.saturating_mul(2)).min(self.capacity);
            layer.keys.inplace(|keys| enlarged(keys, start, larger));
            layer.values.inplace(|values| enlarged(values, start, larger));
        }
        layer.keys.inplace(|stored| write(stored, keys, start));
        layer.values.inplace(|stored| write(stored, values, start));
        (
            layer.keys.clone().narrow(2, 0, end),
            layer.values.clone().narrow(2, 0, end),
        )
    }
}

/// Zeros for `capacity` tokens like `tokens`.
fn room(tokens: &Tensor<4>, capacity: usize) -> Tensor<4> {
    let [batch, groups, _, dim] = tokens.dims();
    Tensor::zeros([batch, groups, capacity, dim], (&tokens.device(), tokens.dtype()))
}

/// The same first `length` tokens, with room for `capacity`.
fn enlarged(stored: Tensor<4>, length: usize, capacity: usize) -> Tensor<4> {
    let larger = room(&stored, capacity);
    if length == 0 {
        return larger;
    }
    write(larger, stored.narrow(2, 0, length), 0)
}

/// Writes in place, since nothing else holds the storage between passes.
fn write(room: Tensor<4>, tokens: Tensor<4>, start: usize) -> Tensor<4> {
    kernel::stored(room, tokens, start).unwrap_or_else(|given| {
        apart(|| {
            let (room, tokens) = *given;
            let [batch, groups, count, dim] = tokens.dims();
            room.slice_assign([0..batch, 0..groups, start..start + count, 0..dim], tokens)
        })
    })
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, Device, TensorData};

    use super::*;

    /// `[2, 3, tokens, 4]`, side by side by token, as linear layers give them.
    fn tokens(count: usize, seed: usize, device: &Device, dtype: DType) -> Tensor<4> {
        let numbers: Vec<f32> = (0..2 * count * 3 * 4)
            .map(|at| ((at * at + seed) % 97) as f32 / 8.0)
            .collect();
        let data = TensorData::new(numbers, [2, count, 3, 4]);
        Tensor::from_data(data, (device, dtype)).swap_dims(1, 2)
    }

    #[test]
    fn what_was_appended_is_given_back() {
        let (flex, followed) = (Device::flex(), Device::flex().autodiff());
        for (device, dtype) in [(&flex, DType::F32), (&flex, DType::F16), (&followed, DType::F32)] {
            let mut cache = Cache::new(1024);
            let mut all: Option<Tensor<4>> = None;
            for (step, count) in [3, 1, 600, 1].into_iter().enumerate() {
                let new = tokens(count, step, device, dtype);
                let (keys, values) = cache.append(new.clone(), new.clone() + 1.0);
                cache.advance(count);
                let expected = match all.take() {
                    Some(before) => Tensor::cat(vec![before, new], 2),
                    None => new,
                };
                assert_eq!(keys.into_data(), expected.clone().into_data());
                assert_eq!(values.into_data(), (expected.clone() + 1.0).into_data());
                all = Some(expected);
            }
        }
    }

    #[test]
    fn a_clone_keeps_its_own() {
        let device = Device::flex();
        let new = |count, seed| tokens(count, seed, &device, DType::F32);
        let mut cache = Cache::new(64);
        cache.append(new(2, 0), new(2, 0));
        cache.advance(2);
        let mut other = cache.clone();
        let (own, _) = cache.append(new(1, 1), new(1, 1));
        let (others, _) = other.append(new(1, 2), new(1, 2));
        let both = |seed| Tensor::cat(vec![new(2, 0), new(1, seed)], 2).into_data();
        assert_eq!(own.into_data(), both(1));
        assert_eq!(others.into_data(), both(2));
    }
}
