//! Opening what has a configuration, whatever its format.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use ttt_dsl::spec::{ConfigTable, HeadChoice, WeightsTable};

use super::{Found, ModelEntry, ModelRegistry, OpenOptions, Opened};
use crate::config::{ConfigContext, ConfigReader, dialect, find};
use crate::error::{Error, Problem, codes};
use crate::name::nearest_help;
use crate::source::TensorSource;
use crate::weights::Names;

/// A configuration that an adapter has read.
#[derive(Clone, Debug)]
pub(crate) struct Configured<'a> {
    /// The format's name, which is that of the tables.
    pub format: &'a str,
    /// The file with the configuration, for messages.
    pub path: &'a Path,
    /// An object: nested, or of flat keys with dots.
    pub config: Value,
}

impl Configured<'_> {
    /// Finds the model, reads its params and plans how the weights fill it. The weights are opened when the model is
    /// known.
    pub fn open(
        self,
        weights: impl FnOnce() -> Result<Option<Arc<dyn TensorSource>>, Error>,
        options: &OpenOptions,
        models: &ModelRegistry,
    ) -> Result<Opened, Error> {
        let in_file = |error: Error| error.in_file(self.path);
        let entry = self.model(options, models).map_err(in_file)?;
        let (config_table, weights_table) = entry.tables(self.format)?;
        let mut found = Found::new(self.format, self.path, entry, options).map_err(in_file)?;
        let source = weights()?;
        let names = source.as_ref().map(|source| {
            let names = source.tensors().keys().map(String::as_str);
            Names::new(names, weights_table)
        });
        let present = |tensor: &str| names.as_ref().is_some_and(|names| names.has(tensor));
        let reader = ConfigReader {
            program: entry.program,
            model: entry.model,
            table: config_table,
        };
        let context = ConfigContext {
            given: Some(&found.values),
            present: names.is_some().then_some(&present),
            head_given: options.head.is_some(),
        };
        let reading = reader.read(&self.config, context).map_err(in_file)?;
        drop(names);
        let asked = reading.head.unwrap_or(HeadChoice::Base);
        if options.head.is_none() {
            found.head = asked.clone();
        }
        found.fresh_head = found.head != asked;
        found.values = reading.values;
        let keys = reading.keys.into_iter();
        found.origins = keys
            .map(|(param, key)| (param, format!("`{key}` in {}", file_name(self.path))))
            .collect();
        found.config = Some(self.config);
        found.warnings = reading.warnings;
        found.open(source.map(|source| (weights_table, source)))
    }

    /// The model that answers to the configuration's `model_type`, or the one that the caller names.
    fn model<'m>(&self, options: &OpenOptions, models: &'m ModelRegistry) -> Result<ModelEntry<'m>, Error> {
        if let Some(name) = &options.model {
            return models.named(name);
        }
        let known = models.types(self.format);
        let expected = format!("one of {}", known.join(", "));
        let key = dialect(self.format).model_type;
        let value = find(&self.config, key).unwrap_or(&Value::Null);
        let Some(model_type) = value.as_str() else {
            return Err(Problem::new(
                codes::UNKNOWN_MODEL,
                "the configuration does not say which model it is",
            )
            .key(key)
            .found(value)
            .expected(expected)
            .help("add it, or name the model")
            .into());
        };
        models.of_type(self.format, model_type).ok_or_else(|| {
            Problem::new(
                codes::UNKNOWN_MODEL,
                format!("no model answers to `{model_type}`"),
            )
            .key(key)
            .found(model_type)
            .expected(expected)
            .help(nearest_help(model_type, known.iter().copied(), "known types"))
            .into()
        })
    }
}

impl<'a> ModelEntry<'a> {
    /// The model's tables for a format, both of which opening and saving need.
    pub(crate) fn tables(self, format: &str) -> Result<(&'a ConfigTable, &'a WeightsTable), Error> {
        let lacks = |table: &str| {
            let model = &self.model.body.name;
            Problem::new(
                codes::NO_TABLE,
                format!("`{model}` has no `{table} {format}` table"),
            )
            .help("add one to the schema")
        };
        let config = self.model.config(format).ok_or_else(|| lacks("config"))?;
        let weights = self.model.weights(format).ok_or_else(|| lacks("weights"))?;
        Ok((config, weights))
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
