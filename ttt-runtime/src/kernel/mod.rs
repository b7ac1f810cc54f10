//! The kernels of `ttt-kernels` on Burn's CPU tensors, over their storage and without copies.
//!
//! Each function gives its input back where the tensors are not its own to compute: on another device, followed by
//! autodiff, or of a type that it has no kernel for. The caller then takes the portable form, out of Burn's operations,
//! which is also the one with a gradient.

#![expect(
    clippy::result_large_err,
    reason = "a tensor goes back to its owner as it is, who goes on with it; several go boxed"
)]

mod activation;
mod attention;
mod embedding;
mod linear;
mod norm;
mod rotation;
mod softmax;
mod storage;

pub(crate) use activation::activated;
pub(crate) use attention::{attended, stored};
pub(crate) use embedding::gathered;
pub(crate) use linear::linear;
pub(crate) use norm::{layer_normed, rms_normed};
pub(crate) use rotation::rotated;
pub(crate) use softmax::{log_softmaxed, softmaxed};
pub(crate) use storage::storage;
pub use ttt_kernels::threads::count as threads;
pub use ttt_kernels::{Level, limits};
