//! Presets, and the numbers that a model's defaults and presets make.

use std::collections::HashMap;

use super::Checker;
use super::statics::Facts;
use crate::diagnostic::codes;
use crate::instance::{Instance, InstanceError, Values, instantiate_heads, preset_values};
use crate::place::Place;
use crate::program::{CheckedModel, Program};
use crate::spec::{Model, Param, Preset};

impl Checker<'_> {
    /// Names and kinds of the values of every preset.
    pub(super) fn check_presets(&mut self, model: &Model, params: &[Param]) {
        for preset in &model.presets {
            let errors = self.report.errors();
            self.check_preset(preset, params);
            if self.report.errors() > errors {
                self.faulty_presets.insert(preset.name.place.index());
            }
        }
    }

    fn check_preset(&mut self, preset: &Preset, params: &[Param]) {
        let mut names = self.model.emptied();
        let mut facts = Facts::default();
        let mut seen: HashMap<&str, Place> = HashMap::new();
        for (name, expr) in preset.values.iter().filter(|(name, _)| !name.is_missing()) {
            let Some(param) = self.param_of(name, params) else {
                continue;
            };
            if let Some(first) = seen.insert(name.as_str(), name.place) {
                self.report
                    .error(codes::PRESET_TWICE, name.place, format!("`{name}` is set twice"))
                    .related(first, "set here first")
                    .help("keep one of them");
            }
            let value = match self.model.is_distrusted(param.name.as_str()) {
                true => None,
                false => {
                    let known = self.report.diagnostics.len();
                    let value = self.evaluator(&names, &mut facts).value(expr, &param.kind);
                    for diagnostic in &mut self.report.diagnostics[known..] {
                        diagnostic.related(param.name.place, format!("`{name}` is declared here"));
                    }
                    value
                }
            };
            names.insert(name.as_str(), value);
        }
        self.damaged |= !facts.are_complete();
    }

    /// Evaluates every model with its defaults and with each preset, and so every `require` of every part with numbers.
    pub(super) fn check_numbers(&mut self, program: &Program) {
        for model in &program.models {
            let defaults = self.check_defaults(program, model);
            let sound = |preset: &&Preset| !self.faulty_presets.contains(&preset.name.place.index());
            for preset in model.presets.iter().filter(sound).collect::<Vec<_>>() {
                let values = preset_values(program, model, preset.name.as_str());
                let error = values
                    .and_then(|values| first_error(program, model, &values))
                    .err();
                let new = |error: &InstanceError| {
                    defaults
                        .as_ref()
                        .is_none_or(|known| known.message != error.message || known.part != error.part)
                };
                if let Some(error) = error.filter(new) {
                    let diagnostic = self.report.error(
                        codes::PRESET,
                        preset.name.place,
                        format!("preset `{}`: {error}", preset.name),
                    );
                    diagnostic.related(error.place, "this condition");
                    for (name, value) in &preset.values {
                        if error.help.contains(&format!("{name} = ")) {
                            diagnostic.related(name.place, format!("{name} = {value}"));
                        }
                    }
                    diagnostic.help(error.help);
                }
            }
        }
    }

    fn check_defaults(&mut self, program: &Program, model: &CheckedModel) -> Option<InstanceError> {
        let error = first_error(program, model, &Values::new()).err()?;
        let declared = program
            .spec
            .models
            .iter()
            .find(|declared| declared.name.as_str() == model.body.name);
        let place = declared.map(|declared| declared.name.place).unwrap_or_default();
        self.report
            .error(
                codes::DEFAULTS,
                place,
                format!("the defaults of `{}`: {error}", model.body.name),
            )
            .related(error.place, "this condition")
            .help(error.help.clone());
        Some(error)
    }
}

/// Builds the model with each of its heads.
fn first_error(program: &Program, model: &CheckedModel, values: &Values) -> Result<(), InstanceError> {
    let instances = instantiate_heads(program, model, values)?;
    instances.iter().try_for_each(Instance::check_size)
}
