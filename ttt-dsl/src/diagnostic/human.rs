//! Diagnostics for people: a message, the lines of the source, a help.

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Severity as Gravity,
};

use super::{Diagnostic, Report, Severity};
use crate::place::{Place, Places};

/// All diagnostics, each followed by an empty line. A place that is not in the text has no snippet.
pub fn render(report: &Report, file: &str, source: &str, places: &Places, color: bool) -> String {
    let theme = if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(100);
    let mut out = String::new();
    for diagnostic in &report.diagnostics {
        let shown = miette::Report::new(translate(diagnostic, places))
            .with_source_code(NamedSource::new(file, source.to_owned()));
        if handler.render_report(&mut out, shown.as_ref()).is_err() {
            out.push_str(&diagnostic.message);
        }
        out.push('\n');
    }
    out
}

fn translate(diagnostic: &Diagnostic, places: &Places) -> MietteDiagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => Gravity::Error,
        Severity::Warning => Gravity::Warning,
    };
    // The heading names the line of the primary one.
    let guilty = label(diagnostic.place, diagnostic.code.title, places, true).into_iter();
    let related = diagnostic
        .related
        .iter()
        .filter_map(|(place, message)| label(*place, message, places, false));
    let shown = MietteDiagnostic::new(&diagnostic.message)
        .with_code(diagnostic.code.id)
        .with_severity(severity)
        .with_labels(guilty.chain(related));
    match diagnostic.mend() {
        help if help.is_empty() => shown,
        help => shown.with_help(help),
    }
}

fn label(place: Place, message: &str, places: &Places, primary: bool) -> Option<LabeledSpan> {
    let range = places.range(place)?;
    let make = match primary {
        true => LabeledSpan::new_primary_with_span,
        false => LabeledSpan::new_with_span,
    };
    Some(make(Some(message.to_owned()), range))
}
