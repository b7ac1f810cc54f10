//! A model of the hub, as it is written: `org/name`, `org/name:Q4_0`, `org/name/file.gguf`, each with or without `@rev`.

use std::fmt;

/// A model of the hub, or one file of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `org/name`
    pub repository: String,
    /// Which of its files.
    pub part: Part,
    /// A branch, a tag or a commit.
    pub revision: String,
}

/// Which files of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its configuration, tokenizer and weights.
    Whole,
    /// The `.gguf` file of this quantisation: `Q4_0`.
    Quantised(String),
    /// The `.gguf` file of this name.
    File(String),
}

/// The branch that is meant when none is named.
const MAIN: &str = "main";

impl Reference {
    /// Reads a reference; `None` when the text cannot be one.
    pub fn parse(text: &str) -> Option<Reference> {
        let (model, revision) = text.split_once('@').unwrap_or((text, MAIN));
        if !revision.split('/').all(is_name) {
            return None;
        }
        let (model, quantisation) = match model.split_once(':') {
            Some((model, quantisation)) => (model, Some(quantisation)),
            None => (model, None),
        };
        let mut segments = model.splitn(3, '/');
        let (organisation, name) = (segments.next()?, segments.next()?);
        let part = match (segments.next(), quantisation) {
            (None, None) => Part::Whole,
            (None, Some(quantisation)) if is_name(quantisation) => Part::Quantised(quantisation.to_string()),
            (Some(file), None) if is_gguf(file) && is_plain_path(file) => Part::File(file.to_string()),
            _ => return None,
        };
        (is_name(organisation) && is_name(name)).then(|| Reference {
            repository: format!("{organisation}/{name}"),
            part,
            revision: revision.to_string(),
        })
    }

    /// `name`
    pub fn name(&self) -> &str {
        self.repository.split('/').next_back().unwrap_or(&self.repository)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        match &self.part {
            Part::Whole => {}
            Part::Quantised(quantisation) => write!(f, ":{quantisation}")?,
            Part::File(file) => write!(f, "/{file}")?,
        }
        match self.revision.as_str() {
            MAIN => Ok(()),
            revision => write!(f, "@{revision}"),
        }
    }
}

/// Whether a path goes down from where it starts, on every operating system.
pub(super) fn is_plain_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        let is_odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
        !segment.is_empty() && segment != "." && segment != ".." && !segment.contains(is_odd)
    };
    path.split('/').all(is_segment)
}

fn is_name(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(is_allowed)
        && !text.contains("..")
}

fn is_gguf(file: &str) -> bool {
    file.to_lowercase().ends_with(".gguf")
}
