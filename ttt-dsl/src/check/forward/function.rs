//! Calls of standard functions.

use super::ForwardChecker;
use super::rule::{self, RuleCall};
use crate::check::arguments::{Slot, match_arguments};
use crate::check::statics::{Names, Typed};
use crate::diagnostic::codes;
use crate::place::Place;
use crate::program::{Value, ValueKind, ValueType};
use crate::spec::{Arg, Expr, ExprKind, Function, Name, Param};

/// The static arguments of a call.
struct Statics {
    names: Names,
    exprs: Vec<(String, Expr)>,
}

impl ForwardChecker<'_, '_> {
    pub(super) fn call_function(&mut self, callee: &Name, args: &[Arg], place: Place) -> Option<Value> {
        if callee.is_missing() {
            args.iter().for_each(|arg| drop(self.value(&arg.value)));
            return None;
        }
        if callee.as_str() == "rearrange" {
            return self.rearrange(callee, args, place);
        }
        match self.checker.library.function(callee.as_str()) {
            Some(function) if rule::takes_list(function) => {
                self.call_with_list(function, callee, args, place)
            }
            Some(function) => self.call_with_tensors(function, callee, args, place),
            None => {
                self.unknown_callee(callee);
                // Texts and lists are what the function that was meant may take.
                let tensors = args
                    .iter()
                    .filter(|arg| !matches!(arg.value.kind, ExprKind::Text(_) | ExprKind::List(_)));
                tensors.for_each(|arg| drop(self.value(&arg.value)));
                None
            }
        }
    }

    fn unknown_callee(&mut self, callee: &Name) {
        if !self.names.is_news(callee.as_str()) {
            return;
        }
        let library = self.checker.library;
        let message = if self.locals.contains_key(callee.as_str()) {
            format!("`{callee}` is a tensor and is not called")
        } else if library.leaf(callee.as_str()).is_some() || library.block(callee.as_str()).is_some() {
            format!("`{callee}` is not a part of this body")
        } else {
            format!("no part or function is named `{callee}`")
        };
        let help = match library.callee_names().any(|name| name == callee.as_str()) {
            true => format!("declare a part, as in `part: {callee}(…);`, and call the part"),
            false => String::new(),
        };
        let scope = self.scope;
        let parts = scope.parts.keys().map(String::as_str);
        let candidates = parts.chain(library.function_names()).chain(["rearrange"]);
        let diagnostic = self.error(codes::UNKNOWN_FUNCTION, callee.place, message);
        match help.is_empty() {
            true => diagnostic.suggest_or_list(callee.as_str(), "parts and functions", candidates),
            false => diagnostic.help(help),
        };
    }

    fn call_with_tensors(
        &mut self,
        function: &Function,
        callee: &Name,
        args: &[Arg],
        place: Place,
    ) -> Option<Value> {
        let inputs = function.inputs.iter().map(|input| Slot {
            name: input.name.as_str(),
            has_default: input.default.is_some(),
        });
        let slots: Vec<Slot> = inputs.chain(Slot::of_params(&function.params)).collect();
        let matched = match_arguments(callee, &slots, args, &mut self.checker.report);
        let (tensors, statics) = matched.given.split_at(function.inputs.len());
        let values: Vec<Option<Value>> = tensors
            .iter()
            .flatten()
            .map(|arg| self.value(&arg.value))
            .collect();
        if matched.shifted {
            return None;
        }
        let statics = self.statics(&function.params, statics);
        let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        if !matched.complete {
            return None;
        }
        let given: Vec<Option<&Value>> = values.iter().map(Some).collect();
        let binding = self.match_inputs(callee.as_str(), &function.inputs, statics.names.clone(), &given)?;
        let known = self.reported();
        for require in &function.requires {
            let names = &binding.names;
            self.checker
                .prove_require(callee, require, names, &mut self.facts);
        }
        let tensors: Vec<&Value> = values.iter().collect();
        self.explain(known, &tensors);
        let ty = match (&function.output, &function.rule) {
            (Some(output), None) => ValueType::Tensor {
                element: output.element,
                shape: self.callee_shape(output, &binding)?,
            },
            (_, Some(rule)) => {
                let types = values
                    .iter()
                    .map(|value| self.tensor(value))
                    .collect::<Option<Vec<_>>>()?;
                let call = RuleCall {
                    callee,
                    tensors: &types,
                    statics: &statics.names,
                };
                let ty = self.apply_rule(rule, &call);
                self.explain(known, &tensors);
                ty?
            }
            (None, None) => return None,
        };
        Some(Value {
            kind: ValueKind::Function {
                name: function.name.text.clone(),
                context: function.context,
                inputs: values,
                statics: statics.exprs,
            },
            ty,
            place,
        })
    }

    fn call_with_list(
        &mut self,
        function: &Function,
        callee: &Name,
        args: &[Arg],
        place: Place,
    ) -> Option<Value> {
        let list = Slot {
            name: "parts",
            has_default: false,
        };
        let slots: Vec<Slot> = std::iter::once(list)
            .chain(Slot::of_params(&function.params))
            .collect();
        let matched = match_arguments(callee, &slots, args, &mut self.checker.report);
        let (list, statics) = matched.given.split_at(1);
        let items = match list.first().copied().flatten().map(|arg| &arg.value) {
            Some(Expr {
                kind: ExprKind::List(items),
                ..
            }) => items.as_slice(),
            Some(other) => {
                let message = format!("`{callee}` takes a list of tensors");
                self.error(codes::NOT_A_VALUE, other.place, message)
                    .help(format!("write `{callee}([a, b], …)`"));
                return None;
            }
            None => return None,
        };
        let values: Vec<Option<Value>> = items.iter().map(|item| self.value(item)).collect();
        let statics = self.statics(&function.params, statics);
        let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        let types = values
            .iter()
            .map(|value| self.tensor(value))
            .collect::<Option<Vec<_>>>()?;
        let call = RuleCall {
            callee,
            tensors: &types,
            statics: &statics.names,
        };
        let known = self.reported();
        let ty = self.apply_rule(function.rule.as_ref()?, &call);
        let tensors: Vec<&Value> = values.iter().collect();
        self.explain(known, &tensors);
        let ty = ty?;
        Some(Value {
            kind: ValueKind::Function {
                name: function.name.text.clone(),
                context: function.context,
                inputs: values,
                statics: statics.exprs,
            },
            ty,
            place,
        })
    }

    /// A value for each static param: the argument's, else the default's.
    fn statics(&mut self, params: &[Param], given: &[Option<&Arg>]) -> Statics {
        let mut statics = Statics {
            names: Names::default(),
            exprs: Vec::new(),
        };
        for (param, arg) in params.iter().zip(given) {
            let expr = arg.map(|arg| &arg.value).or(param.default.as_ref());
            let value: Option<Typed> = expr.and_then(|expr| match arg {
                Some(_) => self.evaluator().value(expr, &param.kind),
                None => {
                    let names = &statics.names;
                    self.checker.silently(names, &mut self.facts, |evaluator| {
                        evaluator.value(expr, &param.kind)
                    })
                }
            });
            statics.names.insert(param.name.as_str(), value);
            statics
                .exprs
                .extend(expr.map(|expr| (param.name.text.clone(), expr.clone())));
        }
        statics
    }
}
