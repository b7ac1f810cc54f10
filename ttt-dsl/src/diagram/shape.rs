//! Types as labels: symbolic, and with numbers.

use super::Port;
use super::width::{SMALL, width};
use crate::dim::Dimension;
use crate::instance::{Scalar, Values, evaluate_int, evaluate_size};
use crate::parse::parse_text;
use crate::program::ValueType;
use crate::spec::{DimItem, ElementType, Expr, TensorType};

/// The labels of a tensor; none for what is no tensor.
pub(super) fn port(name: &str, ty: &ValueType, values: &Values) -> Option<Port> {
    match ty {
        ValueType::Optional { inner, .. } => port(name, inner, values),
        ValueType::Static(_) | ValueType::Tuple(_) => None,
        ValueType::Tensor { element, shape } => {
            let symbolic = shape.iter().map(Dimension::to_string);
            let sizes = shape
                .iter()
                .map(|dimension| numbered(dimension, values).to_string());
            Some(labelled(name, *element, symbolic.collect(), sizes.collect()))
        }
    }
}

/// The labels of a declared type.
pub(super) fn declared_port(name: &str, ty: &TensorType, values: &Values) -> Port {
    let symbolic = ty.dims.iter().map(DimItem::to_string).collect();
    labelled(name, ty.element, symbolic, declared_sizes(ty, values))
}

/// The dimensions of a declared type, with numbers where they are known.
pub(super) fn declared_sizes(ty: &TensorType, values: &Values) -> Vec<String> {
    let size = |item: &DimItem| match item {
        DimItem::Rest => "..".to_string(),
        DimItem::Dim(expr) => match evaluate_size(expr, values) {
            Ok(size) => size.to_string(),
            Err(_) => expr.to_string(),
        },
    };
    ty.dims.iter().map(size).collect()
}

/// `Int[B, T]`
pub(super) fn bracketed(element: ElementType, dims: &[String]) -> String {
    let word = match element {
        ElementType::Float => "",
        ElementType::Int => "Int",
        ElementType::Bool => "Bool",
    };
    format!("{word}[{}]", dims.join(", "))
}

fn labelled(name: &str, element: ElementType, symbolic: Vec<String>, sizes: Vec<String>) -> Port {
    let shape = bracketed(element, &symbolic);
    let sizes = bracketed(element, &sizes);
    let first = match name {
        "" => shape.clone(),
        name => format!("{name} {shape}"),
    };
    Port {
        name: name.to_string(),
        width: width(&first, SMALL).max(width(&sizes, SMALL)) + 8.0,
        shape,
        sizes,
    }
}

/// A dimension with numbers for the names that have one.
fn numbered(dimension: &Dimension, values: &Values) -> Dimension {
    let known = |name: &str| match values.get(name) {
        Some(Scalar::Int(size)) => Some(Dimension::constant(*size)),
        Some(_) => None,
        None => expression(name)
            .and_then(|expr| evaluate_int(&expr, values).ok())
            .map(Dimension::constant),
    };
    dimension.substitute(known).unwrap_or_else(|| dimension.clone())
}

/// The expression that a name of a dimension stands for, where no polynomial can say it: `dim/heads`.
fn expression(name: &str) -> Option<Expr> {
    if name
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_')
    {
        return None;
    }
    let parsed = parse_text(&format!("block Atom() {{ let value = {name}; }}"));
    let block = parsed.spec.blocks.into_iter().next()?;
    block.body.lets.into_iter().next().map(|value| value.value)
}
