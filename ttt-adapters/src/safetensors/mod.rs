//! A safetensors file without a configuration: the model is recognised by its names, the params by its shapes.

mod fit;
mod solve;

use std::path::Path;

use ttt_dsl::instance::Values;
use ttt_dsl::spec::HeadChoice;

pub(crate) use self::fit::{Fit, best_fit, heads};
pub(crate) use self::solve::solve;
use crate::error::Error;
use crate::file;
use crate::registry::{FormatAdapter, Found, ModelRegistry, OpenOptions, Opened};
use crate::source::{INDEX_ENDING, open_source};

/// The adapter.
#[derive(Clone, Copy, Debug)]
pub struct BareSafetensors;

const NAME: &str = "safetensors";

impl FormatAdapter for BareSafetensors {
    fn name(&self) -> &str {
        NAME
    }

    fn description(&self) -> &str {
        "a .safetensors file or the index of several; params that no shape tells are asked for"
    }

    fn recognises(&self, path: &Path) -> bool {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
            return false;
        };
        // A damaged file of this name is better told what is wrong with it than that nobody knows it.
        path.is_file()
            && (name.ends_with(".safetensors") || name.ends_with(INDEX_ENDING) || begins_with_header(path))
    }

    fn open(&self, path: &Path, options: &OpenOptions, models: &ModelRegistry) -> Result<Opened, Error> {
        open_bare(NAME, path, options, models)
    }
}

/// Opens weights that no configuration belongs to.
pub(crate) fn open_bare(
    format: &str,
    path: &Path,
    options: &OpenOptions,
    models: &ModelRegistry,
) -> Result<Opened, Error> {
    let source = open_source(path)?;
    let Fit {
        entry,
        table,
        head: fitting_head,
        mut warnings,
    } = best_fit(source.as_ref(), options, models).map_err(|error| error.in_file(path))?;
    let settings = OpenOptions {
        preset: None,
        ..options.clone()
    };
    let mut found = Found::new(format, path, entry, &settings).map_err(|error| error.in_file(path))?;
    if options.head.is_none() {
        found.head = fitting_head.clone();
    }
    found.fresh_head = found.head != fitting_head && found.head != HeadChoice::Base;
    let preset = match &options.preset {
        Some(_) => Found::new(format, path, entry, options)?.values,
        None => Values::new(),
    };
    let solution = solve(entry, table, &found.head, &found.values, &preset, source.as_ref())
        .map_err(|error| error.in_file(path))?;
    warnings.extend(solution.warning);
    found.warnings = warnings;
    found.values = solution.values;
    found.origins = solution.origins;
    found.open(Some((table, source)))
}

/// A length that a header may have, and the bracket that one begins with.
fn begins_with_header(path: &Path) -> bool {
    let bytes = file::beginning(path);
    let Some(length) = bytes.first_chunk::<8>() else {
        return false;
    };
    u64::from_le_bytes(*length) <= 100_000_000 && bytes.get(8) == Some(&b'{')
}
