//! Canonical text of schemas and their pieces.

mod expr;
mod types;

pub use expr::expr;
pub use types::tensor_type;
