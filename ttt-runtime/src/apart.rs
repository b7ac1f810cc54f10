//! Code with a frame of its own.

/// Calls a function that does not become part of its caller.
///
/// A tensor takes some two hundred bytes of a frame, and each of a function's temporary tensors has its own place. Between two
/// kernels the stack is out of the caches, through which the weights have passed, so a pass pays for every line of it: what
/// a call seldom needs, or needs one alternative of, is kept apart.
#[inline(never)]
pub(crate) fn apart<R>(function: impl FnOnce() -> R) -> R {
    function()
}
