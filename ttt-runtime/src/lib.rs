//! Operations on Burn tensors, the interpreter, weight loading, pipelines.
