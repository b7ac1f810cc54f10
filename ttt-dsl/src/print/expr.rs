//! Canonical text of expressions, with parentheses only where precedence needs them.

use crate::spec::{Arg, BinaryOp, Expr, ExprKind, IndexItem, Pattern, Statement, UnaryOp};

/// The canonical text of an expression.
pub fn expr(expr: &Expr) -> String {
    let mut text = String::new();
    write(expr, 0, &mut text);
    text
}

/// Writes an expression; one that binds less tightly than `least` is put in parentheses.
fn write(expr: &Expr, least: u8, text: &mut String) {
    let parenthesised = binding(expr) < least;
    if parenthesised {
        text.push('(');
    }
    write_kind(&expr.kind, text);
    if parenthesised {
        text.push(')');
    }
}

fn write_kind(kind: &ExprKind, text: &mut String) {
    match kind {
        ExprKind::Int(value) => text.push_str(&value.to_string()),
        ExprKind::Float(value) => text.push_str(&format!("{value:?}")),
        ExprKind::Bool(value) => text.push_str(&value.to_string()),
        ExprKind::Text(value) => text.push_str(&format!("{value:?}")),
        ExprKind::Name(name) => text.push_str(name.as_str()),
        ExprKind::Call { callee, args } => {
            text.push_str(callee.as_str());
            text.push_str(&format!(
                "({})",
                args.iter().map(arg).collect::<Vec<_>>().join(", ")
            ));
        }
        ExprKind::Binary { op, lhs, rhs } => {
            let (token, level) = operator(*op);
            // Comparisons do not chain, so both of their sides must bind more tightly.
            let left = if level == COMPARISON { level + 1 } else { level };
            write(lhs, left, text);
            text.push_str(&format!(" {token} "));
            write(rhs, level + 1, text);
        }
        ExprKind::Unary { op, operand } => {
            text.push(if *op == UnaryOp::Negate { '-' } else { '!' });
            // `-1` is a number of its own, so the negation of a number keeps its parentheses.
            let number = matches!(operand.kind, ExprKind::Int(_) | ExprKind::Float(_));
            write(
                operand,
                if number && *op == UnaryOp::Negate {
                    u8::MAX
                } else {
                    UNARY
                },
                text,
            );
        }
        ExprKind::Index { base, items } => {
            write(base, POSTFIX, text);
            text.push_str(&format!(
                "[{}]",
                items.iter().map(index).collect::<Vec<_>>().join(", ")
            ));
        }
        ExprKind::Field { part, tensor } => text.push_str(&format!("{part}.{tensor}")),
        ExprKind::Tuple(values) => text.push_str(&format!("({})", list(values))),
        ExprKind::List(values) => text.push_str(&format!("[{}]", list(values))),
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            text.push_str("if ");
            write(condition, 0, text);
            text.push_str(&format!(" {{ {} }}", branch(then)));
            if let Some(otherwise) = otherwise {
                text.push_str(&format!(" else {{ {} }}", branch(otherwise)));
            }
        }
        ExprKind::Block { .. } => text.push_str(&format!("{{ {} }}", block(kind))),
    }
}

const COMPARISON: u8 = 3;
const UNARY: u8 = 6;
const POSTFIX: u8 = 7;

fn operator(op: BinaryOp) -> (&'static str, u8) {
    match op {
        BinaryOp::Or => ("||", 1),
        BinaryOp::And => ("&&", 2),
        BinaryOp::Equal => ("==", COMPARISON),
        BinaryOp::NotEqual => ("!=", COMPARISON),
        BinaryOp::Less => ("<", COMPARISON),
        BinaryOp::LessEqual => ("<=", COMPARISON),
        BinaryOp::Greater => (">", COMPARISON),
        BinaryOp::GreaterEqual => (">=", COMPARISON),
        BinaryOp::Add => ("+", 4),
        BinaryOp::Subtract => ("-", 4),
        BinaryOp::Multiply => ("*", 5),
        BinaryOp::Divide => ("/", 5),
        BinaryOp::Remainder => ("%", 5),
    }
}

fn binding(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary { op, .. } => operator(*op).1,
        ExprKind::Unary { .. } => UNARY,
        ExprKind::Int(value) if *value < 0 => UNARY,
        ExprKind::Float(value) if value.is_sign_negative() => UNARY,
        ExprKind::If { .. } | ExprKind::Block { .. } => 0,
        _ => POSTFIX,
    }
}

fn arg(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{name}: {}", expr(&arg.value)),
        None => expr(&arg.value),
    }
}

fn list(values: &[Expr]) -> String {
    let comma = if values.len() == 1 { "," } else { "" };
    format!(
        "{}{comma}",
        values.iter().map(expr).collect::<Vec<_>>().join(", ")
    )
}

fn index(item: &IndexItem) -> String {
    let bound = |bound: &Option<Expr>| bound.as_ref().map(expr).unwrap_or_default();
    match item {
        IndexItem::Rest => "..".into(),
        IndexItem::Range { start, end } => format!("{}:{}", bound(start), bound(end)),
        IndexItem::At(index) => expr(index),
    }
}

fn branch(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Block { .. } => block(&value.kind),
        _ => expr(value),
    }
}

fn block(kind: &ExprKind) -> String {
    let ExprKind::Block { statements, result } = kind else {
        return String::new();
    };
    let statements: String = statements
        .iter()
        .map(|statement| format!("{} ", self::statement(statement)))
        .collect();
    format!("{statements}{}", expr(result))
}

/// The canonical text of a `let` in a `forward`.
pub(crate) fn statement(statement: &Statement) -> String {
    let pattern = match &statement.pattern {
        Pattern::Name(name) => name.to_string(),
        Pattern::Tuple(names) => {
            format!(
                "({})",
                names
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
    };
    let ty = statement
        .ty
        .as_ref()
        .map(|ty| format!(": {}", super::tensor_type(ty)))
        .unwrap_or_default();
    format!("let {pattern}{ty} = {};", expr(&statement.value))
}
