//! The names an expression mentions.

use crate::spec::{Arg, Expr, ExprKind, IndexItem, Statement};

/// Every name that stands as a value in an expression, in order of writing.
pub(super) fn static_names(expr: &Expr) -> Vec<&str> {
    let mut names = Vec::new();
    visit(expr, &mut |kind| {
        if let ExprKind::Name(name) = kind {
            names.push(name.as_str());
        }
    });
    names
}

/// Calls `see` with every expression in an expression, from the outside in.
pub(super) fn visit<'a>(expr: &'a Expr, see: &mut impl FnMut(&'a ExprKind)) {
    see(&expr.kind);
    match &expr.kind {
        ExprKind::Call { args, .. } => visit_args(args, see),
        ExprKind::Binary { lhs, rhs, .. } => {
            visit(lhs, see);
            visit(rhs, see);
        }
        ExprKind::Unary { operand, .. } => visit(operand, see),
        ExprKind::Index { base, items } => {
            visit(base, see);
            items.iter().for_each(|item| visit_index(item, see));
        }
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| visit(item, see)),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            visit(condition, see);
            visit(then, see);
            otherwise.iter().for_each(|otherwise| visit(otherwise, see));
        }
        ExprKind::Block { statements, result } => {
            visit_statements(statements, see);
            visit(result, see);
        }
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::Text(_)
        | ExprKind::Name(_)
        | ExprKind::Field { .. } => {}
    }
}

/// Calls `see` with every expression in some statements.
pub(super) fn visit_statements<'a>(statements: &'a [Statement], see: &mut impl FnMut(&'a ExprKind)) {
    statements
        .iter()
        .for_each(|statement| visit(&statement.value, see));
}

fn visit_args<'a>(args: &'a [Arg], see: &mut impl FnMut(&'a ExprKind)) {
    args.iter().for_each(|arg| visit(&arg.value, see));
}

fn visit_index<'a>(item: &'a IndexItem, see: &mut impl FnMut(&'a ExprKind)) {
    match item {
        IndexItem::Rest => {}
        IndexItem::At(index) => visit(index, see),
        IndexItem::Range { start, end } => start.iter().chain(end).for_each(|bound| visit(bound, see)),
    }
}
