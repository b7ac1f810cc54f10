//! Types as diagnostics show them, and when two are the same.

use crate::check::statics::Facts;
use crate::dim::Dimension;
use crate::program::ValueType;
use crate::spec::{ElementType, Kind};

use crate::check::statics::kind_name;

/// `[B, T, dim]`
pub(in crate::check) fn shape_text(shape: &[Dimension]) -> String {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("[{}]", sizes.join(", "))
}

/// `Int[B, T]`
pub(in crate::check) fn type_text(ty: &ValueType) -> String {
    match ty {
        ValueType::Tensor { element, shape } => format!("{}{}", element_prefix(*element), shape_text(shape)),
        ValueType::Static(kind) => kind_name(kind),
        ValueType::Tuple(types) => {
            let types: Vec<String> = types.iter().map(type_text).collect();
            format!("({})", types.join(", "))
        }
        ValueType::Optional { inner, .. } => format!("an optional {}", type_text(inner)),
    }
}

pub(super) fn element_prefix(element: ElementType) -> &'static str {
    match element {
        ElementType::Float => "",
        ElementType::Int => "Int",
        ElementType::Bool => "Bool",
    }
}

pub(super) fn element_name(element: ElementType) -> &'static str {
    match element {
        ElementType::Float => "floats",
        ElementType::Int => "whole numbers",
        ElementType::Bool => "truth values",
    }
}

pub(super) fn same_shape(facts: &Facts, a: &[Dimension], b: &[Dimension]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| facts.equal(a, b))
}

pub(super) fn same_type(facts: &Facts, a: &ValueType, b: &ValueType) -> bool {
    match (a, b) {
        (
            ValueType::Tensor {
                element: a,
                shape: left,
            },
            ValueType::Tensor {
                element: b,
                shape: right,
            },
        ) => a == b && same_shape(facts, left, right),
        (ValueType::Tuple(a), ValueType::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_type(facts, a, b))
        }
        (
            ValueType::Optional {
                condition: a,
                inner: left,
            },
            ValueType::Optional {
                condition: b,
                inner: right,
            },
        ) => a == b && same_type(facts, left, right),
        (ValueType::Static(a), ValueType::Static(b)) => a == b || (is_number(a) && is_number(b)),
        _ => false,
    }
}

/// What keeps two shapes apart, for a help line.
pub(super) fn difference(facts: &Facts, expected: &[Dimension], found: &[Dimension]) -> String {
    if expected.len() != found.len() {
        return format!(
            "{} dimensions are expected, {} found",
            expected.len(),
            found.len()
        );
    }
    let pairs = expected.iter().zip(found).filter(|(a, b)| !facts.equal(a, b));
    let texts: Vec<String> = pairs
        .map(|(a, b)| {
            let (a, b) = (facts.normalise(a), facts.normalise(b));
            match a.as_constant().is_some() && b.as_constant().is_some() {
                true => format!("{b} is not {a}"),
                false => format!("`{b}` is not known to equal `{a}`"),
            }
        })
        .collect();
    texts.join("; ")
}

fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Dim | Kind::Int | Kind::Float)
}
