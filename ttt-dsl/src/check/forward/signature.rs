//! Signatures: the body's own, and those of what it calls.

use super::ForwardChecker;
use super::shape::{difference, element_name, shape_text};
use crate::check::statics::{Names, Typed};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{CheckedInput, Value, ValueKind, ValueType};
use crate::spec::{DimItem, ElementType, Expr, ExprKind, Input, Kind, Signature, TensorType, UnaryOp};

/// What a call has bound so far.
pub(super) struct Binding {
    /// The callee's static names and the names bound by this call.
    pub(super) names: Names,
    /// What `..` stands for.
    rest: Option<Vec<Dimension>>,
}

/// The names that a signature's inputs bind, in order of first appearance.
pub(in crate::check) fn bound_names<'s>(inputs: &'s [Input], names: &Names) -> Vec<&'s str> {
    let mut bound = Vec::new();
    for dim in inputs.iter().flat_map(|input| &input.ty.dims) {
        if let Some(name) = bindable(dim, names)
            && !bound.contains(&name)
        {
            bound.push(name);
        }
    }
    bound
}

/// The name that a dimension binds when it is met in a call.
pub(in crate::check) fn bindable<'s>(dim: &'s DimItem, names: &Names) -> Option<&'s str> {
    match dim {
        DimItem::Dim(Expr {
            kind: ExprKind::Name(name),
            ..
        }) if name.as_str().starts_with(char::is_uppercase) && !names.contains(name.as_str()) => {
            Some(name.as_str())
        }
        _ => None,
    }
}

/// The number an input is filled with when the caller leaves it out.
pub(in crate::check) fn input_default(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Int(number) => Some(*number as f64),
        ExprKind::Float(number) => Some(*number),
        ExprKind::Bool(truth) => Some(f64::from(u8::from(*truth))),
        ExprKind::Unary {
            op: UnaryOp::Negate,
            operand,
        } => input_default(operand).map(|number| -number),
        _ => None,
    }
}

impl ForwardChecker<'_, '_> {
    /// Declares what the inputs bind and the inputs themselves.
    pub(super) fn declare_signature(
        &mut self,
        signature: &Signature,
    ) -> (Vec<String>, Option<Vec<CheckedInput>>) {
        // `..` stands where names that are bound were meant.
        let mut inputs = signature.inputs.iter();
        if !signature.is_whole() || inputs.any(|input| input.ty.dims.contains(&DimItem::Rest)) {
            self.names.may_lack_names();
        }
        let bound: Vec<String> = bound_names(&signature.inputs, &self.names)
            .into_iter()
            .map(str::to_owned)
            .collect();
        for name in &bound {
            self.names.insert(name, Typed::symbol(name, &Kind::Dim));
        }
        let inputs: Vec<Option<CheckedInput>> = signature
            .inputs
            .iter()
            .map(|input| self.declare_input(input))
            .collect();
        (bound, inputs.into_iter().collect())
    }

    fn declare_input(&mut self, input: &Input) -> Option<CheckedInput> {
        let known = !self.distrusted.contains(input.name.as_str());
        let ty = self.own_type(&input.ty).filter(|_| known);
        self.locals.insert(input.name.text.clone(), ty.clone());
        self.places.insert(input.name.text.clone(), input.ty.place);
        let default = match &input.default {
            None => None,
            Some(expr) => Some(self.literal(expr)?),
        };
        ty.map(|_| CheckedInput {
            name: input.name.text.clone(),
            ty: input.ty.clone(),
            default,
        })
    }

    fn literal(&mut self, expr: &Expr) -> Option<f64> {
        let number = input_default(expr);
        if number.is_none() {
            self.error(
                codes::INPUT_DEFAULT,
                expr.place,
                "the default of an input is a number",
            )
            .help("the input is filled with it when the caller leaves it out");
        }
        number
    }

