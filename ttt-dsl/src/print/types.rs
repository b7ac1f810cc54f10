//! Canonical text of tensor types.

use crate::spec::{DimItem, ElementType, TensorType};

/// The canonical text of a tensor type.
pub fn tensor_type(ty: &TensorType) -> String {
    let element = match ty.element {
        ElementType::Float => "",
        ElementType::Int => "Int",
        ElementType::Bool => "Bool",
    };
    let dims: Vec<String> = ty
        .dims
        .iter()
        .map(|item| match item {
            DimItem::Rest => "..".into(),
            DimItem::Dim(dim) => super::expr(dim),
        })
        .collect();
    format!("{element}[{}]", dims.join(", "))
}
