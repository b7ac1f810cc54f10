//! A checkpoint's header against the model that names it.

use std::borrow::Cow;
use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;
use ttt_dsl::instance::preset_values;
use ttt_dsl::spec::{Checkpoint, HeadChoice, WeightsTable};

use super::explanation::Attempt;
use super::header::{Header, HeaderSource, dtype};
use crate::config::dialect;
use crate::error::{Error, Problem, codes};
use crate::registry::{Configured, Found, ModelEntry, OpenOptions};
use crate::safetensors::heads;
use crate::source::TensorSource;
use crate::spec::canonical_table;
use crate::weights::{LoadPlan, Use};

/// A model, one of its checkpoint lines, and what the checkpoint says.
pub(super) struct Comparison<'a> {
    pub entry: ModelEntry<'a>,
    pub checkpoint: &'a Checkpoint,
    pub header: &'a Header,
    /// The file with the configuration, for messages.
    pub config_path: &'a Path,
}

impl<'a> Comparison<'a> {
    /// Plans how the checkpoint would fill the model. What may be wrong is given, what is wrong is the error.
    pub fn problems(&self) -> Result<Vec<Problem>, Error> {
        let path = Path::new(&self.checkpoint.path);
        let source = HeaderSource::new(path, self.header);
        let mut found = match self.config_format() {
            Some(format) => self.configured(format, self.config_path, &source)?,
            None => self.bare(path)?,
        };
        let table = self.table()?;
        if self.config_format().is_none() {
            self.choose_head(&mut found, &table, &source);
        }
        let attempt = Attempt {
            entry: self.entry,
            checkpoint: self.checkpoint,
            found: &found,
            table: &table,
            source: &source,
        };
        let plan = attempt.plan();
        let mut problems = self.unreadable(plan.as_ref().ok());
        if let (Some(_), Some(preset)) = (self.config_format(), &self.checkpoint.preset) {
            problems.extend(attempt.other_preset(preset)?);
        }
        if let Err(error) = plan {
            problems.extend(attempt.explain(error).problems);
        }
        Error::unless_empty(problems, found.warnings)
    }

    /// The format of the configuration that gives the params; none where the preset or the defaults do.
    fn config_format(&self) -> Option<&'static str> {
        let format = self.header.form.format()?;
        let has_table = self.entry.model.config(format).is_some();
        (has_table || self.checkpoint.preset.is_none()).then_some(format)
    }

    fn configured(
        &self,
        format: &'static str,
        path: &'a Path,
        source: &HeaderSource,
    ) -> Result<Found<'a>, Error> {
        let options = OpenOptions {
            head: self.checkpoint.head.clone(),
            ..OpenOptions::default()
        };
        let config = self.header.config_object();
        self.check_model_type(format, &config)?;
        let configured = Configured {
            format,
            path,
            config,
            entry: self.entry,
            fitting_head: None,
            warnings: Vec::new(),
        };
        configured.found(
            Some(source as &dyn TensorSource),
            self.entry.weights_table(format)?,
            &options,
        )
    }

    /// A configuration of another model would fill the params by chance.
    fn check_model_type(&self, format: &str, config: &Value) -> Result<(), Error> {
        let table = self.entry.config_table(format)?;
        let Some(found) = config.get(dialect(format).model_type).and_then(Value::as_str) else {
            return Ok(());
        };
        if table.model_types.iter().any(|known| known == found) {
            return Ok(());
        }
        let name = &self.entry.model.body.name;
        Err(Problem::new(
            codes::UNKNOWN_MODEL,
            format!("the checkpoint is of another model than `{name}`"),
        )
        .found(format!("\"{found}\""))
        .expected(format!("one of {:?}", table.model_types))
        .help(format!(
            "name another checkpoint, or add the text to `config {format}(…)`"
        ))
        .into())
    }

    /// The params of the preset, or else the model's defaults.
    fn bare(&self, path: &'a Path) -> Result<Found<'a>, Error> {
        let options = OpenOptions {
            head: self.checkpoint.head.clone(),
            ..OpenOptions::default()
        };
        let mut found = Found::new("checkpoint", path, self.entry, &options)?;
        if let Some(preset) = &self.checkpoint.preset {
            let values = preset_values(self.entry.program, self.entry.model, preset.as_str());
            found.values = values.map_err(|error| {
                Problem::new(codes::SETTING, error.to_string())
                    .help(error.help)
                    .line(preset.place)
            })?;
            let params = found.values.keys().cloned();
            found.origins = params
                .map(|param| (param, format!("preset `{preset}`")))
                .collect();
        }
        Ok(found)
    }

    /// Builds the head that the file has tensors of, unless the line names one.
    fn choose_head(&self, found: &mut Found<'_>, table: &WeightsTable, source: &HeaderSource) {
        let present = heads(self.entry, table, source);
        match self.checkpoint.head {
            None => {
                let first = present.into_iter().next();
                found.head = first.map_or(HeadChoice::Base, |head| HeadChoice::Head(head.into()));
                found.fresh_head = false;
            }
            Some(_) => {
                let is_present = found
                    .head
                    .name()
                    .is_some_and(|name| present.iter().any(|head| head == name));
                found.fresh_head = !is_present;
            }
        }
    }

    /// The weights table that the checkpoint is read with.
    fn table(&self) -> Result<Cow<'a, WeightsTable>, Error> {
        let model = self.entry.model;
        let own = || Cow::Owned(canonical_table(self.entry, None));
        if let Some(layout) = &self.checkpoint.layout {
            return Ok(match model.weights(layout.as_str()) {
                Some(table) => Cow::Borrowed(table),
                None => own(),
            });
        }
        if let Some(format) = self.header.form.format() {
            return self.entry.weights_table(format).map(Cow::Borrowed);
        }
        let tables: Vec<&WeightsTable> = model
            .weights
            .iter()
            .filter(|table| table.format.as_str() != crate::gguf::FORMAT)
            .collect();
        match tables.as_slice() {
            [] => Ok(own()),
            [table] => Ok(Cow::Borrowed(table)),
            several => Err(self.several_layouts(several)),
        }
    }

    fn several_layouts(&self, tables: &[&WeightsTable]) -> Error {
        let names: Vec<&str> = tables.iter().map(|table| table.format.as_str()).collect();
        Problem::new(
            codes::LAYOUT,
            "the checkpoint can be read with several weights tables",
        )
        .found(names.join(", "))
        .help(format!("say which: `layout {}`", names[0]))
        .into()
    }

    /// Tensors that the model needs and that are stored in a way that is not read, one problem for each way.
    fn unreadable(&self, plan: Option<&LoadPlan>) -> Vec<Problem> {
        let is_needed = |name: &str| {
            let found = plan.and_then(|plan| plan.uses.get(name));
            !matches!(found, Some(Use::Skipped | Use::LeftOut(_) | Use::Params))
        };
        let mut kinds: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (name, stored) in &self.header.tensors {
            if dtype(&stored.encoding).is_none() && is_needed(name) {
                kinds.entry(&stored.encoding).or_default().push(name);
            }
        }
        let problems = kinds.into_iter().map(|(encoding, names)| {
            let more = match names.len() - 1 {
                0 => String::new(),
                count => format!(" and {count} more"),
            };
            let message = format!("`{}`{more} is stored in a way that is not read", names[0]);
            Problem::new(codes::GGUF_TYPE, message)
                .tensor(names[0])
                .found(encoding)
                .expected("a type whose blocks can be turned into numbers, as Q4_K")
                .help("convert the model to another type, as with `llama-quantize` of llama.cpp")
        });
        problems.collect()
    }
}
