//! The first steps of saving, the same for every format: the model's tables, its tensors by the format's names.

use std::sync::Arc;

use ttt_dsl::instance::Instance;
use ttt_dsl::program::Program;
use ttt_dsl::spec::{HeadChoice, Name, WeightsTable};

use super::ModelEntry;
use crate::config::ConfigReader;
use crate::error::{Error, Problem, codes};
use crate::source::TensorSource;
use crate::weights::Export;

/// A model in the words of a format.
pub(crate) struct Translated<'a> {
    /// What writes the configuration.
    pub reader: ConfigReader<'a>,
    /// The table that the tensors are named by.
    pub weights_table: &'a WeightsTable,
    /// The head that the model has.
    pub head: HeadChoice,
    /// The tensors.
    pub export: Export,
}

impl<'a> Translated<'a> {
    /// Finds the model's tables for a format. `tensors` are named by the model's paths.
    pub fn new(
        format: &str,
        program: &'a Arc<Program>,
        instance: &Instance,
        tensors: Arc<dyn TensorSource>,
    ) -> Result<Translated<'a>, Error> {
        let model = program.model(&instance.model).ok_or_else(|| {
            Problem::new(
                codes::UNKNOWN_MODEL,
                format!("no model is called `{}`", instance.model),
            )
            .help("save it with the program that it was made of")
        })?;
        let entry = ModelEntry { program, model };
        let (config_table, weights_table) = entry.tables(format)?;
        let head = match &instance.head {
            Some((name, _)) => HeadChoice::Head(Name::new(name)),
            None => HeadChoice::Base,
        };
        Ok(Translated {
            reader: ConfigReader {
                program,
                model,
                table: config_table,
            },
            weights_table,
            head,
            export: Export::new(program, instance, weights_table, tensors)?,
        })
    }
}
