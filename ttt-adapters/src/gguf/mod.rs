//! GGUF: the files of llama.cpp.

mod cursor;
mod file;
mod header;
mod quant;
mod tensor_type;
mod value;

pub use file::File;
pub use header::TensorInfo;
pub use tensor_type::{LAYOUTS, TensorLayout, TensorType};
pub use value::{Array, Kind, Value};
