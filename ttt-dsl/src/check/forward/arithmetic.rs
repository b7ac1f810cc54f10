//! Arithmetic of tensors, which broadcasts.

use super::ForwardChecker;
use super::shape::{element_name, shape_text, type_text};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{Value, ValueKind, ValueType};
use crate::spec::{BinaryOp, ElementType, Expr, Kind};

impl ForwardChecker<'_, '_> {
    pub(super) fn binary(&mut self, op: BinaryOp, lhs: &Expr, rhs: &Expr, place: Place) -> Option<Value> {
        let left = self.value(lhs);
        let right = self.value(rhs);
        let (left, right) = (left?, right?);
        let known = self.reported();
        let ty = match (&left.ty, &right.ty) {
            (ValueType::Static(kind), _) => self.with_number(kind, &right, left.place),
            (_, ValueType::Static(kind)) => self.with_number(kind, &left, right.place),
            _ => self.with_tensor(&left, &right, place),
        };
        self.explain(known, &[&left, &right]);
        let ty = ty?;
        if let (BinaryOp::Divide, Some(ElementType::Int)) = (op, ty.element()) {
            self.error(codes::ELEMENT, place, "whole numbers are not divided")
                .help("the quotient need not be whole");
            return None;
        }
        Some(Value {
            kind: ValueKind::Binary {
                op,
                lhs: Box::new(left),
                rhs: Box::new(right),
            },
            ty,
            place,
        })
    }

    fn with_number(&mut self, kind: &Kind, tensor: &Value, number: Place) -> Option<ValueType> {
        let (element, shape) = self.tensor(tensor)?;
        let fits = match element {
            ElementType::Float => matches!(kind, Kind::Dim | Kind::Int | Kind::Float),
            ElementType::Int => matches!(kind, Kind::Dim | Kind::Int),
            ElementType::Bool => false,
        };
        if fits {
            return Some(ValueType::Tensor { element, shape });
        }
        let message = format!(
            "{} does not go with a tensor of {}",
            type_text(&ValueType::Static(kind.clone())),
            element_name(element)
        );
        self.error(codes::ELEMENT, number, message);
        None
    }

    fn with_tensor(&mut self, left: &Value, right: &Value, place: Place) -> Option<ValueType> {
        let a = self.tensor(left);
        let b = self.tensor(right);
        let ((a, left_shape), (b, right_shape)) = (a?, b?);
        if a != b || a == ElementType::Bool {
            let message = format!(
                "{} and {} have no common arithmetic",
                element_name(a),
                element_name(b)
            );
            self.error(codes::ELEMENT, place, message);
            return None;
        }
        let known = self.reported();
        let Some(shape) = self.broadcast(&left_shape, &right_shape, place) else {
            self.distrust(left, known);
            self.distrust(right, known);
            return None;
        };
        Some(ValueType::Tensor { element: a, shape })
    }

    /// Shapes aligned at the right; a missing dimension or a 1 stretches.
    fn broadcast(&mut self, a: &[Dimension], b: &[Dimension], place: Place) -> Option<Vec<Dimension>> {
        let one = Dimension::constant(1);
        let rank = a.len().max(b.len());
        let size = |shape: &[Dimension], axis: usize| {
            let missing = rank - shape.len();
            shape
                .get(axis.wrapping_sub(missing))
                .cloned()
                .unwrap_or_else(|| one.clone())
        };
        let mut shape = Vec::with_capacity(rank);
        for axis in 0..rank {
            let (left, right) = (size(a, axis), size(b, axis));
            if self.facts.equal(&left, &right) || right == one {
                shape.push(left);
            } else if left == one {
                shape.push(right);
            } else {
                let message = format!("{} and {} do not broadcast", shape_text(a), shape_text(b));
                let help = format!("`{left}` and `{right}` are not known to be equal, and neither is 1");
                self.error(codes::BROADCAST, place, message).help(help);
                return None;
            }
        }
        Some(shape)
    }
}
