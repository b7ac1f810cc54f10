//! `if condition { … } else { … }` over tensors.

use super::ForwardChecker;
use super::shape::{same_type, type_text};
use crate::check::statics::Formula;
use crate::diagnostic::codes;
use crate::place::Place;
use crate::program::{Branch, Value, ValueKind, ValueType};
use crate::spec::{Expr, ExprKind};

impl ForwardChecker<'_, '_> {
    pub(super) fn branches(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: Option<&Expr>,
        place: Place,
    ) -> Option<Value> {
        let formula = self.evaluator().condition(condition);
        let opposite = formula.clone().and_then(Formula::negate);
        let then = self.branch(formula.as_ref(), then);
        let Some(otherwise) = otherwise else {
            formula?;
            let then = then.filter(|then| self.is_no_number(&then.result))?;
            return Some(optional(condition, then, place));
        };
        let otherwise_place = otherwise.place;
        let otherwise = self.branch(opposite.as_ref(), otherwise);
        formula?;
        let (then, otherwise) = (then?, otherwise?);
        if !same_type(&self.facts, &then.result.ty, &otherwise.result.ty) {
            let known = self.reported();
            let message = format!(
                "one branch is {}, the other {}",
                type_text(&then.result.ty),
                type_text(&otherwise.result.ty)
            );
            let help = self.type_difference(&then.result.ty, &otherwise.result.ty);
            self.error(codes::BRANCHES, otherwise_place, message).help(help);
            self.explain(known, &[&then.result, &otherwise.result]);
            return None;
        }
        if !self.is_no_number(&then.result) {
            return None;
        }
        Some(Value {
            ty: then.result.ty.clone(),
            kind: ValueKind::If {
                condition: condition.clone(),
                then: Box::new(then),
                otherwise: Some(Box::new(otherwise)),
            },
            place,
        })
    }

    /// One branch, in which its condition holds and whose lets end with it.
    fn branch(&mut self, condition: Option<&Formula>, body: &Expr) -> Option<Branch> {
        let outer_facts = self.facts.clone();
        let outer_locals = self.locals.clone();
        let outer_places = self.places.clone();
        match condition {
            Some(condition) => self.facts.assume(condition),
            None => self.facts.may_lack_conditions(),
        }
        let branch = match &body.kind {
            ExprKind::Block { statements, result } => {
                let statements = self.statements(statements);
                let result = self.value(result);
                statements.zip(result)
            }
            _ => self.value(body).map(|result| (Vec::new(), result)),
        };
        self.places = outer_places;
        let inner_locals = std::mem::replace(&mut self.locals, outer_locals);
        // What is reported to fit nowhere inside fits nowhere outside.
        for (name, ty) in &mut self.locals {
            if inner_locals.get(name).is_some_and(Option::is_none) {
                *ty = None;
            }
        }
        let inner_facts = std::mem::replace(&mut self.facts, outer_facts);
        self.facts.keep_rewrites_of(inner_facts);
        branch.map(|(statements, result)| Branch { statements, result })
    }
}

fn optional(condition: &Expr, then: Branch, place: Place) -> Value {
    Value {
        ty: ValueType::Optional {
            condition: Box::new(condition.clone()),
            inner: Box::new(then.result.ty.clone()),
        },
        kind: ValueKind::If {
            condition: condition.clone(),
            then: Box::new(then),
            otherwise: None,
        },
        place,
    }
}
