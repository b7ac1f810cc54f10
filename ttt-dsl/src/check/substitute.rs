//! Static expressions with names replaced.

use std::collections::HashMap;

use crate::spec::{Arg, Expr, ExprKind};

/// The expression with every name that stands for another expression replaced.
pub(super) fn substitute(expr: &Expr, values: &HashMap<String, Expr>) -> Expr {
    let inner = |expr: &Expr| Box::new(substitute(expr, values));
    let kind = match &expr.kind {
        ExprKind::Name(name) => match values.get(name.as_str()) {
            Some(value) => return value.clone(),
            None => expr.kind.clone(),
        },
        ExprKind::Call { callee, args } => ExprKind::Call {
            callee: callee.clone(),
            args: substitute_args(args, values),
        },
        ExprKind::Binary { op, lhs, rhs } => ExprKind::Binary {
            op: *op,
            lhs: inner(lhs),
            rhs: inner(rhs),
        },
        ExprKind::Unary { op, operand } => ExprKind::Unary {
            op: *op,
            operand: inner(operand),
        },
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => ExprKind::If {
            condition: inner(condition),
            then: inner(then),
            otherwise: otherwise.as_deref().map(inner),
        },
        other => other.clone(),
    };
    Expr {
        kind,
        place: expr.place,
    }
}

/// The arguments with every name that stands for another expression replaced.
pub(super) fn substitute_args(args: &[Arg], values: &HashMap<String, Expr>) -> Vec<Arg> {
    let substitute_arg = |arg: &Arg| Arg {
        name: arg.name.clone(),
        value: substitute(&arg.value, values),
    };
    args.iter().map(substitute_arg).collect()
}
