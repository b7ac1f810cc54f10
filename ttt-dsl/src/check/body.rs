//! The static side of a body: params, lets, requires, parts.

use super::Checker;
use super::scope::{Condition, PartScope, Scope};
use super::specialise::Declaration;
use super::statics::{Formula, Sign, Typed};
use super::walk::static_names;
use crate::diagnostic::codes;
use crate::program::{CheckedLet, CheckedPart};
use crate::spec::{Body, Expr, Kind, Let, Param, Part, Require};

/// What the static side of a body is worth.
#[derive(Debug, Default)]
pub(super) struct StaticBody {
    pub(super) lets: Vec<CheckedLet>,
    pub(super) parts: Vec<CheckedPart>,
}

impl<'a> Checker<'a> {
    /// Params: kinds, defaults, and a symbol for each.
    pub(super) fn declare_params(&mut self, params: &[Param], scope: &mut Scope<'a>) {
        for param in params {
            if param.name.is_missing() {
                scope.names.may_lack_names();
            }
            let known = self.kind_exists(param);
            scope.names.stands_at(&param.name);
            if let (Some(default), true) = (&param.default, known) {
                let value = self
                    .evaluator(&scope.names, &mut scope.facts)
                    .value(default, &param.kind);
                if value.is_none() {
                    scope.names.distrust(param.name.as_str());
                }
            }
            if param.kind == Kind::Int {
                scope.facts.declare(param.name.as_str(), Sign::Unknown);
            }
            let value = known
                .then(|| Typed::symbol(param.name.as_str(), &param.kind))
                .flatten();
            scope.names.insert(param.name.as_str(), value);
        }
    }

    fn kind_exists(&mut self, param: &Param) -> bool {
        let name = match &param.kind {
            Kind::Enum(name) if name.is_missing() => {
                self.damaged = true;
                return false;
            }
            Kind::Enum(name) => name,
            Kind::Block => {
                self.report
                    .error(
                        codes::BLOCK_ARGUMENT,
                        param.name.place,
                        format!("`{}` is of kind `Block`, which only blocks take", param.name),
                    )
                    .help("name the block where the part is declared");
                return false;
            }
            _ => return true,
        };
        let known = self.library.enumeration(name.as_str()).is_some();
        if !known && self.library.is_news(name.as_str()) {
            let kinds = ["Dim", "Int", "Float", "Bool", "Block"];
            self.report
                .error(
                    codes::UNKNOWN_KIND,
                    name.place,
                    format!("no kind or enum is named `{name}`"),
                )
                .suggest_closest(name.as_str(), kinds.into_iter().chain(self.library.enum_names()))
                .help("the kinds are `Dim`, `Int`, `Float`, `Bool`, `Block` and the enums");
        }
        known
    }

    /// Lets, requires and parts, in an order in which each may use what it names.
    pub(super) fn check_static_body(&mut self, body: &Body, scope: &mut Scope<'a>) -> StaticBody {
        let lets = self.check_lets(&body.lets, &body.requires, scope);
        let mut parts = Vec::new();
        for part in &body.parts {
            let checked = self.check_part(part, scope);
            let (part_scope, checked) = checked.unzip();
            scope.parts.insert(part.name.text.clone(), part_scope);
            parts.extend(checked);
        }
        self.damaged |= !scope.facts.are_complete();
        StaticBody { lets, parts }
    }

    /// A `require` may license a `let` and may be about one, so each is taken as soon as its names are known.
    pub(super) fn check_lets(
        &mut self,
        lets: &[Let],
        requires: &[Require],
        scope: &mut Scope<'a>,
    ) -> Vec<CheckedLet> {
        let later: Vec<&str> = lets.iter().map(|binding| binding.name.as_str()).collect();
        let mut waiting: Vec<&Require> = requires.iter().collect();
        let mut checked = Vec::new();
        for binding in lets {
            waiting.retain(|require| {
                let names = static_names(&require.condition);
                let ready = names
                    .iter()
                    .all(|name| scope.names.contains(name) || !later.contains(name));
                if ready {
                    self.assume_require(require, scope);
                }
                !ready
            });
            let value = self
                .evaluator(&scope.names, &mut scope.facts)
                .any(&binding.value, None);
            if let Some(value) = &value {
                checked.push(CheckedLet {
                    name: binding.name.text.clone(),
                    kind: value.kind.clone(),
                    value: binding.value.clone(),
                });
            }
            scope.names.insert(binding.name.as_str(), value);
        }
        waiting
            .into_iter()
            .for_each(|require| self.assume_require(require, scope));
        checked
    }

    fn assume_require(&mut self, require: &Require, scope: &mut Scope<'a>) {
        let formula = self
            .evaluator(&scope.names, &mut scope.facts)
            .condition(&require.condition);
        match formula {
            Some(Formula::Known(false)) => {
                self.report.error(
                    codes::REQUIRE_FALSE,
                    require.condition.place,
                    "this condition never holds",
                );
            }
            Some(formula) => scope.facts.assume(&formula),
            None => scope.facts.may_lack_conditions(),
        }
    }

    pub(super) fn check_condition(
        &mut self,
        condition: Option<&Expr>,
        scope: &mut Scope<'a>,
    ) -> Option<Condition> {
        let expr = condition?;
        let formula = self.evaluator(&scope.names, &mut scope.facts).condition(expr);
        Some(Condition {
            expr: expr.clone(),
            formula,
        })
    }

    fn check_part(&mut self, part: &Part, scope: &mut Scope<'a>) -> Option<(PartScope<'a>, CheckedPart)> {
        let condition = self.check_condition(part.condition.as_ref(), scope);
        if let Some(count) = &part.count {
            self.evaluator(&scope.names, &mut scope.facts).dimension(count);
        }
        let (mut names, mut facts) = (scope.names.clone(), scope.facts.clone());
        if let Some(formula) = condition
            .as_ref()
            .and_then(|condition| condition.formula.as_ref())
        {
            facts.assume(formula);
        }
        if let Some(index) = &part.index {
            facts.declare(index.as_str(), Sign::NonNegative);
            names.insert(index.as_str(), Typed::symbol(index.as_str(), &Kind::Int));
        }
        // A param that could not be read, or is of a kind that is not there, may have been meant for a block.
        let callee = part.call.callee.as_str();
        let declared = self.library.leaf(callee).is_some() || self.library.block(callee).is_some();
        if !declared && (matches!(scope.names.get(callee), Some(None)) || !scope.names.is_news(callee)) {
            return None;
        }
        let resolved = self.resolve(&part.call)?;
        if let Declaration::Block(block) = &resolved.callee {
            self.check_block(block, &part.call.callee);
        }
        let known = self.report.diagnostics.len();
        let call = self.bind_call(&resolved, &names, &mut facts, &part.call.callee);
        let doubtful = self.report.diagnostics.len() > known;
        match (&part.condition, &part.index) {
            (None, None) => scope.facts = facts,
            _ => scope.facts.keep_rewrites_of(facts),
        }
        let checked = CheckedPart {
            doc: part.doc.clone(),
            name: part.name.text.clone(),
            callee: resolved.callee.as_callee(),
            args: call.args.clone(),
            count: part.count.clone(),
            index: part.index.as_ref().map(|index| index.text.clone()),
            condition: part.condition.clone(),
            place: part.name.place,
        };
        let part_scope = PartScope {
            place: part.name.place,
            callee: resolved.callee,
            names: call.names,
            args: call.args,
            repeated: part.count.is_some(),
            condition,
            doubtful,
        };
        Some((part_scope, checked))
    }
}
