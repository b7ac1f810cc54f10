//! Scaled dot-product attention.

use std::borrow::Cow;

use burn::tensor::{Bool, DType, Tensor};
use burn_flex::FlexTensor;
use ttt_kernels::{Attention, AttentionShape, Heads, Strides};

use crate::apart::apart;

use super::storage::{Given, changed, sizes, tensor};

/// Attention of queries `[B, H, T, D]` to keys `[B, G, S, D]` and values `[B, G, S, E]`, read where they are, as in a
/// cache that has room for more. `visible` `[B, S]` is false for keys that no query sees.
pub(crate) fn attended(
    inputs: [Tensor<4>; 3],
    visible: Option<Tensor<2, Bool>>,
    causal: bool,
    scale: f64,
) -> Result<Tensor<4>, Box<[Tensor<4>; 3]>> {
    let inputs = inputs.map(Given::new);
    let mixed = mixed(&inputs, visible, causal, scale);
    mixed.ok_or_else(|| apart(|| Box::new(inputs.map(Given::back))))
}

#[inline(never)]
fn mixed(
    [queries, keys, values]: &[Given<4>; 3],
    visible: Option<Tensor<2, Bool>>,
    causal: bool,
    scale: f64,
) -> Option<Tensor<4>> {
    let (q, k, v) = (side_by_side(queries)?, side_by_side(keys)?, side_by_side(values)?);
    let [batch, heads, queries, dim] = sizes(&q);
    let [_, groups, keys, value_dim] = sizes(&v);
    let fit = sizes(&k) == [batch, groups, keys, dim] && sizes::<4>(&v)[0] == batch;
    if !fit || causal && queries > keys {
        return None;
    }
    let visible = match visible {
        Some(mask) => Some(flags(mask)?),
        None => None,
    };
    let attention = Attention {
        shape: AttentionShape {
            batch,
            heads,
            groups,
            queries,
            keys,
            dim,
            value_dim,
        },
        queries: heads_of(&q)?,
        keys: heads_of(&k)?,
        values: heads_of(&v)?,
        scale: scale as f32,
        causal,
        visible: visible.as_deref(),
    };
    // Side by side as the layer that comes after reads them: `[B, T, H, E]`, seen as `[B, H, T, E]`.
    let mut mixed = vec![0.0; batch * queries * heads * value_dim];
    attention.forward(&mut mixed, Strides::of_positions(heads, queries, value_dim));
    let mixed = tensor(mixed, [batch, queries, heads, value_dim]);
    Some(mixed.swap_dims(1, 2))
}

/// Puts tokens `[B, G, T, D]` into storage `[B, G, room, D]` from a position on. Gives both back where it does not.
pub(crate) fn stored(
    room: Tensor<4>,
    tokens: Tensor<4>,
    start: usize,
) -> Result<Tensor<4>, Box<(Tensor<4>, Tensor<4>)>> {
    let [batch, groups, positions, dim] = room.dims();
    let tokens = Given::new(tokens);
    let storage = side_by_side(&tokens);
    let count = storage.as_deref().map_or(0, |storage| sizes::<4>(storage)[2]);
    let from = storage
        .as_deref()
        .filter(|storage| sizes(storage) == [batch, groups, count, dim] && start + count <= positions);
    let stored = match from.and_then(heads_of) {
        Some(from) => changed(room, |room| {
            for (index, room) in room.chunks_exact_mut((positions * dim).max(1)).enumerate() {
                let room = &mut room[start * dim..][..count * dim];
                for (position, room) in room.chunks_exact_mut(dim.max(1)).enumerate() {
                    room.copy_from_slice(from.at(index / groups, index % groups, position, dim));
                }
            }
        }),
        None => Err(room),
    };
    drop(storage);
    stored.map_err(|room| apart(|| Box::new((room, tokens.back()))))
}

/// The storage of a tensor in single precision whose numbers of one position stand side by side.
fn side_by_side(x: &Given<4>) -> Option<Cow<'_, FlexTensor>> {
    let storage = x.storage().filter(|storage| storage.dtype() == DType::F32)?;
    let strides = storage.layout().strides();
    let is_plain = strides.iter().all(|stride| *stride >= 0) && strides.last() == Some(&1);
    Some(match is_plain {
        true => Cow::Borrowed(storage),
        false => apart(|| Cow::Owned(storage.to_contiguous())),
    })
}

fn flags(mask: Tensor<2, Bool>) -> Option<Vec<bool>> {
    let mask = Given::new(mask);
    let mask = mask.in_order()?;
    let flags: &[u8] = mask.storage();
    let (start, count) = (mask.layout().start_offset(), mask.layout().num_elements());
    Some(
        flags[start..start + count]
            .iter()
            .map(|&flag| flag != 0)
            .collect(),
    )
}

fn heads_of(storage: &FlexTensor) -> Option<Heads<'_>> {
    let layout = storage.layout();
    let stride = |axis: usize| {
        layout
            .strides()
            .get(axis)
            .and_then(|stride| usize::try_from(*stride).ok())
    };
    Some(Heads {
        numbers: storage.storage::<f32>().get(layout.start_offset()..)?,
        strides: Strides {
            batch: stride(0)?,
            head: stride(1)?,
            position: stride(2)?,
        },
    })
}
