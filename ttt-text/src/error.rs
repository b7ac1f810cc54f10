//! Errors of the `tokenizers` crate, as errors of ours.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use serde_json::Value;
use ttt_adapters::error::{Code, Error, Problem, codes};

/// Runs code of the `tokenizers` crate. It panics on a few files that we do not know to refuse; a file must not do that.
pub fn guarded<T>(code: Code, what: &str, run: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, Error> {
    let problem = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => Problem::new(code, format!("{what}: {error}")),
        Err(_) => Problem::new(code, format!("{what}: the tokenizer contradicts itself")),
    };
    Err(problem.into())
}

/// A part of the `tokenizers` crate as the JSON of `tokenizer.json`.
pub fn encoded(part: &impl Serialize) -> Result<Value, Error> {
    guarded(codes::TOKENIZER, "the tokenizer cannot be written", || {
        Ok(serde_json::to_value(part)?)
    })
}

/// A part of the `tokenizers` crate from the JSON of `tokenizer.json`.
pub fn decoded<T: serde::de::DeserializeOwned>(part: Value) -> Result<T, Error> {
    guarded(codes::TOKENIZER, "this is not a tokenizer", || {
        Ok(serde_json::from_value(part)?)
    })
}
