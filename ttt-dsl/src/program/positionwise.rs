//! Heads that treat every position of a sequence alike.

use super::{Branch, Callee, CheckedHead, HeadInput, Program, Value, ValueKind};
use crate::spec::{DimItem, TensorType};
use crate::standard;

impl CheckedHead {
    /// Whether each position of the head's outputs depends on that position of the base's outputs alone: it is made of
    /// standard leaves that take any leading dimensions, pointwise functions and arithmetic. Such a head may be given a
    /// few positions of a sequence instead of all.
    pub fn is_positionwise(&self, program: &Program) -> bool {
        let Some(forward) = &self.body.forward else {
            return false;
        };
        let from_base = self
            .inputs
            .iter()
            .all(|input| matches!(input, HeadInput::Output(_)));
        let sequences = forward.inputs.iter().all(|input| input.rank() == 3);
        let mut values = forward
            .statements
            .iter()
            .map(|statement| &statement.value)
            .chain(&forward.results);
        from_base && sequences && values.all(|value| self.value_is(value, program))
    }

    fn value_is(&self, value: &Value, program: &Program) -> bool {
        match &value.kind {
            ValueKind::Local { .. } | ValueKind::Static(_) | ValueKind::Weight { .. } => true,
            ValueKind::Part { part, args } => {
                self.part_is(part, program) && args.iter().flatten().all(|arg| self.value_is(arg, program))
            }
            ValueKind::Function { name, inputs, .. } => {
                function_is(name) && inputs.iter().all(|input| self.value_is(input, program))
            }
            ValueKind::Binary { lhs, rhs, .. } => self.value_is(lhs, program) && self.value_is(rhs, program),
            ValueKind::Negate(value) => self.value_is(value, program),
            ValueKind::If { then, otherwise, .. } => {
                self.branch_is(then, program)
                    && otherwise
                        .as_ref()
                        .is_none_or(|branch| self.branch_is(branch, program))
            }
            ValueKind::Tuple(values) => values.iter().all(|value| self.value_is(value, program)),
            ValueKind::Slice { .. } | ValueKind::Rearrange { .. } => false,
        }
    }

    fn branch_is(&self, branch: &Branch, program: &Program) -> bool {
        let mut values = branch.statements.iter().map(|statement| &statement.value);
        values.all(|value| self.value_is(value, program)) && self.value_is(&branch.result, program)
    }

    fn part_is(&self, part: &str, program: &Program) -> bool {
        let part = self.body.parts.iter().find(|declared| declared.name == part);
        let Some(Callee::Leaf(name)) = part.map(|part| &part.callee) else {
            return false;
        };
        let standard = standard::library()
            .leaves
            .iter()
            .any(|leaf| leaf.name.as_str() == name);
        let signature = program.leaf(name).and_then(|leaf| leaf.signature.as_ref());
        standard
            && signature.is_some_and(|signature| signature.inputs.iter().all(|input| any_leading(&input.ty)))
    }
}

/// Whether a function is pointwise: of tensors `[..]` to a tensor `[..]`.
fn function_is(name: &str) -> bool {
    let functions = &standard::library().functions;
    let function = functions.iter().find(|function| function.name.as_str() == name);
    function.is_some_and(|function| {
        let whole = |ty: &TensorType| ty.dims.len() == 1 && any_leading(ty);
        function.rule.is_none()
            && function.output.as_ref().is_some_and(whole)
            && function.inputs.iter().all(|input| whole(&input.ty))
    })
}

fn any_leading(ty: &TensorType) -> bool {
    matches!(ty.dims.first(), Some(DimItem::Rest))
}
