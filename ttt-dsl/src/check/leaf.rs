//! Leaves: a declared signature and declared tensors.

use super::Checker;
use super::forward::{bound_names, input_default};
use super::scope::Scope;
use super::statics::{Facts, Names, Typed};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::spec::{DimItem, Expr, Kind, Leaf, LeafWeight, Signature, TensorType};

impl<'a> Checker<'a> {
    pub(super) fn check_leaf(&mut self, leaf: &Leaf) {
        let mut scope = Scope::new(leaf.incomplete);
        self.declare_params(&leaf.params, &mut scope);
        self.bodies.insert(leaf.name.text.clone(), scope.names.clone());
        self.check_lets(&leaf.lets, &leaf.requires, &mut scope);
        for weight in &leaf.weights {
            self.check_condition(weight.condition.as_ref(), &mut scope);
            if weight.ty.dims.contains(&DimItem::Rest) {
                self.report.error(
                    codes::REST_IN_BODY,
                    weight.ty.place,
                    "a tensor has a fixed number of dimensions",
                );
            }
            self.check_sizes(&weight.ty, &mut scope);
        }
        if let Some(signature) = &leaf.signature {
            self.check_leaf_signature(signature, scope);
        }
    }

    fn check_leaf_signature(&mut self, signature: &Signature, mut scope: Scope<'a>) {
        let bound = bound_names(&signature.inputs, &scope.names);
        for name in bound {
            scope.names.insert(name, Typed::symbol(name, &Kind::Dim));
        }
        self.refuse_given(signature);
        for input in &signature.inputs {
            self.check_sizes(&input.ty, &mut scope);
            if let Some(default) = &input.default
                && input_default(default).is_none()
            {
                self.report.error(
                    codes::INPUT_DEFAULT,
                    default.place,
                    "the default of an input is a number",
                );
            }
        }
        for output in &signature.outputs {
            self.check_condition(output.condition.as_ref(), &mut scope);
            self.check_sizes(&output.ty, &mut scope);
        }
        if signature.is_whole() {
            self.check_rest(signature);
        }
    }

    fn check_sizes(&mut self, ty: &TensorType, scope: &mut Scope<'a>) {
        for dim in &ty.dims {
            if let DimItem::Dim(expr) = dim {
                self.size(expr, scope);
            }
        }
    }

    fn size(&mut self, expr: &Expr, scope: &mut Scope<'a>) {
        self.evaluator(&scope.names, &mut scope.facts).dimension(expr);
    }

    /// `..` stands first, and in an output only what an input gave it.
    fn check_rest(&mut self, signature: &Signature) {
        let inputs = signature.inputs.iter().map(|input| &input.ty);
        let given = inputs.clone().any(|ty| ty.dims.first() == Some(&DimItem::Rest));
        let outputs = signature.outputs.iter().map(|output| &output.ty);
        for ty in inputs.chain(outputs.clone()) {
            if ty.dims.iter().skip(1).any(|dim| *dim == DimItem::Rest) {
                self.report.error(
                    codes::REST_IN_BODY,
                    ty.place,
                    "`..` stands for leading dimensions, so it comes first",
                );
            }
        }
        for ty in outputs.filter(|ty| ty.dims.contains(&DimItem::Rest) && !given) {
            self.report
                .error(codes::UNBOUND, ty.place, "no input says what `..` stands for");
        }
    }

    /// The shape of a leaf's tensor over the caller's names. Mistakes in it are the leaf's own.
    pub(super) fn weight_shape(
        &self,
        names: &Names,
        facts: &mut Facts,
        weight: &LeafWeight,
    ) -> Option<Vec<Dimension>> {
        let sizes = weight.ty.dims.iter().map(|dim| match dim {
            DimItem::Rest => None,
            DimItem::Dim(expr) => self.silently(names, facts, |evaluator| evaluator.dimension(expr)),
        });
        sizes.collect()
    }
}
