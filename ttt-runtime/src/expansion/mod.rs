//! What an expansion of `model!` calls besides leaves and operations. Code that people write has no use for it.

mod config;
mod part;
mod program;
mod shape;

pub use config::{ConfigError, check, marked, real, resolve, size, truth, variant, whole};
pub use part::{given, present};
pub use program::ProgramCell;
pub use shape::check_shape;

pub use crate::fold::{fold, leading, unfold};
pub use crate::headed_module;
pub use crate::loss::{HeadLoss, LossError};
pub use crate::tensor::AnyTensor;
pub use serde::de::Error as DeserializeError;
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use std::convert::Infallible as Never;
pub use ttt_dsl::instance::{Scalar, Values};
pub use ttt_dsl::program::Program;
pub use ttt_dsl::spec::Spec;
