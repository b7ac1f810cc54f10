//! The macros that users call. They hand the expansion the path of this crate, under whatever name it is known.

/// Declares models, blocks, leaves and enumerations. `docs/language.md` is the reference.
#[macro_export]
macro_rules! model {
    ($($schema:tt)*) => {
        $crate::__macros::model! { $crate $($schema)* }
    };
}

/// Declares what a TOML or Rust-like schema file declares; the path is relative to the crate's manifest.
#[macro_export]
macro_rules! model_file {
    ($path:literal) => {
        $crate::__macros::model_file! { $crate $path }
    };
}
