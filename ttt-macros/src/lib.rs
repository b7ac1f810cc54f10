//! The macros model! and model_file!: a thin shim over ttt-dsl.
