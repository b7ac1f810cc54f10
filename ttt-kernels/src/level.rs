//! Which instructions of the processor the kernels use.

use std::env;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::simd::{Kernel, Scalar};
#[cfg(target_arch = "x86_64")]
use crate::simd::{avx2, avx512};

/// The environment variable that asks for a lower level than the processor has.
pub const VARIABLE: &str = "TTT_CPU";

/// A set of instructions. Each level computes the same to within float order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No vector instructions beyond those that the compiler chooses.
    Scalar,
    /// 8 numbers at a time: AVX2, FMA and F16C.
    Avx2,
    /// 16 numbers at a time: AVX-512 F, BW, DQ, VL and VNNI.
    Avx512,
}

impl Level {
    /// All levels, the lowest first.
    pub const ALL: [Level; 3] = [Level::Scalar, Level::Avx2, Level::Avx512];

    /// The level in use: what [`Level::choose`] finds, looked up once.
    ///
    /// Programs call `choose` when they start, and refuse to go on with a variable that is wrong. Where none did, a
    /// wrong variable counts as absent.
    pub fn current() -> Level {
        static CURRENT: OnceLock<Level> = OnceLock::new();
        *CURRENT.get_or_init(|| Level::choose().unwrap_or_else(|_| Level::detect()))
    }

    /// The level that the variable `TTT_CPU` names, or the highest one of this processor.
    ///
    /// # Errors
    ///
    /// When the variable names no level, or one that the processor does not have.
    pub fn choose() -> Result<Level, LevelError> {
        let highest = Level::detect();
        let Some(name) = env::var_os(VARIABLE) else {
            return Ok(highest);
        };
        let level: Level = name.to_string_lossy().parse()?;
        if level > highest {
            return Err(LevelError::Lacking { level, highest });
        }
        Ok(level)
    }

    /// The highest level that this processor has.
    pub fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        {
            if avx512::is_detected() {
                return Level::Avx512;
            }
            if avx2::is_detected() {
                return Level::Avx2;
            }
        }
        Level::Scalar
    }

    /// The levels that this processor has, for tests.
    #[cfg(test)]
    pub(crate) fn available() -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().filter(|level| *level <= Level::detect())
    }

    /// The level's name, as `TTT_CPU` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Scalar => "scalar",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    /// Runs a kernel with this level's instructions, or the highest ones below that the processor has.
    #[inline]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        {
            if self == Level::Avx512
                && let Some(simd) = avx512::Avx512::detect()
            {
                return simd.run(kernel);
            }
            if self >= Level::Avx2
                && let Some(simd) = avx2::Avx2::detect()
            {
                return simd.run(kernel);
            }
        }
        kernel.run(Scalar)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(name: &str) -> Result<Level, LevelError> {
        let level = Level::ALL.into_iter().find(|level| level.name() == name);
        level.ok_or_else(|| LevelError::Unknown { name: name.into() })
    }
}

/// Why `TTT_CPU` cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LevelError {
    /// The variable holds another word.
    Unknown {
        /// What it holds.
        name: String,
    },
    /// The processor lacks the level.
    Lacking {
        /// The level asked for.
        level: Level,
        /// The highest one that the processor has.
        highest: Level,
    },
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LevelError::Unknown { name } => write!(
                f,
                "the environment variable {VARIABLE} is `{name}`: expected scalar, avx2 or avx512; unset it to use \
                 what the processor has"
            ),
            LevelError::Lacking { level, highest } => write!(
                f,
                "the environment variable {VARIABLE} asks for {level}, which this processor lacks: the highest it has \
                 is {highest}; unset it, or set it to {highest}"
            ),
        }
    }
}

impl std::error::Error for LevelError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
    }

    #[test]
    fn another_word_names_the_choices() {
        let error = "sse".parse::<Level>().map_err(|error| error.to_string());
        let expected = "the environment variable TTT_CPU is `sse`: expected scalar, avx2 or avx512; unset it to use \
                        what the processor has";
        assert_eq!(error, Err(expected.into()));
    }
}
