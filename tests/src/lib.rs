//! Tests that cross crates, and the reference numbers they compare with.
//!
//! The references are read with the safetensors crate, not with this project's own reader, which is under test.

#![allow(clippy::expect_used, clippy::panic, reason = "only tests use this crate")]

mod case;
mod checkpoint;
mod difference;
mod inputs;
mod mistake;
mod reference;

pub use case::{Case, fixtures};
pub use checkpoint::checkpoint;
pub use difference::{Difference, largest_difference};
pub use inputs::{inputs, tensor};
pub use mistake::Mistake;
pub use reference::{Reference, References};