    /// A type in the body's own signature or on one of its lets: no `..`.
    pub(super) fn own_type(&mut self, ty: &TensorType) -> Option<ValueType> {
        if ty.dims.contains(&DimItem::Rest) {
            self.error(
                codes::REST_IN_BODY,
                ty.place,
                "`..` has no fixed number of dimensions",
            )
            .help(
                "only leaves and functions take any leading dimensions; name them here, as in `[B, T, dim]`",
            );
            return None;
        }
        let sizes: Vec<Option<Dimension>> = ty.dims.iter().map(|dim| self.own_size(dim)).collect();
        Some(ValueType::Tensor {
            element: ty.element,
            shape: sizes.into_iter().collect::<Option<_>>()?,
        })
    }

    fn own_size(&mut self, dim: &DimItem) -> Option<Dimension> {
        let DimItem::Dim(expr) = dim else { return None };
        if let Some(name) = bindable(dim, &self.names) {
            if !self.names.is_news(name) {
                return None;
            }
            self.error(
                codes::UNBOUND,
                expr.place,
                format!("no input says how large `{name}` is"),
            )
            .help("a name bound per call stands alone as a dimension of an input");
            return None;
        }
        self.dimension(expr)
    }

    /// Matches values with the inputs of a callee whose static names are `names`.
    pub(super) fn match_inputs(
        &mut self,
        callee: &str,
        inputs: &[Input],
        names: Names,
        values: &[Option<&Value>],
    ) -> Option<Binding> {
        let before = self.reported();
        let binding = self.bind_inputs(callee, inputs, names, values);
        let given: Vec<&Value> = values.iter().copied().flatten().collect();
        // Arguments in each other's place are one mistake.
        self.checker.report.diagnostics.truncate(before + 1);
        self.explain(before, &given);
        binding
    }

    fn bind_inputs(
        &mut self,
        callee: &str,
        inputs: &[Input],
        names: Names,
        values: &[Option<&Value>],
    ) -> Option<Binding> {
        let mut binding = Binding { names, rest: None };
        let mut fits = true;
        let mut pairs = Vec::new();
        for (input, value) in inputs.iter().zip(values) {
            let Some(value) = value else { continue };
            let known = self.reported();
            match self.tensor_of(callee, input, value) {
                Some(shape) => pairs.push((input, shape, *value)),
                None => fits &= self.distrust(value, known),
            }
        }
        for (input, shape, value) in &pairs {
            let known = self.reported();
            let bound = self.bind(callee, input, shape, value.place, &mut binding);
            fits &= bound || self.distrust(value, known);
        }
        if !fits {
            return None;
        }
        let mut said = Vec::new();
        for (input, shape, value) in &pairs {
            let known = self.reported();
            let same = self.compare(callee, input, shape, value.place, &binding, &mut said);
            fits &= same || self.distrust(value, known);
        }
        fits.then_some(binding)
    }

    /// How much is reported so far.
    pub(super) fn reported(&self) -> usize {
        self.checker.report.diagnostics.len()
    }

    /// A local of which it is reported, beyond what was `known`, that it does not fit has no type afterwards: it may be
    /// declared wrongly, and then fits nowhere. Where nothing is reported the fault is the callee's. Gives `false`.
    pub(super) fn distrust(&mut self, value: &Value, known: usize) -> bool {
        if let (ValueKind::Local { name, .. }, true) = (&value.kind, self.reported() > known) {
            self.locals.insert(name.clone(), None);
        }
        false
    }

    /// The shape of an argument that holds what the input takes.
    fn tensor_of(&mut self, callee: &str, input: &Input, value: &Value) -> Option<Vec<Dimension>> {
        let (found, shape) = self.tensor(value)?;
        if found == input.ty.element {
            return Some(shape);
        }
        let message = format!(
            "`{callee}` takes {} as `{}`, found {}",
            element_name(input.ty.element),
            input.name,
            element_name(found)
        );
        let help = match (input.ty.element, found) {
            (ElementType::Float, ElementType::Int) => "an embedding turns whole numbers into vectors",
            (ElementType::Int, ElementType::Float) => {
                "an `Int[…]` input takes the place of a float one in the signature"
            }
            _ => "the element type stands before the brackets, as in `Int[B, T]`",
        };
        self.error(codes::ELEMENT, value.place, message)
            .help(help)
            .related(input.ty.place, "declared here");
        None
    }

