//! Parts in a computation: called, or used as the tensor that they are.

use super::ForwardChecker;
use super::signature::Binding;
use crate::check::arguments::{Slot, match_arguments};
use crate::check::scope::{Condition, PartScope};
use crate::check::specialise::Declaration;
use crate::check::substitute::substitute;
use crate::diagnostic::{Report, codes};
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{Value, ValueKind, ValueType};
use crate::spec::{Arg, ElementType, Input, LeafWeight, Name, Output, Signature};

impl ForwardChecker<'_, '_> {
    pub(super) fn call(&mut self, callee: &Name, args: &[Arg], place: Place) -> Option<Value> {
        let scope = self.scope;
        match scope.part(callee.as_str()) {
            Some(part) => {
                self.used.insert(callee.text.clone());
                match part {
                    Some(part) => self.call_part(callee, part, args, place),
                    None => {
                        args.iter().for_each(|arg| drop(self.value(&arg.value)));
                        None
                    }
                }
            }
            None => self.call_function(callee, args, place),
        }
    }

    fn call_part(&mut self, name: &Name, part: &PartScope, args: &[Arg], place: Place) -> Option<Value> {
        self.require_present(name, part.condition.as_ref());
        let Some(signature) = part.callee.signature().filter(|signature| signature.is_whole()) else {
            args.iter().for_each(|arg| drop(self.value(&arg.value)));
            return match part.callee.is_incomplete() {
                true => None,
                false => self.not_callable(name, part),
            };
        };
        // Its mistake may be in its signature.
        let doubtful = part.doubtful || self.checker.is_faulty(&part.callee);
        let values = self.part_arguments(name, signature, args, doubtful)?;
        let given: Vec<Option<&Value>> = values.iter().map(Option::as_ref).collect();
        let known = self.reported();
        let types = self.part_types(name, part, signature, &given);
        if doubtful {
            self.checker.report.diagnostics.truncate(known);
        }
        for diagnostic in &mut self.checker.report.diagnostics[known..] {
            diagnostic.related(part.place, format!("`{name}` is declared here"));
            self.checker.suspected.insert(name.text.clone());
        }
        let mut types = types.filter(|_| !self.checker.misshapen.contains(part.callee.name()))?;
        let ty = match types.len() {
            1 => types.remove(0),
            _ => ValueType::Tuple(types),
        };
        Some(Value {
            kind: ValueKind::Part {
                part: name.text.clone(),
                args: values,
            },
            ty,
            place,
        })
    }

    /// The types of what a part gives for these arguments.
    fn part_types(
        &mut self,
        name: &Name,
        part: &PartScope,
        signature: &Signature,
        given: &[Option<&Value>],
    ) -> Option<Vec<ValueType>> {
        let binding = self.match_inputs(name.as_str(), &signature.inputs, part.names.clone(), given)?;
        let types = self.output_types(part, signature, &binding)?;
        if part.repeated {
            self.check_fold(name, given.first().copied().flatten(), &types)?;
        }
        Some(types)
    }

    /// One value per input; nothing where the callee's default applies.
    fn part_arguments(
        &mut self,
        name: &Name,
        signature: &Signature,
        args: &[Arg],
        doubtful: bool,
    ) -> Option<Vec<Option<Value>>> {
        let slots: Vec<Slot> = signature
            .inputs
            .iter()
            .map(|input| Slot {
                name: input.name.as_str(),
                has_default: input.default.is_some(),
            })
            .collect();
        let mut ignored = Report::default();
        let report = match doubtful || has_twins(signature) {
            true => &mut ignored,
            false => &mut self.checker.report,
        };
        let matched = match_arguments(name, &slots, args, report);
        let mut complete = matched.complete;
        // In order of writing, which is the order of evaluation and of the diagnostics.
        let mut values: Vec<Option<Value>> = vec![None; slots.len()];
        for arg in args {
            let value = self.value(&arg.value);
            complete &= value.is_some();
            let slot = matched
                .given
                .iter()
                .position(|given| given.is_some_and(|given| std::ptr::eq(given, arg)));
            if let Some(slot) = slot {
                values[slot] = value;
            }
        }
        complete.then_some(values)
    }

    fn output_types(
        &mut self,
        part: &PartScope,
        signature: &Signature,
        binding: &Binding,
    ) -> Option<Vec<ValueType>> {
        signature
            .outputs
            .iter()
            .map(|output| self.output_type(part, output, binding))
            .collect()
    }

    fn output_type(&mut self, part: &PartScope, output: &Output, binding: &Binding) -> Option<ValueType> {
        let ty = ValueType::Tensor {
            element: output.ty.element,
            shape: self.callee_shape(&output.ty, binding)?,
        };
        Some(match &output.condition {
            None => ty,
            Some(condition) => ValueType::Optional {
                condition: Box::new(substitute(condition, &part.args.iter().cloned().collect())),
                inner: Box::new(ty),
            },
        })
    }

