//! Models: a body whose params all have defaults, with heads on top.

use super::Checker;
use super::forward::Computation;
use super::head::{Base, HeadCheck};
use super::scope::Scope;
use super::tensors::{Listed, PART_LIMIT};
use std::collections::HashSet;

use strsim::levenshtein;

use crate::diagnostic::codes;
use crate::program::{CheckedBlock, CheckedModel};
use crate::spec::{HeadChoice, Model, Param};

impl<'a> Checker<'a> {
    /// The model, with those of its heads that have no mistake.
    pub(super) fn check_model(&mut self, model: &Model) -> CheckedModel {
        let mut scope = Scope::new(model.body.incomplete);
        self.bodies.insert(model.name.text.clone(), scope.names.clone());
        let (statics, ties) = self.statically(|checker| {
            checker.declare_params(&model.params, &mut scope);
            checker.require_defaults(&model.params);
            let statics = checker.check_static_body(&model.body, &mut scope);
            checker.lost_head = lacks_head(model);
            checker.model = scope.names.clone();
            (statics, checker.check_ties(&model.body.ties, &mut scope, None))
        });
        let computation = self.dynamically(|checker| checker.check_model_forward(model, &scope));
        let base = model.body.forward.as_ref().map(|forward| Base {
            signature: &forward.signature,
            faulty: computation
                .as_ref()
                .is_some_and(|computation| computation.forward.is_none()),
        });
        let heads: Vec<_> = model
            .heads
            .iter()
            .map(|head| self.check_head(head, model, base, &scope))
            .collect();
        let params = self.statically(|checker| checker.all_params(model));
        if !model.body.incomplete && model.heads.iter().all(|head| !head.body.incomplete) {
            self.dynamically(|checker| {
                checker.check_presets(model, &params);
                checker.check_configs(model, &params);
                checker.check_all_weights(model, &scope, &heads);
                checker.check_checkpoints(model);
            });
        }
        CheckedModel {
            body: CheckedBlock {
                doc: model.doc.clone(),
                name: model.name.text.clone(),
                standard: false,
                params,
                lets: statics.lets,
                requires: model.body.requires.clone(),
                parts: statics.parts,
                ties,
                forward: computation.and_then(|computation| computation.forward),
            },
            heads: heads.into_iter().filter_map(|head| head.checked).collect(),
            presets: model.presets.clone(),
            configs: model.configs.clone(),
            weights: model.weights.clone(),
            transforms: model.transforms.clone(),
            checkpoints: model.checkpoints.clone(),
        }
    }

    fn check_model_forward(&mut self, model: &Model, scope: &Scope<'a>) -> Option<Computation> {
        let computation = model.body.forward.as_ref().map(|forward| {
            self.refuse_given(&forward.signature);
            self.check_forward(forward, scope, &HashSet::new())
        });
        if model.body.forward.is_none() && !model.body.incomplete {
            self.report
                .error(
                    codes::NO_FORWARD,
                    model.name.place,
                    format!("`{}` has no `forward`", model.name),
                )
                .help("a model says what it computes");
        }
        self.check_unused(&model.body, computation.as_ref(), &model.heads);
        computation
    }

    fn check_all_weights(&mut self, model: &Model, base: &Scope<'a>, heads: &[HeadCheck<'a>]) {
        if model.weights.is_empty() || self.endless {
            return;
        }
        let listed_heads: Vec<_> = model
            .heads
            .iter()
            .zip(heads)
            .map(|(head, check)| {
                let listed = Listed {
                    scope: &check.scope,
                    ties: &head.body.ties,
                    head: Some(head.name.place),
                };
                (head.name.text.clone(), listed)
            })
            .collect();
        let base = Listed {
            scope: base,
            ties: &model.body.ties,
            head: None,
        };
        self.listed = 0;
        let tensors = self.list_tensors(&base, &listed_heads);
        if self.listed > PART_LIMIT {
            let name = &model.name;
            let message = format!("`{name}` has more than {PART_LIMIT} parts");
            self.report
                .error(codes::TOO_DEEP, name.place, message)
                .help("blocks within blocks multiply; use fewer levels");
            // They are too many to be built with numbers as well.
            self.damaged = true;
            return;
        }
        let mut unfed = Vec::new();
        for table in &model.weights {
            unfed.push((table, self.check_weights(table, &tensors, &model.heads)));
            self.check_factors(table, model);
        }
        self.report_unfed(&unfed);
    }

    pub(super) fn require_defaults(&mut self, params: &[Param]) {
        for param in params
            .iter()
            .filter(|param| param.default.is_none() && !param.name.is_missing())
        {
            self.report
                .error(
                    codes::NO_DEFAULT,
                    param.name.place,
                    format!("param `{}` has no default", param.name),
                )
                .help("a model is built without arguments, so each of its params has a default");
        }
    }

    /// Whether a mistake in a param's kind or default is reported.
    fn is_doubtful(&self, param: &Param) -> bool {
        let distrusted = self.model.is_distrusted(param.name.as_str());
        let mut doubtful = distrusted || param.is_missing() || !self.is_kind(&param.kind);
        if let Some(default) = &param.default {
            default.visit_names(&mut |name| doubtful |= self.model.is_reported(name.as_str()));
        }
        doubtful
    }

    /// The model's params and then those of its heads, each name once.
    fn all_params(&mut self, model: &Model) -> Vec<Param> {
        let mut params = model.params.clone();
        for param in model.heads.iter().flat_map(|head| &head.params) {
            let declared = params
                .iter()
                .find(|declared| declared.name.as_str() == param.name.as_str());
            match declared {
                None => params.push(param.clone()),
                Some(declared) if declared.kind == param.kind && declared.default == param.default => {}
                Some(declared) if self.is_doubtful(declared) || self.is_doubtful(param) => {}
                Some(declared) => {
                    let message = format!("`{}` is declared otherwise before", param.name);
                    self.report
                        .error(codes::HEAD_PARAM, param.name.place, message)
                        .related(declared.name.place, "the other declaration")
                        .help("the params of a model and its heads share one name space; heads may only repeat a param as it is");
                }
            }
        }
        params
    }
}

/// Whether a config table names a head that is not there, whose params are not there either.
fn lacks_head(model: &Model) -> bool {
    let tables = model.configs.iter().flat_map(|table| &table.architectures);
    let mut heads = tables.filter_map(|(_, choice)| match choice {
        HeadChoice::Head(name) => Some(name),
        HeadChoice::Base => None,
    });
    let near = |name: &str| {
        model
            .heads
            .iter()
            .any(|head| levenshtein(head.name.as_str(), name) <= 2)
    };
    // A misspelt head is there, and so are its params.
    heads.any(|name| !near(name.as_str()))
}
