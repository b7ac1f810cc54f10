//! Params that explain why a checkpoint does not fit: another number of one of them, and it does.

use ttt_dsl::instance::{Scalar, Values, preset_values, resolve_params};
use ttt_dsl::place::Place;
use ttt_dsl::spec::{Checkpoint, Name, Preset, WeightsTable};

use super::header::HeaderSource;
use crate::error::{Error, Problem, codes};
use crate::registry::{Found, ModelEntry};
use crate::safetensors::solve;
use crate::source::TensorSource;
use crate::weights::LoadPlan;

/// A checkpoint with the numbers that the schema says it has.
pub(super) struct Attempt<'a, 'f> {
    pub entry: ModelEntry<'a>,
    pub checkpoint: &'a Checkpoint,
    pub found: &'f Found<'a>,
    pub table: &'f WeightsTable,
    pub source: &'f HeaderSource,
}

/// A param of which the schema and the checkpoint say different things.
struct Disagreement {
    param: String,
    /// The schema's number, and who says it.
    said: (Scalar, String),
    /// The checkpoint's number, and what tells it.
    told: (Scalar, String),
}

impl Attempt<'_, '_> {
    /// Plans how the checkpoint fills the model.
    pub fn plan(&self) -> Result<LoadPlan, Error> {
        self.plan_with(self.found)
    }

    fn plan_with(&self, found: &Found<'_>) -> Result<LoadPlan, Error> {
        let instance = found.instance(Some((self.table, self.source)))?;
        LoadPlan::new(&found.load_request(&instance, self.table), self.source)
    }

    fn problems_with(&self, found: &Found<'_>) -> Vec<Problem> {
        self.plan_with(found)
            .err()
            .map(|error| error.problems)
            .unwrap_or_default()
    }

    /// What is wrong, told by the params where other numbers explain it.
    pub fn explain(&self, error: Error) -> Error {
        /// More than any model has, and too many to try again and again.
        const MANY: usize = 200_000;
        if self.source.tensors().len() > MANY {
            return error;
        }
        let Some((mut disagreements, mut corrected)) = self.disagreements() else {
            return error;
        };
        let mut rest = self.problems_with(&corrected);
        let is_better = rest.len() < error.problems.len() || rest.is_empty();
        if !is_better || rest.iter().any(|problem| problem.code == codes::INVALID_PARAMS) {
            return error;
        }
        // What makes no difference is not what is wrong.
        disagreements.retain(|one| {
            let mut without = corrected.clone();
            match self.found.values.get(&one.param) {
                Some(said) => without.values.insert(one.param.clone(), said.clone()),
                None => without.values.shift_remove(&one.param),
            };
            let problems = self.problems_with(&without);
            let is_needed = problems.len() > rest.len();
            if !is_needed {
                (corrected, rest) = (without, problems);
            }
            is_needed
        });
        if disagreements.is_empty() {
            return error;
        }
        // Shapes that are products of several params do not tell them, and differ too where several params do.
        if disagreements.len() > 1 {
            rest.retain(|problem| problem.code != codes::TENSOR_SHAPE);
        }
        let mut problems = vec![self.problem(&disagreements)];
        problems.extend(rest);
        Error { problems }
    }

    /// The params of which the shapes tell other numbers, and the model with those.
    fn disagreements(&self) -> Option<(Vec<Disagreement>, Found<'_>)> {
        let ModelEntry { program, model } = self.entry;
        let said = resolve_params(program, model, &self.found.values).ok()?;
        let head = &self.found.head;
        let solution = solve(self.entry, self.table, head, &Values::new(), &said, self.source).ok()?;
        let mut corrected = self.found.clone();
        let mut disagreements = Vec::new();
        for param in &model.body.params {
            let name = param.name.as_str();
            let Some((told, origin)) = solution.values.get(name).zip(solution.origins.get(name)) else {
                continue;
            };
            // What follows from a corrected param is right already.
            let now = resolve_params(program, model, &corrected.values).ok()?;
            if now.get(name) == Some(told) {
                continue;
            }
            corrected.values.insert(name.to_string(), told.clone());
            disagreements.push(Disagreement {
                param: name.to_string(),
                said: (said.get(name)?.clone(), self.origin(name)),
                told: (told.clone(), origin.clone()),
            });
        }
        (!disagreements.is_empty()).then_some((disagreements, corrected))
    }

