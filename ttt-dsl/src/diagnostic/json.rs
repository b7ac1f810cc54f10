//! Diagnostics for tools.

use serde::Serialize;

use super::{Diagnostic, Report, Suggestion};
use crate::place::{Place, Places};

/// A JSON list with one object per diagnostic: code, severity, file, line, column, message, help, suggestion.
pub fn render(report: &Report, file: &str, source: &str, places: &Places) -> String {
    let rows: Vec<Row> = report
        .diagnostics
        .iter()
        .map(|diagnostic| Row::new(diagnostic, file, source, places))
        .collect();
    serde_json::json!(rows).to_string()
}

/// Line and column of a place, both from 1, the column in characters; nothing for what nobody wrote.
pub fn line_and_column(place: Place, source: &str, places: &Places) -> Option<(usize, usize)> {
    if let Some(span) = places.span(place) {
        let start = span.start();
        return Some((start.line, start.column + 1));
    }
    let before = source.get(..places.range(place)?.start)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some((
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    ))
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'static str,
    severity: &'static str,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    message: &'a str,
    help: &'a str,
    suggestion: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn new(diagnostic: &'a Diagnostic, file: &'a str, source: &str, places: &Places) -> Row<'a> {
        let (line, column) = line_and_column(diagnostic.place, source, places).unzip();
        Row {
            code: diagnostic.code.id,
            severity: diagnostic.severity.as_str(),
            file,
            line,
            column,
            message: &diagnostic.message,
            help: match (diagnostic.help.as_str(), &diagnostic.suggestion) {
                ("", None) => diagnostic.code.explanation,
                (help, _) => help,
            },
            suggestion: diagnostic
                .suggestion
                .as_ref()
                .map(|Suggestion { replacement }| replacement.as_str()),
        }
    }
}
