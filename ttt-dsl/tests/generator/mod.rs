//! Schemas that could have been written.

mod expression;
mod item;
mod name;
mod table;

pub use item::spec;
