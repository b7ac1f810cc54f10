//! CPU kernels over plain slices, free of Burn so that they build, test and measure in seconds.
//!
//! All numbers are row-major. Sizes are explicit and checked; weights are `[outputs, inputs]`, as files store them.
//! Each kernel runs at the processor's [`Level`] on all [`threads`], and its result does not depend on the number of
//! threads.

mod activation;
mod ahead;
mod attention;
mod embedding;
mod few_rows;
mod level;
pub mod limits;
mod linear;
mod many_rows;
mod math;
mod norm;
mod number;
mod quantised;
mod results;
mod rotary;
mod rows;
mod scratch;
mod shared;
mod simd;
mod softmax;
pub mod threads;
mod tile;

pub use activation::{Activation, activate};
pub use attention::{Attention, AttentionShape, Heads, Strides};
pub use embedding::{Stranger, gather};
pub use level::{Level, LevelError};
pub use linear::Linear;
pub use norm::{layer_norm, rms_norm};
pub use number::Number;
pub use quantised::{BlockFormat, QuantisedLinear};
pub use rotary::{HeadShape, Pairing, rotate};
pub use softmax::{log_softmax, softmax};
