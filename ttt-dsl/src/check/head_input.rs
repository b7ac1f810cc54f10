//! What a head is fed: outputs and inputs of its model, and what the caller gives.

use std::collections::HashSet;

use super::Checker;
use super::forward::{bindable, type_text};
use super::head::Base;
use super::scope::Scope;
use super::statics::{Evaluator, Names, Typed};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::program::{HeadInput, ValueType};
use crate::spec::{DimItem, Input, Kind, Output, Signature, TensorType};

impl<'a> Checker<'a> {
    /// Where each input comes from: the caller where it is `given`, else an output of the base of the same name, else an
    /// input of it. An input that comes from nowhere or has another type is `distrusted`.
    pub(super) fn head_inputs(
        &mut self,
        head: &Signature,
        below: Base,
        scope: &mut Scope<'a>,
        distrusted: &mut HashSet<String>,
    ) -> Option<Vec<HeadInput>> {
        let known = self.report.diagnostics.len();
        let asked: Vec<&Input> = head
            .inputs
            .iter()
            .filter(|input| !input.given && input.ty.is_whole())
            .collect();
        let mut sizes = Names::default();
        for input in &asked {
            if let Some(ty) = base_type(below.signature, input.name.as_str()) {
                self.bind_sizes(input, ty, scope, &mut sizes);
            }
        }
        // What the caller gives binds sizes of its own.
        for dim in head
            .inputs
            .iter()
            .filter(|input| input.given)
            .flat_map(|input| &input.ty.dims)
        {
            if let Some(name) = bindable(dim, &scope.names)
                && !sizes.contains(name)
            {
                sizes.insert(name, Typed::symbol(name, &Kind::Dim));
            }
        }
        let mut sources = Vec::new();
        for input in &asked {
            // An input that does not fit binds sizes that keep others from fitting.
            if self.report.diagnostics.len() > known {
                break;
            }
            let source = self.head_input(input, below, scope, &sizes);
            if source.is_none() {
                distrusted.insert(input.name.text.clone());
            }
            sources.push(source);
        }
        if self.report.diagnostics.len() > known {
            distrusted.extend(head.inputs.iter().map(|input| input.name.text.clone()));
            return None;
        }
        let sources: Vec<HeadInput> = sources.into_iter().collect::<Option<_>>()?;
        let mut sources = sources.into_iter();
        let inputs = head.inputs.iter().map(|input| match input.given {
            true => self
                .given_input(input, below.signature)
                .then_some(HeadInput::Given),
            false => sources.next(),
        });
        inputs.collect()
    }

    /// Whether the caller can give this input: no input of the model has its name.
    fn given_input(&mut self, input: &Input, base: &Signature) -> bool {
        let same = base
            .inputs
            .iter()
            .find(|base| base.name.as_str() == input.name.as_str());
        if let Some(base) = same {
            self.report
                .error(
                    codes::GIVEN,
                    input.name.place,
                    format!("`{}` is an input of the model already", input.name),
                )
                .related(base.name.place, "declared here")
                .help("take the `given` out, and the head gets the model's");
        }
        same.is_none()
    }

    fn head_input(
        &mut self,
        input: &Input,
        below: Base,
        scope: &mut Scope<'a>,
        sizes: &Names,
    ) -> Option<HeadInput> {
        let base = below.signature;
        let name = input.name.as_str();
        let output_name = |index: usize| {
            base.outputs[index]
                .name
                .as_ref()
                .map_or("output", |name| name.as_str())
        };
        let output = (0..base.outputs.len()).find(|index| output_name(*index) == name);
        if let Some(index) = output {
            let output = &base.outputs[index];
            if let Some(condition) = &output.condition {
                let formula = self.silently(&scope.names, &mut scope.facts, |evaluator| {
                    evaluator.condition(condition)
                });
                let known = scope.facts.are_complete();
                if let Some(formula) = formula.filter(|formula| known && !scope.facts.proves(formula)) {
                    self.report
                        .error(
                            codes::CONDITIONAL,
                            input.name.place,
                            format!("`{name}` exists only if `{formula}`"),
                        )
                        .help(format!("say `require {formula};` in the head"));
                    return None;
                }
            }
            return self
                .same_base_type(input, &output.ty, below, scope, sizes)
                .then_some(HeadInput::Output(index));
        }
        if let Some(index) = base.inputs.iter().position(|base| base.name.as_str() == name) {
            let ty = &base.inputs[index].ty;
            return self
                .same_base_type(input, ty, below, scope, sizes)
                .then_some(HeadInput::Input(index));
        }
        let outputs = (0..base.outputs.len()).map(output_name);
        let candidates: Vec<&str> = outputs
            .chain(base.inputs.iter().map(|input| input.name.as_str()))
            .collect();
        if !input.name.is_missing() && scope.names.is_news(name) {
            // The head's body may use the name that was meant.
            for meant in &candidates {
                scope.names.is_news(meant);
            }
            self.report
                .error(
                    codes::HEAD_INPUT,
                    input.name.place,
                    format!("the model has no output or input named `{name}`"),
                )
                .suggest_closest(name, candidates.iter().copied())
                .help(format!(
                    "it has {}; what the caller gives to the head alone is `given`",
                    candidates.join(", ")
                ));
        }
        None
    }