    /// The problem of a configuration that says other numbers than the preset of the line.
    pub fn other_preset(&self, preset: &Name) -> Result<Option<Problem>, Error> {
        let ModelEntry { program, model } = self.entry;
        let values = preset_values(program, model, preset.as_str());
        let said = values.and_then(|values| resolve_params(program, model, &values));
        let said = said.map_err(|error| Problem::new(codes::SETTING, error.to_string()).help(error.help))?;
        let disagreements: Vec<Disagreement> = self
            .found
            .origins
            .iter()
            .filter_map(|(param, key)| {
                let (said, told) = said.get(param).zip(self.found.values.get(param))?;
                (said != told).then(|| Disagreement {
                    param: param.clone(),
                    said: (said.clone(), format!("preset `{preset}`")),
                    told: (told.clone(), key.clone()),
                })
            })
            .collect();
        Ok((!disagreements.is_empty()).then(|| self.problem(&disagreements)))
    }

    fn problem(&self, disagreements: &[Disagreement]) -> Problem {
        let list = |side: fn(&Disagreement) -> &(Scalar, String)| {
            let texts = disagreements.iter().map(|one| {
                let (value, origin) = side(one);
                format!("{} = {value} ({origin})", one.param)
            });
            texts.collect::<Vec<_>>().join(", ")
        };
        let names: Vec<String> = disagreements
            .iter()
            .map(|one| format!("`{}`", one.param))
            .collect();
        let message = match names.split_last() {
            Some((last, [])) => format!("{last} is another number in the checkpoint"),
            Some((last, others)) => format!(
                "{} and {last} are other numbers in the checkpoint",
                others.join(", ")
            ),
            None => String::new(),
        };
        let problem = Problem::new(codes::PARAM_DISAGREES, message)
            .found(list(|one| &one.told))
            .expected(list(|one| &one.said));
        match (self.fitting_preset(), &self.checkpoint.preset) {
            (Some(fitting), Some(preset)) => problem.line(preset.place).suggest(fitting.as_str()),
            (Some(fitting), None) => problem.help(format!(
                "preset `{fitting}` has these numbers: say `preset {fitting}`"
            )),
            (None, _) => problem
                .line(self.guilty(disagreements))
                .help("correct the number, or name the checkpoint that has it"),
        }
    }

    /// The preset with which the checkpoint fits.
    fn fitting_preset(&self) -> Option<&Name> {
        let ModelEntry { program, model } = self.entry;
        if self.checkpoint.preset.is_none() && !self.found.origins.is_empty() {
            return None;
        }
        let fits = |preset: &&Preset| {
            preset_values(program, model, preset.name.as_str()).is_ok_and(|values| {
                let found = Found {
                    values,
                    ..self.found.clone()
                };
                self.plan_with(&found).is_ok()
            })
        };
        model.presets.iter().find(fits).map(|preset| &preset.name)
    }

    /// Where a number stands that is not the checkpoint's: the preset's, or else the name of the preset.
    fn guilty(&self, disagreements: &[Disagreement]) -> Place {
        let Some(chosen) = &self.checkpoint.preset else {
            return Place::NOWHERE;
        };
        let presets = &self.entry.model.presets;
        let preset = presets
            .iter()
            .find(|preset| preset.name.as_str() == chosen.as_str());
        let mut values = preset.into_iter().flat_map(|preset| &preset.values);
        match disagreements {
            [one] => {
                let value = values.find(|(name, _)| name.as_str() == one.param);
                value.map_or(chosen.place, |(_, value)| value.place)
            }
            _ => chosen.place,
        }
    }

    fn origin(&self, param: &str) -> String {
        let default = || "the model's default".to_string();
        self.found.origins.get(param).cloned().unwrap_or_else(default)
    }
}
