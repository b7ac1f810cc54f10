//! What is wrong with a file, where, and how to mend it.

pub mod catalogue;
pub mod codes;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use ttt_dsl::place::Place;

pub use ttt_dsl::diagnostic::Code;

/// How many problems [`Error`]'s text spells out; the others are counted.
const SHOWN: usize = 6;

/// Everything that was found wrong in one attempt.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
pub struct Error {
    /// In the order they were found; never empty.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong, or, among warnings, one thing that may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// Its row in the table of [`codes`].
    pub code: Code,
    /// The file or directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What should stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// How to mend it; empty when the message says it all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The line of the schema that it is about; nowhere for most.
    #[serde(skip)]
    pub place: Place,
    /// What that line should say instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    /// A byte, counted from the start of the file.
    Byte(u64),
    /// A key of a configuration; dots descend.
    Key(String),
    /// A tensor of the file.
    Tensor(String),
    /// A param of the model.
    Param(String),
    /// A line and a column, both from 1.
    Line(usize, usize),
}

/// Keeps what a damaged file says from filling the screen.
pub(crate) fn shorten(text: &str) -> String {
    const LIMIT: usize = 100;
    if text.chars().nth(LIMIT).is_none() {
        return text.to_string();
    }
    text.chars().take(LIMIT).chain("…".chars()).collect()
}

impl Problem {
    /// A problem of this kind; the rest is added to what is returned.
    pub fn new(code: Code, message: impl Into<String>) -> Problem {
        Problem {
            code,
            file: None,
            location: None,
            message: message.into(),
            found: None,
            expected: None,
            help: String::new(),
            place: Place::NOWHERE,
            suggestion: None,
        }
    }

    /// Says in which file.
    pub fn file(mut self, file: impl Into<PathBuf>) -> Problem {
        self.file = Some(file.into());
        self
    }

    /// Says where in the file.
    pub fn at(mut self, location: Location) -> Problem {
        self.location = Some(location);
        self
    }

    /// Says at which tensor.
    pub fn tensor(self, name: impl Into<String>) -> Problem {
        self.at(Location::Tensor(name.into()))
    }

    /// Says at which key.
    pub fn key(self, key: impl Into<String>) -> Problem {
        self.at(Location::Key(key.into()))
    }

    /// Says what stands there.
    pub fn found(mut self, found: impl fmt::Display) -> Problem {
        self.found = Some(found.to_string());
        self
    }

    /// Says what should stand there.
    pub fn expected(mut self, expected: impl fmt::Display) -> Problem {
        self.expected = Some(expected.to_string());
        self
    }

    /// Says how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = help.into();
        self
    }

    /// Says which line of the schema it is about.
    pub fn line(mut self, place: Place) -> Problem {
        self.place = place;
        self
    }

    /// Says what that line should say instead.
    pub fn suggest(mut self, replacement: impl Into<String>) -> Problem {
        self.suggestion = Some(replacement.into());
        self
    }

    /// The suggestion and the help as one text.
    pub fn mend(&self) -> String {
        let suggestion = self
            .suggestion
            .as_ref()
            .map(|meant| format!("did you mean `{meant}`?"));
        let help = Some(self.help.clone()).filter(|help| !help.is_empty());
        let texts: Vec<String> = suggestion.into_iter().chain(help).collect();
        texts.join(" ")
    }
}

impl Error {
    /// Several problems as one error, or the value when there is none.
    pub fn unless_empty<T>(problems: Vec<Problem>, value: T) -> Result<T, Error> {
        if problems.is_empty() {
            Ok(value)
        } else {
            Err(Error { problems })
        }
    }

    /// Names the file in every problem that names none.
    pub fn in_file(mut self, file: &Path) -> Error {
        for problem in &mut self.problems {
            problem.file.get_or_insert_with(|| file.to_path_buf());
        }
        self
    }

    /// The problems as one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        Error {
            problems: vec![problem],
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().take(SHOWN).enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "error{problem}")?;
        }
        match self.problems.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            1 => f.write_str("\n\nand 1 more problem"),
            more => write!(f, "\n\nand {more} more problems"),
        }
    }
}

/// `[A101]: …` and its lines; the word before it, error or warning, is the caller's.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]: {}", self.code, self.message)?;
        match (&self.file, &self.location) {
            (Some(file), Some(location)) => write!(f, "\n  --> {}, {location}", file.display())?,
            (Some(file), None) => write!(f, "\n  --> {}", file.display())?,
            (None, Some(location)) => write!(f, "\n  --> {location}")?,
            (None, None) => {}
        }
        if let Some(found) = &self.found {
            write!(f, "\n  found:    {found}")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, "\n  expected: {expected}")?;
        }
        match self.mend() {
            mend if mend.is_empty() => Ok(()),
            mend => write!(f, "\n  help: {mend}"),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Byte(offset) => write!(f, "byte {offset}"),
            Location::Key(key) => write!(f, "key `{key}`"),
            Location::Tensor(name) => write!(f, "tensor `{name}`"),
            Location::Param(name) => write!(f, "param `{name}`"),
            Location::Line(line, column) => write!(f, "line {line}, column {column}"),
        }
    }
}
