//! The interpreter: a Burn module built from a schema while the program runs.
//!
//! [`ModuleFactory`] checks a schema, evaluates it with numbers and builds a [`DynModel`] out of the same
//! [`crate::leaf`]s that an expansion holds, with each `forward`'s names resolved to places; [`DynModel::run`] walks that
//! and calls the same [`crate::op`]s. So an interpreted model has the parameter paths of an expanded one and gives the same bits.

mod arithmetic;
mod binding;
mod block;
mod call;
mod error;
mod factory;
mod forward;
mod frame;
mod function;
mod head;
mod leaf;
mod model;
mod param;
mod path;
mod rank;
mod resolve;
mod run;
mod scope;
mod user_leaf;

pub use error::{BuildError, RunError};
pub use factory::ModuleFactory;
pub use model::DynModel;
pub use user_leaf::LeafFunction;

pub(crate) use binding::describe;
