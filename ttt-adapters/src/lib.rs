//! Foreign formats: read to schema, params and lazy tensors; write back; the registry.

pub mod tensor;
