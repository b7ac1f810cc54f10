//! Kinds, params, tensor types, signatures.

use std::fmt;

use super::{condition, joined, quoted};
use crate::spec::{
    DimItem, ElementType, Function, Input, Kind, Output, Param, Signature, TensorType, Variant,
};

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Dim => f.write_str("Dim"),
            Kind::Int => f.write_str("Int"),
            Kind::Float => f.write_str("Float"),
            Kind::Bool => f.write_str("Bool"),
            Kind::Block => f.write_str("Block"),
            Kind::Enum(name) => write!(f, "{name}"),
        }
    }
}

/// Without its documentation.
impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.kind != Kind::Dim {
            write!(f, ": {}", self.kind)?;
        }
        match &self.default {
            Some(default) => write!(f, " = {default}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.spellings.is_empty() {
            return Ok(());
        }
        let spellings: Vec<String> = self.spellings.iter().map(|spelling| quoted(spelling)).collect();
        write!(f, "({})", spellings.join(", "))
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = match self.element {
            ElementType::Float => "",
            ElementType::Int => "Int",
            ElementType::Bool => "Bool",
        };
        write!(f, "{element}[{}]", joined(&self.dims))
    }
}

impl fmt::Display for DimItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DimItem::Rest => f.write_str(".."),
            DimItem::Dim(dim) => write!(f, "{dim}"),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs: Vec<String> = self
            .context
            .then(|| "context".to_owned())
            .into_iter()
            .chain(self.inputs.iter().map(Input::to_string))
            .collect();
        write!(f, "({}) -> ", inputs.join(", "))?;
        match self.outputs.as_slice() {
            [only] if only.condition.is_none() => write!(f, "{only}"),
            outputs => write!(f, "({})", joined(outputs)),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = if self.given { "given " } else { "" };
        write!(f, "{given}{}: {}", self.name, self.ty)?;
        match &self.default {
            Some(default) => write!(f, " = {default}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}: ")?;
        }
        write!(f, "{}{}", self.ty, condition(self.condition.as_ref()))
    }
}

/// What stands after a function's name, without its requires.
pub(super) fn function(function: &Function) -> String {
    let context = function.context.then(|| "context".to_owned());
    // Only a shape rule takes a list of tensors, and such a function has no other tensors.
    let list = (function.inputs.is_empty() && function.rule.is_some()).then(|| "parts: List".to_owned());
    let inputs = function.inputs.iter().map(Input::to_string);
    let params = function
        .params
        .iter()
        .map(|param| match (&param.kind, &param.default) {
            (Kind::Dim, None) => format!("{}: Dim", param.name),
            _ => param.to_string(),
        });
    let entries: Vec<String> = context
        .into_iter()
        .chain(list)
        .chain(inputs)
        .chain(params)
        .collect();
    let output = function
        .output
        .as_ref()
        .map(|output| format!(" -> {output}"))
        .unwrap_or_default();
    let rule = function
        .rule
        .as_ref()
        .map(|rule| format!(" by {rule}"))
        .unwrap_or_default();
    format!("({}){output}{rule}", entries.join(", "))
}
