//! `ttt check`: every mistake of every source, and of the checkpoints that a schema names.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use ttt::adapters::checkpoint::{self, Lock, Settings};
use ttt::adapters::registry::FormatAdapter;
use ttt::adapters::spec::SpecFile;
use ttt::dsl::diagnostic::{Report, Severity, catalogue, human};
use ttt::dsl::parse::{Parsed, parse_file};
use ttt::dsl::transform;
use ttt::{Opened, Opener};

use super::watch::Watch;
use super::{Failure, interrupt, source};
use crate::cli::{Check, Format};

/// Clears the screen and begins at its top.
const CLEAR: &str = "\x1b[2J\x1b[H";

/// Checks every source, again and again with `--watch`; `false` when one has errors.
pub fn run(args: &Check) -> Result<bool, Failure> {
    match args.watch {
        true => watch(args),
        false => once(args),
    }
}

/// Checks whenever something changes, until Ctrl-C; `false` when the last check found errors.
fn watch(args: &Check) -> Result<bool, Failure> {
    interrupt::listen()?;
    let begun = || {
        let paths: Result<Vec<Vec<PathBuf>>, Failure> =
            args.sources.iter().map(|path| watched(path)).collect();
        Watch::new(&paths?.concat())
    };
    let mut watch = begun()?;
    loop {
        if std::io::stdout().is_terminal() {
            anstream::print!("{CLEAR}");
        }
        let begin = Instant::now();
        let well = once(args)?;
        if args.format == Format::Text {
            let took = begin.elapsed().as_millis();
            anstream::println!("checked at {} UTC in {took} ms; Ctrl-C ends", time_of_day());
        }
        if !watch.changed()? {
            return Ok(well);
        }
        // A schema may name other checkpoints now. Before it is read again, so that no change falls in between; a file that
        // is being replaced is not there for a moment, and is watched as it was.
        if let Ok(begun) = begun() {
            watch = begun;
        }
    }
}

/// What is looked at for a source: a schema with the checkpoints that it names, a folder, or the folder of a checkpoint's
/// file, which holds its configuration too. A built-in family never changes.
fn watched(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if source::is_built_in(path) {
        return Ok(Vec::new());
    }
    let path = source::resolve(path)?;
    Ok(match (SpecFile.recognises(&path), path.is_dir()) {
        (true, false) => {
            let named = named(&path);
            [vec![path], named].concat()
        }
        (_, true) => vec![path],
        (false, false) => {
            let path = std::fs::canonicalize(&path).map_err(|error| Failure::file(&path, error))?;
            path.parent().map(Path::to_path_buf).into_iter().collect()
        }
    })
}

/// What the checkpoints of a schema are read from, and their locks; they need not be there.
fn named(schema: &Path) -> Vec<PathBuf> {
    let Ok(text) = std::fs::read_to_string(schema) else {
        return Vec::new();
    };
    let parent = schema.parent().filter(|parent| !parent.as_os_str().is_empty());
    let base = parent.unwrap_or(Path::new("."));
    let parsed = parse_file(schema, &text);
    let checkpoints = parsed.spec.models.iter().flat_map(|model| &model.checkpoints);
    let mut paths = Vec::new();
    for checkpoint in checkpoints {
        let path = base.join(&checkpoint.path);
        // Shards and configurations stand beside a file that is named.
        let folder = path.parent().filter(|folder| *folder != base && path.is_file());
        paths.extend(folder.map(Path::to_path_buf));
        paths.extend([path.clone(), Lock::path(base, &checkpoint.path)]);
    }
    paths
}

fn time_of_day() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = now.as_secs() % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn once(args: &Check) -> Result<bool, Failure> {
    let opener = source::opener(&args.choice).fresh();
    let outcomes: Vec<Outcome> = args.sources.iter().map(|path| check(&opener, path)).collect();
    match args.format {
        Format::Text => outcomes.iter().for_each(Outcome::print),
        Format::Json => {
            let all: Vec<Value> = outcomes.iter().map(Outcome::json).collect();
            println!("{}", Value::Array(all));
        }
    }
    Ok(outcomes.iter().all(Outcome::is_ok))
}

struct Outcome<'a> {
    path: &'a Path,
    /// A schema's own diagnostics, each with its place in the text.
    schema: Option<Schema>,
    result: Result<Box<Opened>, ttt::adapters::Error>,
}

