//! Names of stored models.

use crate::error::{Error, Problem, codes};

/// The longest name.
const LONGEST: usize = 120;

/// Checks that a name is one plain file name, on every operating system.
pub(super) fn check(name: &str) -> Result<(), Error> {
    let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let is_name = name.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && name.chars().all(is_allowed)
        && !name.contains("..")
        && !name.ends_with('.')
        && name.len() <= LONGEST;
    if is_name {
        return Ok(());
    }
    Err(
        Problem::new(codes::MODEL_NAME, "this cannot be the name of a stored model")
            .found(format!("{:?}", name.chars().take(LONGEST).collect::<String>()))
            .expected("letters, digits, `.`, `_`, `-` and `+`, beginning with a letter, a digit or `_`")
            .help("choose another name")
            .into(),
    )
}

/// Whether a text can be a name at all.
pub(super) fn is_name(text: &str) -> bool {
    check(text).is_ok()
}
