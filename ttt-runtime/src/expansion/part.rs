//! Parts and values that exist under a condition.

/// An optional part, inside the branch that its condition guards.
///
/// # Panics
///
/// When the part was taken out of its block.
pub fn present<'a, T>(part: &'a Option<T>, name: &str) -> &'a T {
    part.as_ref()
        .unwrap_or_else(|| missing(name, "was taken out of its block"))
}

/// An output of a model that its head needs.
///
/// # Panics
///
/// When the config says that there is no such output.
pub fn given<T>(output: Option<T>, name: &str) -> T {
    output.unwrap_or_else(|| missing(name, "does not exist under this config"))
}

#[expect(
    clippy::panic,
    reason = "a mistake of the calling code, as an index out of bounds is"
)]
fn missing(name: &str, why: &str) -> ! {
    panic!("`{name}` {why}")
}
