//! The computation of a body: every value typed, every shape proven.

mod arithmetic;
mod branch;
mod function;
mod index;
mod last_use;
mod origin;
mod output;
mod part;
mod rearrange;
mod rule;
mod shape;
mod signature;
mod value;

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::Checker;
use super::scope::Scope;
use super::statics::{Evaluator, Facts, Names};
use crate::diagnostic::{Code, Diagnostic, codes};
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{CheckedForward, ValueType};
use crate::spec::{Expr, Forward};

pub(super) use shape::{shape_text, type_text};
pub(super) use signature::{bindable, bound_names, input_default};

/// Types the computation of one body.
pub(super) struct ForwardChecker<'c, 'a> {
    checker: &'c mut Checker<'a>,
    scope: &'c Scope<'a>,
    /// The body's static names and the names bound by the call.
    names: Names,
    facts: Facts,
    /// Inputs and lets; a local whose mistake is already reported has no type.
    locals: IndexMap<String, Option<ValueType>>,
    /// Where the locals are declared.
    places: HashMap<String, Place>,
    /// Parts that the computation uses.
    used: HashSet<String>,
    /// Inputs whose declaration is reported as wrong.
    distrusted: &'c HashSet<String>,
}

/// A checked computation and the parts that it uses.
pub(super) struct Computation {
    pub(super) forward: Option<CheckedForward>,
    pub(super) used: HashSet<String>,
}

impl<'a> Checker<'a> {
    /// `distrusted` holds inputs whose declaration is reported as wrong.
    pub(super) fn check_forward(
        &mut self,
        forward: &Forward,
        scope: &Scope<'a>,
        distrusted: &HashSet<String>,
    ) -> Computation {
        let mut checker = ForwardChecker {
            names: scope.names.clone(),
            facts: scope.facts.clone(),
            checker: self,
            scope,
            locals: IndexMap::new(),
            places: HashMap::new(),
            used: HashSet::new(),
            distrusted,
        };
        let checked = checker.forward(forward);
        Computation {
            forward: checked,
            used: checker.used,
        }
    }
}

impl<'a> ForwardChecker<'_, 'a> {
    fn forward(&mut self, forward: &Forward) -> Option<CheckedForward> {
        let known = self.reported();
        let (bound, inputs) = self.declare_signature(&forward.signature);
        let mut statements = self.statements(&forward.statements);
        let results = self.results(&forward.signature, &forward.result, &mut statements);
        let outputs = self.outputs(&forward.signature);
        self.keep_cause(known);
        let mut checked = CheckedForward {
            inputs: inputs?,
            bound,
            outputs: outputs?,
            statements: statements?,
            results: results?,
        };
        for index in last_use::mark(&mut checked) {
            // A statement that takes the result apart is not written.
            if let Some(statement) = forward.statements.get(index) {
                self.unread(statement);
            }
        }
        Some(checked)
    }

    fn error(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        self.checker.report.error(code, place, message)
    }

    fn evaluator(&mut self) -> Evaluator<'_> {
        self.checker.evaluator(&self.names, &mut self.facts)
    }

    fn dimension(&mut self, expr: &Expr) -> Option<Dimension> {
        self.evaluator().dimension(expr)
    }

    /// A number that does not fit is reported like any other mistake.
    fn fits(&mut self, dimension: Option<Dimension>, place: Place) -> Option<Dimension> {
        if dimension.is_none() {
            self.error(codes::TOO_LARGE, place, "this size does not fit in 64 bits");
        }
        dimension
    }
}
