//! The last steps of opening, the same for every format: settings, params, weights.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;
use ttt_dsl::instance::{Values, preset_values};
use ttt_dsl::spec::{HeadChoice, WeightsTable};

use crate::config::read_settings;
use crate::error::{Error, Problem, codes};
use crate::params::{self, ParamsRequest};
use crate::registry::{ModelEntry, OpenOptions, Opened};
use crate::source::TensorSource;
use crate::weights::{Checkpoint, LoadRequest};

/// A model whose params are known.
pub(crate) struct Found<'a> {
    pub format: &'a str,
    /// The file or directory, for messages.
    pub path: &'a Path,
    pub entry: ModelEntry<'a>,
    pub head: HeadChoice,
    /// Whether the head may start from fresh numbers.
    pub fresh_head: bool,
    pub values: Values,
    /// The params that the caller chose.
    pub chosen: Vec<String>,
    /// Where params come from, for messages.
    pub origins: IndexMap<String, String>,
    pub config: Option<Value>,
    pub warnings: Vec<Problem>,
}

/// Builds the model and plans how the weights fill it.
pub(crate) fn finish(
    found: Found<'_>,
    weights: Option<(&WeightsTable, Arc<dyn TensorSource>)>,
) -> Result<Opened, Error> {
    let head = match &found.head {
        HeadChoice::Base => None,
        HeadChoice::Head(name) => Some(name.as_str()),
    };
    let program = found.entry.program;
    let request = ParamsRequest {
        program,
        model: found.entry.model,
        head,
        values: &found.values,
        origins: &found.origins,
    };
    let instance = params::build(&request).map_err(|error| error.in_file(found.path))?;
    let checkpoint = weights.map(|(table, source)| {
        let request = LoadRequest {
            program,
            instance: &instance,
            table,
            fresh_head: found.fresh_head,
            chosen: &found.chosen,
            origins: &found.origins,
        };
        Checkpoint::new(&request, source)
    });
    let checkpoint = checkpoint.transpose()?;
    let mut warnings = found.warnings;
    for warning in &mut warnings {
        warning.file.get_or_insert_with(|| found.path.to_path_buf());
    }
    Ok(Opened {
        format: found.format.to_string(),
        program: Arc::clone(program),
        model: instance.model.clone(),
        head: head.map(str::to_string),
        values: instance.values.clone(),
        report: checkpoint.as_ref().map(Checkpoint::report),
        instance,
        weights: checkpoint,
        config: found.config,
        warnings,
    })
}

/// The params that the caller gives: a preset's, and over them the settings.
pub(crate) fn given(entry: ModelEntry<'_>, options: &OpenOptions) -> Result<Values, Error> {
    let mut values = Values::new();
    if let Some(preset) = &options.preset {
        values = preset_values(entry.program, entry.model, preset)
            .map_err(|error| Problem::new(codes::SETTING, error.to_string()).help(error.help))?;
    }
    values.extend(read_settings(entry.program, entry.model, &options.set)?);
    Ok(values)
}

/// The names of the params that the caller gives.
pub(crate) fn chosen(given: &Values) -> Vec<String> {
    given.keys().cloned().collect()
}

/// Checks that a head that the caller names is there.
pub(crate) fn check_head(entry: ModelEntry<'_>, head: &HeadChoice) -> Result<(), Error> {
    let HeadChoice::Head(name) = head else {
        return Ok(());
    };
    if entry.model.head(name.as_str()).is_some() {
        return Ok(());
    }
    let names = entry.model.heads.iter().map(|head| head.body.name.as_str());
    let model = &entry.model.body.name;
    Err(
        Problem::new(codes::UNKNOWN_HEAD, format!("`{model}` has no head `{name}`"))
            .help(crate::name::nearest_help(name.as_str(), names, "heads"))
            .into(),
    )
}
