//! Where checkpoints are looked for, and what happens when one is missing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ttt_dsl::diagnostic::Severity;

/// The environment variable that, set to `1`, makes locks stand for checkpoints even where those are present.
pub const OFFLINE: &str = "TTT_OFFLINE";

/// The environment variable that, set to `warn`, makes a checkpoint that is missing with its lock a warning.
pub const MISSING: &str = "TTT_MISSING_CHECKPOINT";

/// Where checkpoints are looked for, and what happens when one is missing.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder at which their paths start, and in which the locks are: that of `Cargo.toml`, or of a schema's file.
    pub base: PathBuf,
    /// Whether only locks are read.
    pub offline: bool,
    /// How grave it is that there is neither a checkpoint nor a lock.
    pub missing: Severity,
}

impl Settings {
    /// Everything is read, and what is missing is an error.
    pub fn new(base: impl Into<PathBuf>) -> Settings {
        Settings {
            base: base.into(),
            offline: false,
            missing: Severity::Error,
        }
    }

    /// What the environment variables say.
    pub fn of_environment(base: &Path) -> Settings {
        let is = |name: &str, value: &str| std::env::var_os(name).is_some_and(|set| set == OsStr::new(value));
        Settings {
            base: base.to_path_buf(),
            offline: is(OFFLINE, "1"),
            missing: match is(MISSING, "warn") {
                true => Severity::Warning,
                false => Severity::Error,
            },
        }
    }
}
