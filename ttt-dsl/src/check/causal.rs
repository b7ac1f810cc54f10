//! Heads that learn the next token from a model in which every token sees it.

use super::Checker;
use crate::diagnostic::codes;
use crate::instance::{
    InstanceBlock, InstanceNode, Scalar, Values, evaluate, evaluate_condition, instantiate,
};
use crate::place::Place;
use crate::program::{Branch, CheckedBlock, Program, Value, ValueKind, ValueType};
use crate::spec::{Loss, Model};

const LOSS: &str = "next_token";

impl Checker<'_> {
    /// Warns of each head with the loss `next_token` whose model, built with its defaults, attends to later tokens.
    pub(super) fn check_causal(&mut self, program: &Program) {
        for (declared, model) in program.spec.models.iter().zip(&program.models) {
            let Some((head, loss)) = decoder(declared) else {
                continue;
            };
            let name = model.body.name.as_str();
            let Ok(instance) = instantiate(program, name, Some(head), &Values::new()) else {
                continue;
            };
            let Some(seen) = in_block(program, &model.body, &instance.root) else {
                continue;
            };
            self.report
                .warning(
                    codes::SEES_AHEAD,
                    loss.name.place,
                    format!("head `{head}` learns the next token, which the model sees"),
                )
                .related(seen, "attends to later tokens")
                .help("pass `causal: true` to the attention, or choose another loss");
        }
    }
}

/// The first head that learns the next token.
fn decoder(model: &Model) -> Option<(&str, &Loss)> {
    model.heads.iter().find_map(|head| {
        let loss = head.losses.iter().find(|loss| loss.name.as_str() == LOSS)?;
        Some((head.name.as_str(), loss))
    })
}

/// Where a block attends to later tokens: the call, or for a standard block the part that it is.
fn in_block(program: &Program, block: &CheckedBlock, built: &InstanceBlock) -> Option<Place> {
    let forward = block.forward.as_ref()?;
    let statements = forward.statements.iter().map(|statement| &statement.value);
    let mut values = statements.chain(&forward.results);
    let own = values.find_map(|value| sees_ahead(value, &built.values));
    own.or_else(|| {
        built
            .parts
            .iter()
            .zip(&block.parts)
            .find_map(|(built, declared)| {
                let place = in_node(program, &built.node)?;
                Some(if place.is_nowhere() { declared.place } else { place })
            })
    })
}

fn in_node(program: &Program, node: &InstanceNode) -> Option<Place> {
    match node {
        InstanceNode::Absent | InstanceNode::Leaf(_) => None,
        InstanceNode::Block(built) => in_block(program, program.block(&built.block)?, built),
        InstanceNode::Repeat(copies) => copies.first().and_then(|copy| in_node(program, copy)),
    }
}

/// Where a value of a sequence attends to all of that sequence.
fn sees_ahead(value: &Value, values: &Values) -> Option<Place> {
    let inner = |value: &Value| sees_ahead(value, values);
    match &value.kind {
        ValueKind::Local { .. } | ValueKind::Static(_) | ValueKind::Weight { .. } => None,
        ValueKind::Function {
            name,
            inputs,
            statics,
            ..
        } => {
            let causal = statics.iter().find(|(param, _)| param == "causal");
            let open = causal.is_some_and(|(_, expr)| evaluate(expr, values) == Ok(Scalar::Bool(false)));
            let of_itself = match inputs.as_slice() {
                [query, key, ..] => length(query).is_some() && length(query) == length(key),
                _ => false,
            };
            match name.as_str() {
                "attend" if open && of_itself => Some(value.place),
                _ => inputs.iter().find_map(inner),
            }
        }
        ValueKind::Part { args, .. } => args.iter().flatten().find_map(inner),
        ValueKind::Binary { lhs, rhs, .. } => inner(lhs).or_else(|| inner(rhs)),
        ValueKind::Negate(base) | ValueKind::Rearrange { base, .. } | ValueKind::Slice { base, .. } => {
            inner(base)
        }
        ValueKind::If {
            condition,
            then,
            otherwise,
        } => match evaluate_condition(condition, values) {
            Ok(true) => branch(then, values),
            Ok(false) => otherwise.as_ref().and_then(|otherwise| branch(otherwise, values)),
            Err(_) => None,
        },
        ValueKind::Tuple(parts) => parts.iter().find_map(inner),
    }
}

fn branch(branch: &Branch, values: &Values) -> Option<Place> {
    let mut computed = branch.statements.iter().map(|statement| &statement.value);
    let own = computed.find_map(|value| sees_ahead(value, values));
    own.or_else(|| sees_ahead(&branch.result, values))
}

/// How many positions queries or keys `[B, H, T, D]` have, as a symbol.
fn length(value: &Value) -> Option<&crate::dim::Dimension> {
    match &value.ty {
        ValueType::Tensor { shape, .. } => shape.get(2),
        _ => None,
    }
}
