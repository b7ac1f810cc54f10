//! The last steps of opening, the same for every format: settings, params, weights.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;
use ttt_dsl::instance::{Instance, Values, preset_values};
use ttt_dsl::spec::{HeadChoice, Target, WeightsTable};

use super::{ModelEntry, OpenOptions, Opened};
use crate::config::read_settings;
use crate::error::{Error, Problem, codes};
use crate::name::nearest;
use crate::params::{self, ParamsRequest};
use crate::source::TensorSource;
use crate::weights::{Checkpoint, LoadRequest};

/// A model whose params are known. What an adapter has found; [`Found::open`] does the rest.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The format's name.
    pub format: &'a str,
    /// The file or directory, for messages.
    pub path: &'a Path,
    /// The model.
    pub entry: ModelEntry<'a>,
    /// The head to build.
    pub head: HeadChoice,
    /// Whether the head may start from fresh numbers when the checkpoint has none of it.
    pub fresh_head: bool,
    /// Values for some of the params; the others have their defaults.
    pub values: Values,
    /// The params that the caller chose. Tensors of a part that one of them takes away are left out, not refused.
    pub chosen: Vec<String>,
    /// Where params come from, for messages: `dim` → `` `n_embd` in config.json ``.
    pub origins: IndexMap<String, String>,
    /// The configuration as it was, for saving it again.
    pub config: Option<Value>,
    /// What may be wrong.
    pub warnings: Vec<Problem>,
}

impl<'a> Found<'a> {
    /// The base of a model with the params that the caller gives.
    pub fn new(
        format: &'a str,
        path: &'a Path,
        entry: ModelEntry<'a>,
        options: &OpenOptions,
    ) -> Result<Found<'a>, Error> {
        let given = given(entry, options)?;
        let head = options.head.clone().unwrap_or(HeadChoice::Base);
        check_head(format, entry, &head)?;
        Ok(Found {
            format,
            path,
            entry,
            fresh_head: head != HeadChoice::Base,
            head,
            chosen: given.keys().cloned().collect(),
            values: given,
            origins: IndexMap::new(),
            config: None,
            warnings: Vec::new(),
        })
    }

    /// Builds the model and plans how the weights, found with one of the model's tables, fill it.
    pub fn open(self, weights: Option<(&WeightsTable, Arc<dyn TensorSource>)>) -> Result<Opened, Error> {
        let filling = weights.as_ref().map(|(table, source)| (*table, source.as_ref()));
        let instance = self.instance(filling)?;
        let checkpoint = weights
            .map(|(table, source)| Checkpoint::new(&self.load_request(&instance, table), source))
            .transpose()?;
        let mut warnings = self.warnings;
        for warning in &mut warnings {
            warning.file.get_or_insert_with(|| self.path.to_path_buf());
        }
        Ok(Opened {
            format: self.format.to_string(),
            program: Arc::clone(self.entry.program),
            model: instance.model.clone(),
            head: self.head.name().map(str::to_string),
            values: instance.values.clone(),
            report: checkpoint.as_ref().map(Checkpoint::report),
            instance,
            weights: checkpoint,
            config: self.config,
            warnings,
        })
    }
}

impl Found<'_> {
    /// Builds the model, where the weights that a table finds could fill it.
    pub(crate) fn instance(
        &self,
        weights: Option<(&WeightsTable, &dyn TensorSource)>,
    ) -> Result<Instance, Error> {
        let request = ParamsRequest {
            program: self.entry.program,
            model: self.entry.model,
            head: self.head.name(),
            values: &self.values,
            origins: &self.origins,
            room: weights.map(|(table, source)| room(table, source)),
        };
        params::build(&request).map_err(|error| error.in_file(self.path))
    }

    /// What planning how a table fills the model needs.
    pub(crate) fn load_request<'r>(
        &'r self,
        instance: &'r Instance,
        table: &'r WeightsTable,
    ) -> LoadRequest<'r> {
        LoadRequest {
            program: self.entry.program,
            instance,
            table,
            fresh_head: self.fresh_head,
            chosen: &self.chosen,
            origins: &self.origins,
        }
    }
}

/// How many tensors of a model a source fills at most: a fused one fills several.
fn room(table: &WeightsTable, source: &dyn TensorSource) -> usize {
    let filled = table.entries.iter().map(|entry| match &entry.target {
        Target::Fused(paths) => paths.len(),
        Target::Path(_) | Target::Same(_) | Target::Factors(_) | Target::Skip => 1,
    });
    source
        .tensors()
        .len()
        .saturating_mul(filled.max().unwrap_or_default().max(1))
}

/// The params that the caller gives: a preset's, and over them the settings.
fn given(entry: ModelEntry<'_>, options: &OpenOptions) -> Result<Values, Error> {
    let mut values = Values::new();
    if let Some(preset) = &options.preset {
        values = preset_values(entry.program, entry.model, preset)
            .map_err(|error| Problem::new(codes::SETTING, error.to_string()).help(error.help))?;
    }
    values.extend(read_settings(entry.program, entry.model, &options.set)?);
    Ok(values)
}

/// Checks that a head that the caller names is there.
fn check_head(format: &str, entry: ModelEntry<'_>, head: &HeadChoice) -> Result<(), Error> {
    let HeadChoice::Head(name) = head else {
        return Ok(());
    };
    if entry.model.head(name.as_str()).is_some() {
        return Ok(());
    }
    let names = entry.model.heads.iter().map(|head| head.body.name.as_str());
    let model = &entry.model.body.name;
    let listed: Vec<String> = names.clone().map(|head| described(format, entry, head)).collect();
    let help = match nearest(name.as_str(), names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name one of these; `base` is the model without a head".to_string(),
    };
    Err(
        Problem::new(codes::UNKNOWN_HEAD, format!("`{model}` has no head `{name}`"))
            .expected(format!("base, {}", listed.join(", ")))
            .help(help)
            .into(),
    )
}

/// `lm (GPT2LMHeadModel)`: a head with the classes that ask for it, in the format at hand or in the model's first.
fn described(format: &str, entry: ModelEntry<'_>, head: &str) -> String {
    let tables = &entry.model.configs;
    let table = entry.model.config(format).or(tables.first());
    let classes = table.into_iter().flat_map(|table| &table.architectures);
    let asking =
        classes.filter(|(_, choice)| matches!(choice, HeadChoice::Head(name) if name.as_str() == head));
    let classes: Vec<&str> = asking.map(|(class, _)| class.as_str()).collect();
    match classes.as_slice() {
        [] => head.to_string(),
        classes => format!("{head} ({})", classes.join(", ")),
    }
}