    /// Whether a head's input has the type of what feeds it; the names that the head binds stand for the base's sizes.
    fn same_base_type(
        &mut self,
        input: &Input,
        base: &TensorType,
        below: Base,
        scope: &mut Scope<'a>,
        sizes: &Names,
    ) -> bool {
        let Some(found) = self.base_shape(base, scope) else {
            return false;
        };
        let mut names = scope.names.clone();
        sizes
            .all()
            .for_each(|name| names.insert(name, sizes.value(name).cloned()));
        // What is not known in it, the head's own check reports.
        let expected: Option<Vec<Dimension>> = self.shape_over(&input.ty, &names, scope);
        let Some(expected) = expected else { return false };
        let same = input.ty.element == base.element
            && expected.len() == found.len()
            && expected.iter().zip(&found).all(|(a, b)| scope.facts.equal(a, b));
        if !same && !below.faulty {
            let found = type_text(&ValueType::Tensor {
                element: base.element,
                shape: found,
            });
            let expected = type_text(&ValueType::Tensor {
                element: input.ty.element,
                shape: expected,
            });
            let message = format!("the model gives `{}` as {found}, not as {expected}", input.name);
            let folds = input.ty.dims.len() == base.dims.len() + 1;
            let diagnostic = self.report.error(codes::HEAD_INPUT, input.ty.place, message);
            diagnostic.related(base.place, "declared here");
            if let (true, Some(name)) = (
                folds,
                input.ty.dims.get(1).and_then(|dim| bindable(dim, &scope.names)),
            ) {
                diagnostic.help(format!(
                    "say `fold {name};` in the head where the model's inputs carry a dimension `{name}` more"
                ));
            }
        }
        same
    }

    /// The names that a head binds stand for the base's sizes.
    fn bind_sizes(&mut self, input: &Input, base: &TensorType, scope: &mut Scope<'a>, sizes: &mut Names) {
        let found = self.base_shape(base, scope).unwrap_or_default();
        for (dim, size) in input.ty.dims.iter().zip(found) {
            if let Some(name) = bindable(dim, &scope.names)
                && !sizes.contains(name)
            {
                sizes.insert(name, Some(Typed::whole(Kind::Dim, size)));
            }
        }
    }

    fn base_shape(&mut self, ty: &TensorType, scope: &mut Scope<'a>) -> Option<Vec<Dimension>> {
        let mut names = scope.names.clone();
        for dim in &ty.dims {
            if let Some(name) = bindable(dim, &scope.names) {
                names.insert(name, Typed::symbol(name, &Kind::Dim));
            }
        }
        self.shape_over(ty, &names, scope)
    }

    fn shape_over(
        &mut self,
        ty: &TensorType,
        names: &Names,
        scope: &mut Scope<'a>,
    ) -> Option<Vec<Dimension>> {
        let sizes = ty.dims.iter().map(|dim| match dim {
            DimItem::Rest => None,
            DimItem::Dim(expr) => self.silently(names, &mut scope.facts, |evaluator: &mut Evaluator| {
                evaluator.dimension(expr)
            }),
        });
        sizes.collect()
    }
}

/// The type of the output or input of a model that has this name.
fn base_type<'s>(base: &'s Signature, name: &str) -> Option<&'s TensorType> {
    let output_name = |output: &'s Output| output.name.as_ref().map_or("output", |name| name.as_str());
    let output = base.outputs.iter().find(|output| output_name(output) == name);
    let input = base.inputs.iter().find(|input| input.name.as_str() == name);
    output.map(|output| &output.ty).or(input.map(|input| &input.ty))
}