    /// Every copy of a repeated part takes what the one before it gave.
    fn check_fold(&mut self, name: &Name, first: Option<&Value>, outputs: &[ValueType]) -> Option<()> {
        let message = match (first, outputs) {
            (Some(first), [output]) if super::shape::same_type(&self.facts, &first.ty, output) => {
                return Some(());
            }
            (Some(first), [output]) => format!(
                "every `{name}` takes {} and gives {}, so it cannot take what the one before it gave",
                super::type_text(&first.ty),
                super::type_text(output)
            ),
            _ => format!("`{name}` is repeated, so it must pass one value from copy to copy"),
        };
        if !self.checker.miscounted.insert(name.text.clone()) {
            return None;
        }
        let known = self.reported();
        self.error(codes::FOLD, name.place, message)
            .help("a repeated part passes its first input through every copy in order");
        first.iter().for_each(|first| self.explain(known, &[first]));
        None
    }

    fn not_callable(&mut self, name: &Name, part: &PartScope) -> Option<Value> {
        if self.checker.suspected.contains(name.as_str()) {
            return None;
        }
        if let Declaration::Block(_) = part.callee {
            // That it has no `forward` is reported where it is declared.
            return None;
        }
        let callee = part.callee.name();
        let (message, help) = match part.callee.weights() {
            [] => (format!("`{callee}` has no `forward`"), String::new()),
            _ => (
                format!("`{callee}` is a tensor, not a computation"),
                format!("use it by its name alone: `{name}`"),
            ),
        };
        self.error(codes::NOT_CALLABLE, name.place, message)
            .help(help)
            .related(part.place, "declared here");
        None
    }

    /// A part that is a tensor, used by its name alone.
    pub(super) fn part_as_value(&mut self, name: &Name, place: Place) -> Option<Value> {
        self.used.insert(name.text.clone());
        let part = self.scope.part(name.as_str())??;
        match (part.callee.signature(), part.callee.weights()) {
            (None, [weight]) => self.read_weight(name, part, weight, place),
            (None, _) => self.not_callable(name, part),
            (Some(_), _) => {
                let message = format!("`{name}` is a part and is called with arguments");
                self.error(codes::PART_AS_VALUE, place, message)
                    .help(format!("write `{name}(…)`"))
                    .related(part.place, "declared here");
                None
            }
        }
    }

    /// `wte.weight`
    pub(super) fn weight(&mut self, name: &Name, tensor: &Name, place: Place) -> Option<Value> {
        self.used.insert(name.text.clone());
        let scope = self.scope;
        let Some(part) = scope.part(name.as_str()) else {
            if !name.is_missing() && self.names.is_news(name.as_str()) {
                self.error(
                    codes::UNKNOWN_VALUE,
                    name.place,
                    format!("no part is named `{name}`"),
                )
                .suggest_or_list(
                    name.as_str(),
                    "parts here",
                    scope.parts.keys().map(String::as_str),
                );
            }
            return None;
        };
        let part = part?;
        let weights = part.callee.weights();
        let found = weights
            .iter()
            .find(|weight| weight.name.as_str() == tensor.as_str());
        let Some(weight) = found else {
            let callee = part.callee.name();
            self.error(
                codes::UNKNOWN_TENSOR,
                tensor.place,
                format!("`{callee}` has no tensor `{tensor}`"),
            )
            .suggest_or_list(
                tensor.as_str(),
                "tensors",
                weights.iter().map(|weight| weight.name.as_str()),
            );
            return None;
        };
        self.read_weight(name, part, weight, place)
    }

    fn read_weight(
        &mut self,
        name: &Name,
        part: &PartScope,
        weight: &LeafWeight,
        place: Place,
    ) -> Option<Value> {
        self.require_present(name, part.condition.as_ref());
        if part.repeated {
            let message = format!("`{name}` is repeated, so it has many `{}`s", weight.name);
            if self.checker.miscounted.insert(name.text.clone()) {
                self.error(codes::PART_AS_VALUE, place, message)
                    .related(part.place, "declared here");
            }
            return None;
        }
        if let Some(condition) = &weight.condition {
            let formula = self.checker.silently(&part.names, &mut self.facts, |evaluator| {
                evaluator.condition(condition)
            });
            self.require_present(
                &weight.name.clone(),
                Some(&Condition {
                    expr: condition.clone(),
                    formula,
                }),
            );
        }
        let shape = self.weight_shape(part, weight)?;
        Some(Value {
            kind: ValueKind::Weight {
                part: name.text.clone(),
                tensor: weight.name.text.clone(),
            },
            ty: ValueType::Tensor {
                element: ElementType::Float,
                shape,
            },
            place,
        })
    }

    fn weight_shape(&mut self, part: &PartScope, weight: &LeafWeight) -> Option<Vec<Dimension>> {
        self.checker.weight_shape(&part.names, &mut self.facts, weight)
    }

    /// What exists under a condition is used only where the condition is known to hold.
    fn require_present(&mut self, name: &Name, condition: Option<&Condition>) {
        let Some(Condition {
            expr,
            formula: Some(formula),
        }) = condition
        else {
            return;
        };
        if self.facts.proves(formula) || !self.facts.are_complete() {
            return;
        }
        let text = formula.to_string();
        let message = format!("`{name}` exists only if `{text}`");
        self.error(codes::CONDITIONAL, name.place, message)
            .help(format!("use it inside `if {text} {{ … }}`"))
            .related(expr.place, "the condition");
    }
}

/// Whether two inputs have one name, which is reported.
fn has_twins(signature: &Signature) -> bool {
    let inputs = &signature.inputs;
    let twin = |(index, input): (usize, &Input)| inputs[..index].iter().any(|other| other.name == input.name);
    inputs.iter().enumerate().any(twin)
}
