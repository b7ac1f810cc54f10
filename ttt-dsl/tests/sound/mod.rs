//! Random schemas and what their shapes must be. Used with and without Burn, so it needs `ttt_dsl` alone.
#![allow(dead_code, reason = "not every test uses all of it")]

pub mod drawn;
pub mod operation;
pub mod random;
pub mod shapes;
mod steps;
