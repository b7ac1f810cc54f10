//! The interpreter: a Burn module built from a schema while the program runs.
//!
//! [`ModuleFactory`] checks a schema, evaluates it with numbers and builds a [`DynModel`] out of the same
//! [`crate::leaf`]s that an expansion holds; [`DynModel::run`] walks the same `forward` and calls the same
//! [`crate::op`]s. So an interpreted model has the parameter paths of an expanded one and gives the same bits.

mod binding;
mod block;
mod call;
mod error;
mod factory;
mod frame;
mod function;
mod leaf;
mod model;
mod param;
mod path;
mod rank;
mod run;
mod scope;
mod user_leaf;

pub use error::{BuildError, RunError};
pub use factory::ModuleFactory;
pub use model::DynModel;
pub use user_leaf::LeafFunction;

pub(crate) use binding::describe;
