//! Calls of blocks and leaves: arguments, defaults, and the conditions of the callee.

use std::collections::HashMap;

use super::Checker;
use super::arguments::{Slot, match_arguments};
use super::specialise::{Declaration, Resolved};
use super::statics::{Division, Evaluator, Facts, Names, Proof, Typed};
use super::substitute::substitute;
use super::walk::static_names;
use crate::diagnostic::{Report, codes};
use crate::spec::{Expr, Kind, Let, Name, Param, Require};

/// The callee's side of a call.
#[derive(Debug)]
pub(super) struct BoundCall {
    /// The callee's params and lets, over the caller's names.
    pub(super) names: Names,
    /// One expression over the caller's names per param.
    pub(super) args: Vec<(String, Expr)>,
    /// Whether every argument found its param.
    complete: bool,
}

impl<'a> Checker<'a> {
    /// Matches and evaluates the arguments of a part's call, and proves what the callee requires.
    pub(super) fn bind_call(
        &mut self,
        resolved: &Resolved<'a>,
        caller: &Names,
        facts: &mut Facts,
        called: &Name,
    ) -> BoundCall {
        let call = self.bind_arguments(resolved, caller, facts, called);
        let (lets, requires) = resolved.callee.conditions();
        let mut names = call.names.clone();
        for binding in lets {
            let value = self.silently(&names, facts, |evaluator| evaluator.any(&binding.value, None));
            names.insert(binding.name.as_str(), value);
        }
        // What a missing argument would have been decides conditions too.
        let provable = call.complete && !self.is_faulty(&resolved.callee);
        for require in requires.iter().filter(|_| provable) {
            self.prove_require(called, require, &names, facts);
        }
        BoundCall { names, ..call }
    }

    fn bind_arguments(
        &mut self,
        resolved: &Resolved<'a>,
        caller: &Names,
        facts: &mut Facts,
        called: &Name,
    ) -> BoundCall {
        let params = resolved.callee.params();
        let slots = Slot::of_params(params);
        let reported = self.reported_in(resolved.callee.name());
        let mut ignored = Report::default();
        // A param under a misspelt name is reported where the callee's body uses it.
        let mut named = resolved.args.iter().filter_map(|arg| arg.name.as_ref());
        // Where a param is lost or doubled in the callee, arguments are meant for others.
        let misdeclared = reported.has_lost(params) || has_twins(params);
        let misspelt = named.any(|name| reported.is_reported(name.as_str()));
        let report = match misspelt || misdeclared {
            true => &mut ignored,
            false => &mut self.report,
        };
        let matched = match_arguments(called, &slots, &resolved.args, report);
        let mut shifted = matched.shifted || (misdeclared && !matched.complete);
        let mut call = BoundCall {
            names: Names::default(),
            args: Vec::new(),
            complete: matched.complete,
        };
        let mut exprs: HashMap<String, Expr> = HashMap::new();
        for (param, given) in params.iter().zip(&matched.given) {
            let name = param.name.as_str();
            let (value, expr) = match given {
                Some(arg) if !self.is_kind(&param.kind) => (None, Some(arg.value.clone())),
                Some(arg) if shifted || misdeclared || reported.is_distrusted(name) => {
                    self.evaluator(caller, facts).any(&arg.value, Some(&param.kind));
                    (None, Some(arg.value.clone()))
                }
                Some(arg) => {
                    let known = self.report.diagnostics.len();
                    let value = self.evaluator(caller, facts).value(&arg.value, &param.kind);
                    // Arguments in each other's place are one mistake.
                    for diagnostic in &mut self.report.diagnostics[known..] {
                        diagnostic.related(param.name.place, format!("`{name}` is declared here"));
                        shifted |= diagnostic.code == codes::KIND;
                    }
                    (value, Some(arg.value.clone()))
                }
                None => self.default_of(param, &call.names, &exprs, facts),
            };
            call.names.insert(name, value);
            if let Some(expr) = expr {
                exprs.insert(name.to_owned(), expr.clone());
                call.args.push((name.to_owned(), expr));
            }
        }
        call
    }

