//! The language: grammar, schema, checker, symbolic shapes, diagnostics, printers, emission of Rust.
//!
//! The stages, in reading order: [`parse`] (or [`toml`]) makes a [`spec::Spec`]; [`extend`] flattens `extends`;
//! [`transform`] applies transforms;
//! [`check`] resolves names, types and shapes and gives a [`program::Program`] with [`diagnostic::Diagnostic`]s;
//! [`instance`] evaluates a program with numbers; [`emit`] prints it as Rust, [`diagram`] draws it; [`diff`] compares two
//! schemas. `docs/language.md` is the reference.

pub mod check;
pub mod diagnostic;
pub mod diagram;
pub mod diff;
pub mod dim;
pub mod emit;
pub mod extend;
pub mod format;
pub mod instance;
pub mod parse;
pub mod place;
pub mod plan;
pub mod print;
pub mod program;
pub mod spec;
pub mod standard;
pub mod toml;
pub mod transform;
