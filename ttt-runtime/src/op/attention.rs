//! Scaled dot-product attention.

use burn::backend::DispatchDevice;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Bool, Device, Tensor, activation, module};

use crate::apart::apart;
use crate::context::Context;
use crate::kernel;
use crate::precision::in_f32;

/// Below every score that occurs, and still finite, so that a row without a single key gives zeros and not NaN.
const MASKED: f64 = -1e30;

/// Attention of queries `[B, H, T, D]` to keys `[B, G, S, D]` and values `[B, G, S, E]`, giving `[B, H, T, E]`.
///
/// Each key-value head serves `H / G` query heads. Keys that the context marks as padding are not seen. With `causal`,
/// the last query sees all keys, the one before it all but one, and so on. `scale` is `1 / sqrt(D)` when 0. A query
/// that sees no key gives zeros.
///
/// With a cache in the context, causal attention stores these keys and values after those of earlier passes, and the
/// queries see all of them.
///
/// # Panics
///
/// When `H` is no multiple of `G`, the context's mask is not `[B, S]`, or its cache has no room.
pub fn attend(
    cx: &mut Context,
    q: Tensor<4>,
    k: Tensor<4>,
    v: Tensor<4>,
    causal: bool,
    scale: f64,
) -> Tensor<4> {
    let (k, v) = match &mut cx.cache {
        Some(cache) if causal => cache.append(k, v),
        _ => (k, v),
    };
    let [batch, heads, queries, dim] = q.dims();
    let [_, groups, keys, _] = k.dims();
    assert!(
        heads % groups == 0,
        "{heads} query heads share {groups} key-value heads"
    );
    let scale = if scale == 0.0 {
        (dim as f64).sqrt().recip()
    } else {
        scale
    };
    if let Some(mask) = &cx.attention_mask {
        assert_eq!(mask.dims(), [batch, keys], "the attention mask is [batch, keys]");
    }
    let causal = causal && queries > 1;
    let mask = || cx.attention_mask.clone();
    let mixed = kernel::attended([q, k, v], mask(), causal, scale);
    mixed.unwrap_or_else(|inputs| apart(|| portable(*inputs, mask(), causal, scale)))
}

/// Burn's own attention where it may be used, else products and a softmax.
fn portable(
    [q, k, v]: [Tensor<4>; 3],
    visible: Option<Tensor<2, Bool>>,
    causal: bool,
    scale: f64,
) -> Tensor<4> {
    let padding = visible.map(|visible| visible.bool_not().unsqueeze_dims::<4>(&[1, 1]));
    if is_fused(&q, &k, &v) {
        let options = AttentionModuleOptions {
            scale: Some(scale),
            softcap: None,
            is_causal: causal,
        };
        return module::attention(q, k, v, padding, None, options);
    }
    composed(q, k, v, Mask { padding, causal }, scale)
}

/// Whether the device's own attention may be used. Under autodiff, and on devices other than the CPU, Burn's reads out
/// of bounds when there are fewer key-value heads than query heads.
fn is_fused(q: &Tensor<4>, k: &Tensor<4>, v: &Tensor<4>) -> bool {
    if q.is_autodiff() || k.is_autodiff() || v.is_autodiff() {
        return false;
    }
    q.dims()[1] == k.dims()[1] || is_flex(&q.device())
}

fn is_flex(device: &Device) -> bool {
    matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

/// What queries may not see.
struct Mask {
    /// `[B, 1, 1, S]`, true where a key is padding.
    padding: Option<Tensor<4, Bool>>,
    causal: bool,
}

/// Attention out of products and a softmax. The queries of one group are rows of one matrix, so that keys and values
/// are read where they are.
fn composed(q: Tensor<4>, k: Tensor<4>, v: Tensor<4>, mask: Mask, scale: f64) -> Tensor<4> {
    let [batch, heads, queries, dim] = q.dims();
    let [_, groups, keys, _] = k.dims();
    let [_, _, _, value_dim] = v.dims();
    let rows = heads / groups * queries;
    let hidden = mask.hidden([batch, heads, queries, keys], &q.device());

    let grouped = q.mul_scalar(scale).reshape([batch, groups, rows, dim]);
    let scores = grouped
        .matmul(k.transpose())
        .reshape([batch, heads, queries, keys]);
    let weights = in_f32(scores, |scores| match hidden {
        Some(hidden) => {
            let weights = activation::softmax(scores.mask_fill(hidden.clone(), MASKED), 3);
            weights.mask_fill(hidden, 0.0)
        }
        None => activation::softmax(scores, 3),
    });
    let mixed = weights.reshape([batch, groups, rows, keys]).matmul(v);
    mixed.reshape([batch, heads, queries, value_dim])
}

impl Mask {
    /// True where a query may not see a key.
    fn hidden(self, shape: [usize; 4], device: &Device) -> Option<Tensor<4, Bool>> {
        let [_, _, queries, keys] = shape;
        let future = self.causal.then(|| {
            let offset = keys as i64 - queries as i64;
            Tensor::<2, Bool>::tril_mask([queries, keys], offset, device)
                .unsqueeze::<4>()
                .expand(shape)
        });
        let padding = self.padding.map(|padding| padding.expand(shape));
        match (future, padding) {
            (Some(future), Some(padding)) => Some(future.bool_or(padding)),
            (future, padding) => future.or(padding),
        }
    }
}
