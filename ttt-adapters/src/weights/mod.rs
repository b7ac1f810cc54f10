//! A checkpoint's tensors, found, checked and laid out by a weights table; and the way back.

mod alike;
mod binding;
mod checkpoint;
mod export;
mod frequencies;
mod layout;
mod mismatch;
mod missing;
mod names;
mod pattern;
mod plan;
mod recipe;
mod refused;
mod report;
mod rotary;
mod slot;
mod unmatched;

pub use checkpoint::Checkpoint;
pub use export::Export;
pub use plan::{Equality, Fill, LoadPlan, LoadRequest, Use};
pub use recipe::Recipe;
pub use report::LoadReport;

pub(crate) use frequencies::Frequencies;
pub(crate) use names::Names;
pub(crate) use pattern::Pattern;
