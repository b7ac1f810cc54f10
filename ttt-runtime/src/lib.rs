//! Operations on Burn tensors, the interpreter, weight loading, pipelines.
//!
//! [`leaf`] and [`op`] are all the arithmetic there is: macros expand to calls of them, and [`interpret`] calls the
//! same functions for a schema that is only known when the program runs, so both give the same numbers.

mod apart;
pub mod block;
pub mod cache;
pub mod context;
pub mod enums;
pub mod expansion;
mod fold;
pub mod generate;
pub mod head;
pub mod host;
pub mod initial;
pub mod interpret;
pub mod kernel;
pub mod leaf;
pub mod load;
pub mod loss;
mod macros;
pub mod op;
pub mod pipeline;
mod precision;
pub mod tensor;
mod transform;

pub use burn;
pub use burn::module::{Module, Param};
pub use burn::tensor::{Bool, Device, FloatDType, Int, Tensor};

#[doc(hidden)]
pub use ttt_macros as __macros;

pub use cache::Cache;
pub use context::{Context, Trace};
pub use expansion::ConfigError;
pub use initial::{Init, Packing};
pub use interpret::{DynModel, ModuleFactory};
pub use tensor::AnyTensor;
pub use ttt_text as text;
