//! A schema in TOML or in the Rust-like spelling, with weights beside it under the model's own paths or under the names of one of its tables.

mod canonical;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ttt_dsl::diagnostic::{Report, Severity, json};
use ttt_dsl::parse::parse_file;
use ttt_dsl::place::Places;
use ttt_dsl::program::Program;

pub(crate) use self::canonical::canonical_table;
use crate::error::{Error, Location, Problem, codes};
use crate::file;
use crate::registry::{FormatAdapter, Found, ModelEntry, ModelRegistry, OpenOptions, Opened};
use crate::source::open_source;

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct SpecFile;

const NAME: &str = "spec";

impl FormatAdapter for SpecFile {
    fn name(&self) -> &str {
        NAME
    }

    fn description(&self) -> &str {
        "a schema in TOML (tables [model.…], [block.…]) or in a .ttt file, perhaps with a .safetensors of the same name beside it"
    }

    fn recognises(&self, path: &Path) -> bool {
        path.is_file()
            && (path.extension().is_some_and(|extension| extension == "toml")
                || path.extension().is_some_and(|extension| extension == "ttt")
                || String::from_utf8_lossy(&file::beginning(path))
                    .lines()
                    .any(|line| line.starts_with("[model.")))
    }

    fn open(&self, path: &Path, options: &OpenOptions, _: &ModelRegistry) -> Result<Opened, Error> {
        let program = Arc::new(read_program(path)?);
        let entry = choose_model(&program, options).map_err(|error| error.in_file(path))?;
        let found = Found::new(NAME, path, entry, options).map_err(|error| error.in_file(path))?;
        let Some(weights) = weights_path(path, options) else {
            return found.open(None);
        };
        let source = open_source(&weights)?;
        let canonical = canonical_table(entry, Some(&found.head));
        let table = entry
            .model
            .weights
            .iter()
            .chain([&canonical])
            .min_by_key(|table| canonical::strangers(table, source.as_ref()))
            .unwrap_or(&canonical);
        found.open(Some((table, source)))
    }
}

/// Reads and checks a schema. What is wrong with it is told with line and column.
pub fn read_program(path: &Path) -> Result<Program, Error> {
    let text = file::read_text(path)?;
    let parsed = parse_file(path, &text);
    let mut report = parsed.report;
    let mut program = None;
    if !report.has_errors() {
        let checked = ttt_dsl::check::check(&parsed.spec);
        report.append(checked.report);
        program = checked.program;
    }
    program.ok_or_else(|| invalid(path, &text, &report, &parsed.places))
}

fn invalid(path: &Path, text: &str, report: &Report, places: &Places) -> Error {
    let errors = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    let problems: Vec<Problem> = errors
        .map(|diagnostic| {
            let message = format!("{} [{}]", diagnostic.message, diagnostic.code);
            let problem = Problem::new(codes::INVALID_SCHEMA, message)
                .file(path)
                .help(diagnostic.mend());
            match json::line_and_column(diagnostic.place, text, places) {
                Some((line, column)) => problem.at(Location::Line(line, column)),
                None => problem,
            }
        })
        .collect();
    Error { problems }
}

fn choose_model<'a>(program: &'a Arc<Program>, options: &OpenOptions) -> Result<ModelEntry<'a>, Error> {
    let names: Vec<&str> = program
        .models
        .iter()
        .map(|model| model.body.name.as_str())
        .collect();
    let model = match (&options.model, program.models.as_slice()) {
        (Some(name), _) => program.model(name),
        (None, [model]) => Some(model),
        (None, _) => None,
    };
    let model = model.ok_or_else(|| {
        let problem = match &options.model {
            Some(name) => Problem::new(codes::UNKNOWN_MODEL, format!("the schema has no model `{name}`")),
            None => Problem::new(codes::AMBIGUOUS, "the schema does not have exactly one model"),
        };
        problem.found(names.join(", ")).help("name one of its models")
    })?;
    Ok(ModelEntry { program, model })
}

fn weights_path(path: &Path, options: &OpenOptions) -> Option<PathBuf> {
    let beside = path.with_extension("safetensors");
    match &options.weights {
        Some(path) => Some(path.clone()),
        None => beside.is_file().then_some(beside),
    }
}
