//! Pickles, read without running anything.
//!
//! A pickle is a program: its instructions may import any function and call it. This reader has a stack, a memo and the
//! [`global::ALLOWED`] names; it calls none of them but knows what each would build. Every other name is refused where it
//! stands, before anything is made of it. Values lie in a [`Heap`] by number, so that cycles and deep nesting cost
//! nothing; instructions and copied items are counted against [`machine::LIMIT`].

mod call;
mod constant;
mod cursor;
pub(super) mod global;
mod machine;
mod value;

use crate::error::Problem;

pub(super) use global::Element;
pub(super) use machine::Machine;
pub(super) use value::{Heap, Span, Storage, Tensor, Value};

/// Why a pickle is not read. Boxed, since it is the rare case.
pub(super) type Refusal = Box<Problem>;
