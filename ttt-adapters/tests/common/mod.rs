//! What the tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod checkpoint;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ttt_adapters::Error;
use ttt_adapters::registry::ModelRegistry;
use ttt_dsl::program::Program;

/// The families that this project ships, checked from their own text.
pub fn families() -> ModelRegistry {
    static FAMILIES: OnceLock<ModelRegistry> = OnceLock::new();
    FAMILIES.get_or_init(check_families).clone()
}

fn check_families() -> ModelRegistry {
    let mut models = ModelRegistry::new();
    for source in [
        include_str!("../../../models/src/gpt2.rs"),
        include_str!("../../../models/src/llama.rs"),
        include_str!("../../../models/src/bert.rs"),
    ] {
        models.register(Arc::new(program(macro_body(source))));
    }
    models
}

/// A checked schema.
pub fn program(text: &str) -> Program {
    let parsed = ttt_dsl::parse::parse_text(text);
    let mut report = parsed.report;
    let checked = ttt_dsl::check::check(&parsed.spec);
    report.append(checked.report);
    let said = ttt_dsl::diagnostic::human::render(&report, "schema", text, &parsed.places, false);
    checked.program.unwrap_or_else(|| panic!("{said}"))
}

/// What stands between the braces of the one `model!` of a file.
pub fn macro_body(source: &str) -> &str {
    let start = source.find("model! {").unwrap() + "model! {".len();
    &source[start..source.rfind('}').unwrap()]
}

/// `tests/fixtures/…` of the workspace.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures")
        .join(path)
}

/// The error's text without this machine's directories.
pub fn text(error: &Error, directory: &Path) -> String {
    let directory = directory.display().to_string();
    error
        .to_string()
        .replace(&format!("{directory}/"), "")
        .replace(&directory, "the directory")
}
