//! Static expressions: what they are worth, as polynomials, numbers, variants and conditions.

mod evaluator;
mod facts;
mod formula;
mod function;
mod operator;
mod term;

pub(super) use evaluator::{Division, Evaluator, kind_name};
pub(super) use facts::{Facts, Proof};
pub(super) use formula::Formula;
pub(super) use function::is_static_function;
pub(super) use term::{Choice, Names, Real, Sign, Term, Typed};
