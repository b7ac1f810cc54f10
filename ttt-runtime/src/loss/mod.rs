//! Losses that heads name, each the mean over what counts. They are computed in f32 where the scores are in half
//! precision, and are tensors of one number.
//!
//! [`HeadLoss`] computes what a head declares from outputs and labels by name; `DynModel::loss` and the `loss` of expanded
//! models call it. The functions compute one loss each.

mod binary;
mod entropy;
mod error;
mod head;
mod regression;
mod span;

pub use binary::binary;
pub use entropy::{IGNORED, cross_entropy, masked_token, next_token};
pub use error::LossError;
pub use head::HeadLoss;
pub use regression::regression;
pub use span::span;
