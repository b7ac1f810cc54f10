//! Problems of files as diagnostics of a schema.

use indexmap::IndexMap;
use ttt_dsl::diagnostic::{Diagnostic, Report, Severity};
use ttt_dsl::spec::Checkpoint;

use super::lock::FOLDER;
use crate::error::{Error, Location, Problem};

/// Reports the problems of an error, those of one kind without a line of their own as one.
pub(super) fn report_error(error: Error, checkpoint: &Checkpoint, report: &mut Report) {
    let mut kinds: IndexMap<&str, Vec<Problem>> = IndexMap::new();
    let (of_lines, others): (Vec<Problem>, Vec<Problem>) =
        error.problems.into_iter().partition(is_told_by_itself);
    for problem in of_lines {
        report_problem(problem, Severity::Error, checkpoint, report);
    }
    for problem in others {
        kinds.entry(problem.code.id).or_default().push(problem);
    }
    for mut problems in kinds.into_values() {
        let more = problems.len() - 1;
        let mut first = problems.swap_remove(0);
        if more > 0 {
            first.message.push_str(&format!(", and {more} more like it"));
        }
        report_problem(first, Severity::Error, checkpoint, report);
    }
}

/// Whether a problem is of one line of the schema, or groups what is alike already.
fn is_told_by_itself(problem: &Problem) -> bool {
    !problem.place.is_nowhere() || problem.code.id.starts_with("A4") || problem.code.id.starts_with("A3")
}

/// Reports a problem at its line of the schema, or else at the checkpoint's path.
pub(super) fn report_problem(
    problem: Problem,
    severity: Severity,
    checkpoint: &Checkpoint,
    report: &mut Report,
) {
    let place = match problem.place.is_nowhere() {
        true => checkpoint.place,
        false => problem.place,
    };
    let mut diagnostic = Diagnostic::error(problem.code, place, message(&problem, checkpoint));
    diagnostic.severity = severity;
    diagnostic.help(&problem.help);
    if let Some(suggestion) = problem.suggestion {
        diagnostic.suggest(suggestion);
    }
    report.push(diagnostic);
}

/// Where in which file, as far as the checkpoint's path and the message do not say it: `n_embd` in config.json.
fn place_in_file(problem: &Problem, checkpoint: &Checkpoint) -> Option<String> {
    let file = problem.file.as_ref();
    let other = file.filter(|file| !file.ends_with(&checkpoint.path));
    let name = other.and_then(|file| Some(file.file_name()?.to_string_lossy()));
    let is_lock = other.is_some_and(|file| file.parent().is_some_and(|folder| folder.ends_with(FOLDER)));
    let name = name.map(|name| match is_lock {
        true => format!("{FOLDER}/{name}"),
        false => name.into_owned(),
    });
    match (&problem.location, name) {
        (Some(Location::Key(key)), Some(name)) => Some(format!("`{key}` in {name}")),
        (Some(Location::Key(key)), None) => Some(format!("`{key}`")),
        (Some(Location::Line(line, _)), Some(name)) => Some(format!("{name}, line {line}")),
        (_, name) => name,
    }
}

/// What is wrong, in which file, and both sides of it.
fn message(problem: &Problem, checkpoint: &Checkpoint) -> String {
    let mut message = problem.message.clone();
    if let Some(place) = place_in_file(problem, checkpoint) {
        message.push_str(&format!(" ({place})"));
    }
    let sides = [("found", &problem.found), ("expected", &problem.expected)];
    for (word, side) in sides {
        if let Some(side) = side {
            message.push_str(&format!("\n{word}: {side}"));
        }
    }
    // The line of the checkpoint may be far away, so it is named and not shown.
    if !problem.place.is_nowhere() {
        message.push_str(&format!("\ncheckpoint: {}", checkpoint.path));
    }
    message
}
