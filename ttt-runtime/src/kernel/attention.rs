//! Scaled dot-product attention.

use burn::tensor::{Bool, DType, Tensor};
use burn_flex::FlexTensor;
use ttt_kernels::{Attention, AttentionShape, Heads, Strides};

use super::storage::{changed, in_order, of, of_flags, tensor};

/// Attention of queries `[B, H, T, D]` to keys `[B, G, S, D]` and values `[B, G, S, E]`, read where they are, as in a
/// cache that has room for more. `visible` `[B, S]` is false for keys that no query sees.
pub(crate) fn attended(
    q: &Tensor<4>,
    k: &Tensor<4>,
    v: &Tensor<4>,
    visible: Option<&Tensor<2, Bool>>,
    causal: bool,
    scale: f64,
) -> Option<Tensor<4>> {
    let [batch, heads, queries, dim] = q.dims();
    let [_, groups, keys, value_dim] = v.dims();
    let fit = k.dims() == [batch, groups, keys, dim] && v.dims()[0] == batch;
    if !fit || causal && queries > keys {
        return None;
    }
    let (q_storage, k_storage, v_storage) = (side_by_side(q)?, side_by_side(k)?, side_by_side(v)?);
    let visible = match visible {
        Some(mask) => Some(in_order(of_flags(mask)?)),
        None => None,
    };
    let visible: Option<Vec<bool>> = visible.map(|mask| {
        let flags: &[u8] = mask.storage();
        let (start, count) = (mask.layout().start_offset(), mask.layout().num_elements());
        flags[start..start + count]
            .iter()
            .map(|&flag| flag != 0)
            .collect()
    });
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
        queries: heads_of(&q_storage)?,
        keys: heads_of(&k_storage)?,
        values: heads_of(&v_storage)?,
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

/// Puts tokens `[B, G, T, D]` into storage `[B, G, room, D]` from a position on.
pub(crate) fn stored(room: Tensor<4>, tokens: &Tensor<4>, start: usize) -> Result<Tensor<4>, Tensor<4>> {
    let [batch, groups, positions, dim] = room.dims();
    let [_, _, count, _] = tokens.dims();
    let fits = tokens.dims() == [batch, groups, count, dim] && start + count <= positions;
    let Some(storage) = side_by_side(tokens).filter(|_| fits) else {
        return Err(room);
    };
    let Some(from) = heads_of(&storage) else {
        return Err(room);
    };
    changed(room, |room| {
        for (index, room) in room.chunks_exact_mut((positions * dim).max(1)).enumerate() {
            let room = &mut room[start * dim..][..count * dim];
            for (position, room) in room.chunks_exact_mut(dim.max(1)).enumerate() {
                room.copy_from_slice(from.at(index / groups, index % groups, position, dim));
            }
        }
    })
}

/// The storage of a tensor in single precision whose numbers of one position stand side by side.
fn side_by_side(x: &Tensor<4>) -> Option<FlexTensor> {
    let storage = of(x).filter(|storage| storage.dtype() == DType::F32)?;
    let strides = storage.layout().strides();
    let is_plain = strides.iter().all(|stride| *stride >= 0) && strides.last() == Some(&1);
    Some(match is_plain {
        true => storage,
        false => storage.to_contiguous(),
    })
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
