//! Write a neural-network architecture once, as text, checked at compile time against names, shapes and checkpoints.