    /// Whether a kind is there; that it is not is reported where a param declares it.
    pub(super) fn is_kind(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Enum(name) => self.library.enumeration(name.as_str()).is_some(),
            _ => true,
        }
    }

    /// A param's default, as a value and as an expression over the caller's names.
    fn default_of(
        &mut self,
        param: &Param,
        names: &Names,
        exprs: &HashMap<String, Expr>,
        facts: &mut Facts,
    ) -> (Option<Typed>, Option<Expr>) {
        let Some(default) = &param.default else {
            return (None, None);
        };
        let value = self.silently(names, facts, |evaluator| evaluator.value(default, &param.kind));
        (value, Some(substitute(default, exprs)))
    }

    /// Proves a condition of a callee over the caller's names.
    pub(super) fn prove_require(
        &mut self,
        callee: &Name,
        require: &Require,
        names: &Names,
        facts: &mut Facts,
    ) {
        let formula = self.silently(names, facts, |evaluator| evaluator.condition(&require.condition));
        let Some(formula) = formula else { return };
        let (code, message, help) = match facts.prove(&formula) {
            Proof::Proven => return,
            Proof::Unknown if formula.needs_numbers() || !facts.are_complete() => return,
            Proof::Refuted => (
                codes::REQUIRE_FALSE,
                format!(
                    "`{callee}` requires `{}`, which does not hold here",
                    require.condition
                ),
                format!("here {}", values_in(&require.condition, names)),
            ),
            Proof::Unknown => (
                codes::REQUIRE_UNPROVEN,
                format!("`{callee}` requires `{formula}`, which is not known to hold here"),
                format!("say `require {formula};`"),
            ),
        };
        let reason = require.message.clone().unwrap_or_default();
        let help = [help, reason]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>();
        self.report
            .error(code, callee.place, message)
            .help(help.join("\n"));
        // One missing `require` is one mistake, however many calls need it.
        if code == codes::REQUIRE_UNPROVEN {
            facts.assume(&formula);
        }
    }

    pub(super) fn evaluator<'b>(&'b mut self, names: &'b Names, facts: &'b mut Facts) -> Evaluator<'b> {
        Evaluator {
            names,
            library: self.library,
            facts,
            report: &mut self.report,
            division: Division::Licensed,
            quiet: false,
        }
    }

    /// Evaluates what the callee's own check reports about.
    pub(super) fn silently<T>(
        &self,
        names: &Names,
        facts: &mut Facts,
        evaluate: impl FnOnce(&mut Evaluator<'_>) -> T,
    ) -> T {
        evaluate(&mut Evaluator {
            names,
            library: self.library,
            facts,
            report: &mut Report::default(),
            division: Division::Licensed,
            quiet: true,
        })
    }
}

impl Declaration<'_> {
    fn conditions(&self) -> (&[Let], &[Require]) {
        match self {
            Declaration::Leaf(leaf) => (&leaf.lets, &leaf.requires),
            Declaration::Block(block) => (&block.body.lets, &block.body.requires),
        }
    }
}

/// Whether two params have one name, which is reported.
pub(super) fn has_twins(params: &[Param]) -> bool {
    let twin = |(index, param): (usize, &Param)| params[..index].iter().any(|other| other.name == param.name);
    params.iter().enumerate().any(twin)
}

/// `dim = 4*width, heads = 7`: what the names of a condition are worth.
fn values_in(condition: &Expr, names: &Names) -> String {
    let mut values: Vec<String> = Vec::new();
    for name in static_names(condition) {
        let text = names.value(name).map(|value| format!("{name} = {}", value.term));
        values.extend(text.filter(|text| !values.contains(text)));
    }
    values.join(", ")
}
