//! Code with a stack frame of its own.

/// Calls a function in a stack frame of its own.
///
/// A tensor takes some two hundred bytes, and each temporary of a function has its own place in the frame, whether a call
/// needs it or not. Weights push the stack out of the caches between two kernels, so the deeper a pass reaches, the more lines
/// it fetches. What is seldom needed, as a portable form, and what is one of several alternatives, as a rank, is called
/// through this; functions with a name are `#[inline(never)]` for the same reason.
#[inline(never)]
pub(crate) fn apart<R>(function: impl FnOnce() -> R) -> R {
    function()
}
