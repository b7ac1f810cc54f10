//! Transforms: a schema becomes another schema, which is checked like any other.
//!
//! `rename`, `replace` and `lora` change parts, in copies of the blocks that hold them, so that other uses of these blocks
//! stay what they are. `freeze`, `train`, `quantize` and `recompute` stay in the schema as marks, and
//! [`instance`](crate::instance) says of each tensor and block what they mean for it.

mod apply;
mod edit;
mod report;
mod site;

pub(crate) use apply::is_quantized;
pub use apply::{Applied, apply};
pub use report::summary;
