//! Opening what has a configuration, whatever its format.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use ttt_dsl::program::CheckedModel;
use ttt_dsl::spec::{ConfigTable, ExprKind, HeadChoice, WeightsTable};

use super::{Found, ModelEntry, ModelRegistry, OpenOptions, Opened};
use crate::config::{ConfigContext, ConfigReader, dialect};
use crate::error::{Error, Problem, codes};
use crate::name::nearest_help;
use crate::source::TensorSource;
use crate::weights::{Frequencies, Names};

/// A configuration that an adapter has read, and the model that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Configured<'a> {
    /// The format's name, which is that of the tables.
    pub format: &'a str,
    /// The file with the configuration, for messages.
    pub path: &'a Path,
    /// An object: nested, or of flat keys with dots.
    pub config: Value,
    /// The model.
    pub entry: ModelEntry<'a>,
    /// The head that the tensors are of, where they had to tell.
    pub fitting_head: Option<HeadChoice>,
    /// What may be wrong so far.
    pub warnings: Vec<Problem>,
}

impl<'a> Configured<'a> {
    /// Reads the params and plans how the weights fill the model.
    pub fn open(self, source: Option<Arc<dyn TensorSource>>, options: &OpenOptions) -> Result<Opened, Error> {
        let (_, weights_table) = self.entry.tables(self.format)?;
        let found = self.found(source.as_deref(), weights_table, options)?;
        found.open(source.map(|source| (weights_table, source)))
    }

    /// Reads the params, which the weights' names tell something of.
    pub fn found(
        self,
        source: Option<&dyn TensorSource>,
        weights_table: &WeightsTable,
        options: &OpenOptions,
    ) -> Result<Found<'a>, Error> {
        let in_file = |error: Error| error.in_file(self.path);
        let config_table = self.entry.config_table(self.format)?;
        let mut found = Found::new(self.format, self.path, self.entry, options).map_err(in_file)?;
        let names = source.map(|source| {
            let names = source.tensors().keys().map(String::as_str);
            Names::new(names, weights_table)
        });
        let needed = needed(self.entry.model, options.head.as_ref());
        let present = |tensor: &str| names.as_ref().is_some_and(|names| names.has(tensor));
        let reader = ConfigReader {
            program: self.entry.program,
            model: self.entry.model,
            table: config_table,
        };
        let context = ConfigContext {
            given: Some(&found.values),
            present: names.is_some().then_some(&present),
            needed: &needed,
            head_given: options.head.is_some(),
        };
        let mut reading = reader.read(&self.config, context).map_err(in_file)?;
        drop(names);
        let frequencies = Frequencies::of(weights_table, self.entry.model);
        let numbers = source.filter(|source| source.has_numbers());
        if let (Some(source), Some(frequencies)) = (numbers, frequencies) {
            for (param, value) in frequencies.read(source, &reading.values)? {
                if !found.chosen.contains(&param) {
                    reading.keys.insert(param.clone(), frequencies.source.to_string());
                    reading.values.insert(param, value);
                }
            }
        }
        let is_head_known = options.head.is_some() || self.fitting_head.is_some();
        let asked = reading.head.or(self.fitting_head).unwrap_or(HeadChoice::Base);
        if options.head.is_none() {
            found.head = asked.clone();
        }
        found.fresh_head = found.head != asked;
        if found.fresh_head {
            found.chosen.extend(needed.into_iter().map(str::to_string));
        }
        found.values = reading.values;
        let keys = reading.keys.into_iter();
        found.origins = keys
            .map(|(param, key)| (param, format!("`{key}` in {}", file_name(self.path))))
            .collect();
        found.config = Some(self.config);
        found.warnings = reading.warnings;
        if is_head_known {
            // That no class is named matters only to who does not know the head otherwise.
            found
                .warnings
                .retain(|warning| warning.code != codes::CONFIG_CLASS);
        }
        found.warnings.extend(self.warnings);
        Ok(found)
    }
}

/// The params that must be true for a head that the caller asks for: `require pooled;`.
fn needed<'a>(model: &'a CheckedModel, head: Option<&HeadChoice>) -> Vec<&'a str> {
    let head = match head {
        Some(HeadChoice::Head(name)) => model.head(name.as_str()),
        _ => None,
    };
    let requires = head.into_iter().flat_map(|head| &head.body.requires);
    let params = requires.filter_map(|require| match &require.condition.kind {
        ExprKind::Name(name) => Some(name.as_str()),
        _ => None,
    });
    params.collect()
}

/// The model whose config table for a format answers to this `model_type`.
pub(crate) fn answering<'a>(
    format: &str,
    model_type: &str,
    models: &'a ModelRegistry,
) -> Result<ModelEntry<'a>, Error> {
    let known = models.types(format);
    models.of_type(format, model_type).ok_or_else(|| {
        Problem::new(
            codes::UNKNOWN_MODEL,
            format!("no model answers to `{model_type}`"),
        )
        .key(dialect(format).model_type)
        .found(model_type)
        .expected(format!("one of {}", known.join(", ")))
        .help(nearest_help(model_type, known.iter().copied(), "known types"))
        .into()
    })
}

impl<'a> ModelEntry<'a> {
    /// The model's tables for a format, both of which opening and saving need.
    pub(crate) fn tables(self, format: &str) -> Result<(&'a ConfigTable, &'a WeightsTable), Error> {
        Ok((self.config_table(format)?, self.weights_table(format)?))
    }

    /// The model's config table for a format.
    pub(crate) fn config_table(self, format: &str) -> Result<&'a ConfigTable, Error> {
        let table = self.model.config(format);
        table.ok_or_else(|| self.lacks("config", format).into())
    }

    /// The model's weights table for a format.
    pub(crate) fn weights_table(self, format: &str) -> Result<&'a WeightsTable, Error> {
        let table = self.model.weights(format);
        table.ok_or_else(|| self.lacks("weights", format).into())
    }

    fn lacks(self, table: &str, format: &str) -> Problem {
        let model = &self.model.body.name;
        Problem::new(
            codes::NO_TABLE,
            format!("`{model}` has no `{table} {format}` table"),
        )
        .help("add one to the schema")
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
