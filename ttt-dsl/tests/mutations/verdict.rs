//! What the checker says of a mutant, in each spelling.

use std::ops::Range;

use ttt_dsl::check::check;
use ttt_dsl::diagnostic::{Diagnostic, human, json};
use ttt_dsl::parse::{Parsed, parse_text};
use ttt_dsl::place::{Place, Places};
use ttt_dsl::print;
use ttt_dsl::spec::Spec;
use ttt_dsl::toml::parse_toml;

use crate::mutant::Mutant;
use crate::source::Source;

/// One of the language's two spellings.
#[derive(Clone, Copy, PartialEq)]
pub enum Spelling {
    Rust,
    Toml,
}

impl Spelling {
    pub const BOTH: [Spelling; 2] = [Spelling::Rust, Spelling::Toml];

    pub fn print(self, spec: &Spec) -> String {
        match self {
            Spelling::Rust => print::rust(spec),
            Spelling::Toml => print::toml(spec),
        }
    }

    fn parse(self, text: &str) -> Parsed {
        match self {
            Spelling::Rust => parse_text(text),
            Spelling::Toml => parse_toml(text),
        }
    }
}

/// What was said of one mutant.
#[derive(Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Nothing: no mistake was found.
    Legal,
    /// One diagnostic, which points at the mistake.
    Right,
    /// One diagnostic, which points elsewhere.
    Elsewhere,
    /// Several diagnostics for one mistake.
    Cascade,
}

/// The outcome and what people see of it.
pub struct Verdict {
    pub outcome: Outcome,
    /// The lines that changed, before and after, in the spelling of Rust.
    pub change: String,
    diagnostics: String,
}

impl Verdict {
    pub fn is_legal(&self) -> bool {
        self.outcome == Outcome::Legal
    }

    /// What to read of a mutant that is not told as it should be.
    pub fn shown(&self, source: &str, kind: &str) -> Option<String> {
        let title = match self.outcome {
            Outcome::Right => return None,
            Outcome::Legal => "legal",
            Outcome::Elsewhere => "elsewhere",
            Outcome::Cascade => "cascade",
        };
        Some(format!(
            "{title}: {source} | {kind} | {}\n{}",
            self.change, self.diagnostics
        ))
    }
}

/// What is said of a mutant in each spelling that can say it.
pub fn judge(source: &Source, mutant: &Mutant) -> Vec<Verdict> {
    let spec = mutant.of(&source.spec);
    let spellings = Spelling::BOTH.into_iter().zip(&source.texts);
    let mut change = None;
    spellings
        .map(|(spelling, before)| {
            let after = spelling.print(&spec);
            let lines = Change::between(before, &after);
            let change = change
                .get_or_insert_with(|| lines.as_text(before, &after))
                .clone();
            let Parsed {
                spec,
                places,
                mut report,
            } = spelling.parse(&after);
            report.append(check(&spec).report);
            let outcome = match report.diagnostics.as_slice() {
                [] => Outcome::Legal,
                [one] if lines.is_shown_by(one, &after, &places, mutant.lost.as_deref()) => Outcome::Right,
                [_] => Outcome::Elsewhere,
                _ => Outcome::Cascade,
            };
            let diagnostics = match outcome {
                Outcome::Right => String::new(),
                _ => human::render(&report, source.name, &after, &places, false),
            };
            Verdict {
                outcome,
                change,
                diagnostics,
            }
        })
        .collect()
}

/// The lines that differ, by number from 0, before and after.
struct Change {
    before: Range<usize>,
    after: Range<usize>,
}

impl Change {
    fn between(before: &str, after: &str) -> Change {
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let shorter = before.len().min(after.len()) - start;
        let ends = before.iter().rev().zip(after.iter().rev());
        let end = ends.take(shorter).take_while(|(a, b)| a == b).count();
        Change {
            before: start..before.len() - end,
            after: start..after.len() - end,
        }
    }

    /// Whether it stands in the changed lines, or points at them beside; what left no line is named instead.
    fn is_shown_by(&self, diagnostic: &Diagnostic, text: &str, places: &Places, lost: Option<&str>) -> bool {
        let here = |place: Place| {
            let line = json::line_and_column(place, text, places).map(|(line, _)| line);
            line.is_some_and(|line| self.after.contains(&(line - 1)))
        };
        let pointed = diagnostic.related.iter().any(|(place, _)| here(*place));
        let named =
            lost.is_some_and(|lost| diagnostic.message.contains(lost) || diagnostic.mend().contains(lost));
        here(diagnostic.place) || pointed || named
    }

    fn as_text(&self, before: &str, after: &str) -> String {
        let lines = |text: &str, range: &Range<usize>| {
            let lines = text.lines().skip(range.start).take(range.len());
            lines.map(str::trim).collect::<Vec<_>>().join(" ")
        };
        format!("{} -> {}", lines(before, &self.before), lines(after, &self.after))
    }
}
