//! The models that are known.

use std::sync::Arc;

use ttt_dsl::program::{CheckedModel, Program};

use crate::error::{Error, Problem, codes};
use crate::name::nearest_help;

/// The programs whose models can be opened.
#[derive(Clone, Debug, Default)]
pub struct ModelRegistry {
    programs: Vec<Arc<Program>>,
}

/// A model and the program that it is of.
#[derive(Clone, Copy, Debug)]
pub struct ModelEntry<'a> {
    /// The program.
    pub program: &'a Arc<Program>,
    /// The model.
    pub model: &'a CheckedModel,
}

impl ModelRegistry {
    /// A registry without models.
    pub fn new() -> ModelRegistry {
        ModelRegistry::default()
    }

    /// Adds a program's models. A later program wins over an earlier one with models of the same names or types.
    pub fn register(&mut self, program: Arc<Program>) {
        self.programs.push(program);
    }

    /// Every model, those registered last first.
    pub fn models(&self) -> impl Iterator<Item = ModelEntry<'_>> + Clone {
        self.programs.iter().rev().flat_map(|program| {
            let models = program.models.iter();
            models.map(move |model| ModelEntry { program, model })
        })
    }

    /// The model of this name.
    pub fn named(&self, name: &str) -> Result<ModelEntry<'_>, Error> {
        self.models()
            .find(|entry| entry.model.body.name == name)
            .ok_or_else(|| {
                let names = self.models().map(|entry| entry.model.body.name.as_str());
                Problem::new(codes::UNKNOWN_MODEL, format!("no model is called `{name}`"))
                    .help(nearest_help(name, names, "models"))
                    .into()
            })
    }

    /// The model whose config table for `format` answers to this `model_type`.
    pub fn of_type(&self, format: &str, model_type: &str) -> Option<ModelEntry<'_>> {
        self.models().find(|entry| {
            let table = entry.model.config(format);
            table.is_some_and(|table| table.model_types.iter().any(|known| known == model_type))
        })
    }

    /// Every `model_type` that a config table for `format` answers to.
    pub fn types(&self, format: &str) -> Vec<&str> {
        let tables = self.models().filter_map(|entry| entry.model.config(format));
        let mut types: Vec<&str> = tables
            .flat_map(|table| table.model_types.iter().map(String::as_str))
            .collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}
