//! Why a command stopped, as it is printed.

use std::fmt;
use std::path::Path;

/// An error with its help.
#[derive(Debug)]
pub struct Failure {
    message: String,
    help: Option<String>,
    whole: bool,
    code: u8,
}

impl Failure {
    /// An error without help.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure {
            message: message.into(),
            help: None,
            whole: false,
            code: 1,
        }
    }

    /// Says how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// Ends the command with this code; 1 is usual.
    pub fn code(mut self, code: u8) -> Failure {
        self.code = code;
        self
    }

    /// The code that the command ends with.
    pub fn exit_code(&self) -> u8 {
        self.code
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path, error: std::io::Error) -> Failure {
        Failure::new(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = if self.whole { "" } else { "error: " };
        write!(f, "{label}{}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// What prints as a whole screen of its own says `error` and `help` itself.
impl From<ttt::adapters::Error> for Failure {
    fn from(error: ttt::adapters::Error) -> Failure {
        Failure {
            message: error.to_string(),
            help: None,
            whole: true,
            code: 1,
        }
    }
}

impl From<ttt::LoadError> for Failure {
    fn from(error: ttt::LoadError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<ttt::interpret::RunError> for Failure {
    fn from(error: ttt::interpret::RunError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<ttt::generate::GenerateError> for Failure {
    fn from(error: ttt::generate::GenerateError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<ttt::pipeline::PipelineError> for Failure {
    fn from(error: ttt::pipeline::PipelineError) -> Failure {
        match error {
            ttt::pipeline::PipelineError::Text(error) => Failure::from(error),
            error => Failure::new(error.to_string()),
        }
    }
}

impl From<ttt::TaskError> for Failure {
    fn from(error: ttt::TaskError) -> Failure {
        match error {
            ttt::TaskError::Open(error) => Failure::from(error),
            error => Failure::new(error.to_string()),
        }
    }
}

impl From<ttt::dsl::instance::InstanceError> for Failure {
    fn from(error: ttt::dsl::instance::InstanceError) -> Failure {
        Failure::new(error.to_string()).help(error.help)
    }
}
