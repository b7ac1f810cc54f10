//! The standard leaves of `std/leaves.ttt`: Burn modules that the language does not describe further.
//!
//! Fields are named as the leaf's tensors, so a parameter's path is the part's path and the tensor's name. `new` takes
//! the leaf's params in their declared order. Nothing is allocated before a parameter is read.

mod dropout;
mod embedding;
mod layer_norm;
mod linear;
mod matrix;
mod packed;
mod rms_norm;
mod rope;
mod tensor3;
mod tensor4;
mod vector;
mod weight;

pub use dropout::Dropout;
pub use embedding::Embedding;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use matrix::Matrix;
pub use packed::Packed;
pub use rms_norm::RmsNorm;
pub use rope::Rope;
pub use tensor3::Tensor3;
pub use tensor4::Tensor4;
pub use vector::Vector;
pub use weight::{Weight, WeightValue};

pub(crate) use embedding::{Stranger, look_up};