struct Schema {
    text: String,
    parsed: Parsed,
}

fn check<'a>(opener: &Opener, path: &'a Path) -> Outcome<'a> {
    let schema = SpecFile.recognises(path).then(|| read_schema(path)).flatten();
    Outcome {
        path,
        schema,
        result: source::open_any(opener, path).map(Box::new),
    }
}

/// The schema with everything that the parser and the checker say; nothing for a file that cannot be read as text, about
/// which opening says more.
fn read_schema(path: &Path) -> Option<Schema> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut parsed = parse_file(path, &text);
    if !parsed.report.has_errors() {
        let checked = ttt::dsl::check::check(&parsed.spec);
        parsed.report.append(checked.report);
        if let Some(program) = checked.program {
            let folder = path.parent().unwrap_or(Path::new(""));
            let compared = checkpoint::check(&Arc::new(program), &Settings::of_environment(folder));
            parsed.report.append(compared.report);
        }
    }
    Some(Schema { text, parsed })
}

impl Outcome<'_> {
    /// Whether it opens, and fits the checkpoints that it names.
    fn is_ok(&self) -> bool {
        let has_errors = self
            .schema
            .as_ref()
            .is_some_and(|schema| schema.parsed.report.has_errors());
        self.result.is_ok() && !has_errors
    }

    fn print(&self) {
        let report = self
            .schema
            .as_ref()
            .map(|schema| &schema.parsed.report)
            .filter(|report| !report.is_empty());
        if let (Some(report), Some(schema)) = (report, &self.schema) {
            self.print_report(report, schema);
        }
        match &self.result {
            // The report has said it with the lines of the source.
            _ if report.is_some_and(Report::has_errors) => {}
            Ok(opened) => {
                source::warn(opened);
                anstream::println!("{}: {}", self.path.display(), summary(opened));
                for line in transform::summary(&opened.program, &opened.instance) {
                    anstream::println!("    {line}");
                }
            }
            Err(error) => anstream::eprintln!("{error}"),
        }
    }

    fn print_report(&self, report: &Report, schema: &Schema) {
        let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let name = self.path.display().to_string();
        eprint!(
            "{}",
            human::render(report, &name, &schema.text, &schema.parsed.places, color)
        );
        let errors = report
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count();
        let warnings = report.diagnostics.len() - errors;
        let codes = report.diagnostics.iter().map(|diagnostic| diagnostic.code);
        let hint = catalogue::hint(codes);
        let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
        eprintln!("{name}: {errors}, {warnings}; {hint}");
    }

    fn json(&self) -> Value {
        let diagnostics = self.schema.as_ref().map(|schema| {
            let name = self.path.display().to_string();
            let text = ttt::dsl::diagnostic::json::render(
                &schema.parsed.report,
                &name,
                &schema.text,
                &schema.parsed.places,
            );
            serde_json::from_str(&text).unwrap_or(Value::Null)
        });
        let (errors, warnings) = match &self.result {
            Ok(opened) => (json!([]), json!(opened.warnings)),
            Err(error) => (json!(error.problems), json!([])),
        };
        json!({
            "source": self.path,
            "ok": self.is_ok(),
            "diagnostics": diagnostics.unwrap_or_else(|| json!([])),
            "errors": errors,
            "warnings": warnings,
        })
    }
}

/// `ok: Bert, 22,713,216 parameters; 103 tensors used, 1 skipped`
fn summary(opened: &Opened) -> String {
    let head = opened
        .head
        .as_ref()
        .map(|head| format!(" with head {head}"))
        .unwrap_or_default();
    let count = crate::tree::grouped(opened.instance.parameter_count());
    let model = format!("{}{head}, {count} parameters", opened.model);
    let Some(report) = &opened.report else {
        return format!("ok: {model}, no weights");
    };
    let mut parts = vec![format!("{} tensors used", report.used.len())];
    let counts = [
        (report.tied.len(), "tied"),
        (report.skipped.len(), "skipped"),
        (report.left_out.len(), "left out"),
        (report.fresh.len(), "fresh"),
    ];
    parts.extend(
        counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}")),
    );
    format!("ok: {model}; {}", parts.join(", "))
}

fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
