//! From a rank known when the program runs to one known to Rust.

/// Evaluates a body of type `Result<_, RunError>` with the constant `$D` standing for the rank.
///
/// Each rank's code stands apart: one frame for tensors of all ranks would be thousands of bytes.
macro_rules! with_rank {
    ($rank:expr, $part:expr, $D:ident => $body:expr) => {
        match $rank {
            1 => {
                const $D: usize = 1;
                $crate::apart::apart(|| $body)
            }
            2 => {
                const $D: usize = 2;
                $crate::apart::apart(|| $body)
            }
            3 => {
                const $D: usize = 3;
                $crate::apart::apart(|| $body)
            }
            4 => {
                const $D: usize = 4;
                $crate::apart::apart(|| $body)
            }
            5 => {
                const $D: usize = 5;
                $crate::apart::apart(|| $body)
            }
            6 => {
                const $D: usize = 6;
                $crate::apart::apart(|| $body)
            }
            rank => Err($crate::interpret::RunError::TooManyDimensions {
                part: $part.to_string(),
                rank,
            }),
        }
    };
}

pub(super) use with_rank;
