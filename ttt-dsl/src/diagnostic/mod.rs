//! What is wrong with a source, where, and how to mend it.

pub mod catalogue;
mod code;
pub mod codes;
pub mod human;
pub mod json;
mod suggestion;

pub use code::Code;
pub use suggestion::{Suggestion, closest};

use crate::place::Place;

/// One mistake.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its row in the table of [`codes`].
    pub code: Code,
    /// Whether it stops the build.
    pub severity: Severity,
    /// The guilty token.
    pub place: Place,
    /// What was found and what was expected, in one sentence.
    pub message: String,
    /// How to mend it; empty when the rule of its code says it.
    pub help: String,
    /// Other places that matter, each with what it has to do with the mistake.
    pub related: Vec<(Place, String)>,
    /// What to write instead of the guilty token.
    pub suggestion: Option<Suggestion>,
}

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The source means nothing as it stands.
    Error,
    /// The source is clear, but probably not what its writer wants.
    Warning,
}

/// All that was found in one source.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order they were found.
    pub diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Records an error; the rest is added to what is returned.
    pub fn error(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::error(code, place, message))
    }

    /// Records a warning; the rest is added to what is returned.
    pub fn warning(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, place, message)
        })
    }

    /// Whether anything stops the build.
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// How many stop the build.
    pub fn errors(&self) -> usize {
        let severities = self.diagnostics.iter().map(|diagnostic| diagnostic.severity);
        severities.filter(|severity| *severity == Severity::Error).count()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Takes over what another stage found in the same source.
    pub fn append(&mut self, other: Report) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Records what was found; the rest may be added to what is returned.
    pub fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        let index = self.diagnostics.len();
        self.diagnostics.push(diagnostic);
        &mut self.diagnostics[index]
    }
}

impl Diagnostic {
    /// An error without a help.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            place,
            message: message.into(),
            help: String::new(),
            related: Vec::new(),
            suggestion: None,
        }
    }

    /// Says how to mend it.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Diagnostic {
        self.help = help.into();
        self
    }

    /// Points at another place that matters; at nothing where nobody wrote it.
    pub fn related(&mut self, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        let known = |(other, _): &(Place, String)| other.index() == place.index();
        if !place.is_nowhere() && place.index() != self.place.index() && !self.related.iter().any(known) {
            self.related.push((place, message.into()));
        }
        self
    }

    /// Says what to write instead of the guilty token.
    pub fn suggest(&mut self, replacement: impl Into<String>) -> &mut Diagnostic {
        self.suggestion = Some(Suggestion {
            replacement: replacement.into(),
        });
        self
    }

    /// Says what to write instead of the guilty token, when `candidates` holds something like it.
    pub fn suggest_closest<'a>(
        &mut self,
        found: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> &mut Diagnostic {
        if let Some(candidate) = closest(found, candidates) {
            self.suggest(candidate);
        }
        self
    }

    /// Says what to write instead of the guilty token, or else what there is to choose from.
    pub fn suggest_or_list<'a>(
        &mut self,
        found: &str,
        what: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> &mut Diagnostic {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        match (closest(found, candidates.iter().copied()), candidates.len()) {
            (Some(candidate), _) => self.suggest(candidate),
            (None, 0) => self.help(format!("there are no {what}")),
            (None, _) => self.help(format!("the {what} are {}", candidates.join(", "))),
        }
    }

    /// The suggestion and the help as one text; where there is neither, the rule.
    pub fn mend(&self) -> String {
        let suggestion = self.suggestion.as_ref().map(Suggestion::question);
        let help = Some(self.help.clone()).filter(|help| !help.is_empty());
        let texts: Vec<String> = suggestion.into_iter().chain(help).collect();
        match texts.as_slice() {
            [] => self.code.explanation.to_owned(),
            texts => texts.join("\n"),
        }
    }
}

impl Severity {
    /// The word that tools print.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}