    /// Gives names and `..` the sizes they stand for.
    fn bind(
        &mut self,
        callee: &str,
        input: &Input,
        shape: &[Dimension],
        place: Place,
        binding: &mut Binding,
    ) -> bool {
        let pattern = &input.ty.dims;
        let leading = pattern.iter().take_while(|dim| **dim == DimItem::Rest).count();
        let fixed = pattern.len() - leading;
        if shape.len() < fixed || (leading == 0 && shape.len() > fixed) {
            let message = format!(
                "`{callee}` takes {} as `{}`, found {}",
                pattern_text(&input.ty, binding, self),
                input.name,
                shape_text(shape)
            );
            let help = match leading {
                0 => format!("{fixed} dimensions are expected, {} found", shape.len()),
                _ => format!("at least {fixed} dimensions are expected, {} found", shape.len()),
            };
            self.error(codes::RANK, place, message)
                .help(help)
                .related(input.ty.place, "declared here");
            return false;
        }
        let (head, tail) = shape.split_at(shape.len() - fixed);
        if leading > 0 && binding.rest.is_none() {
            binding.rest = Some(head.to_vec());
        }
        for (dim, size) in pattern[leading..].iter().zip(tail) {
            if let Some(name) = bindable(dim, &binding.names) {
                binding
                    .names
                    .insert(name, Some(Typed::whole(Kind::Dim, size.clone())));
            }
        }
        true
    }

    /// Whether an argument has the shape that the binding gives its input.
    fn compare(
        &mut self,
        callee: &str,
        input: &Input,
        shape: &[Dimension],
        place: Place,
        binding: &Binding,
        said: &mut Vec<String>,
    ) -> bool {
        let Some(expected) = self.callee_shape(&input.ty, binding) else {
            return false;
        };
        if super::shape::same_shape(&self.facts, &expected, shape) {
            return true;
        }
        let message = format!(
            "`{callee}` takes {} as `{}`, found {}",
            shape_text(&expected),
            input.name,
            shape_text(shape)
        );
        // What keeps one argument from fitting often keeps its neighbours too.
        let help = difference(&self.facts, &expected, shape);
        if !said.contains(&help) {
            self.error(codes::SHAPE, place, message)
                .help(help.clone())
                .related(input.ty.place, "declared here");
            said.push(help);
        }
        false
    }

    /// A callee's tensor type with the names of a call filled in. Mistakes in it are the callee's own.
    pub(super) fn callee_shape(&mut self, ty: &TensorType, binding: &Binding) -> Option<Vec<Dimension>> {
        let mut shape = Vec::new();
        for dim in &ty.dims {
            match dim {
                DimItem::Rest => shape.extend(binding.rest.clone()?),
                DimItem::Dim(expr) => {
                    let size = self
                        .checker
                        .silently(&binding.names, &mut self.facts, |evaluator| {
                            evaluator.dimension(expr)
                        });
                    shape.push(size?);
                }
            }
        }
        Some(shape)
    }
}

/// A pattern as far as a call has filled it in.
fn pattern_text(ty: &TensorType, binding: &Binding, checker: &mut ForwardChecker) -> String {
    let sizes: Vec<String> = ty
        .dims
        .iter()
        .map(|dim| match dim {
            DimItem::Rest => "..".to_owned(),
            DimItem::Dim(expr) => match bindable(dim, &binding.names) {
                Some(name) => name.to_owned(),
                None => checker
                    .checker
                    .silently(&binding.names, &mut checker.facts, |evaluator| {
                        evaluator.dimension(expr)
                    })
                    .map_or_else(|| "?".to_owned(), |size| size.to_string()),
            },
        })
        .collect();
    format!("[{}]", sizes.join(", "))
}
