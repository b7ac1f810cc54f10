//! Expressions and statements on one line, with the brackets that precedence needs and no others.

use std::fmt;

use super::{joined, quoted};
use crate::spec::{Arg, BinaryOp, Expr, ExprKind, IndexItem, Pattern, Statement, UnaryOp};

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Conditional,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Unary,
    Primary,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Int(value) => write!(f, "{value}"),
            ExprKind::Float(value) => write!(f, "{value:?}"),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::Text(text) => f.write_str(&quoted(text)),
            ExprKind::Name(name) => write!(f, "{name}"),
            ExprKind::Call { callee, args } => write!(f, "{callee}({})", joined(args)),
            ExprKind::Binary { op, lhs, rhs } => binary(f, *op, lhs, rhs),
            ExprKind::Unary { op, operand } => unary(f, *op, operand),
            ExprKind::Index { base, items } => {
                write!(f, "{}[{}]", at_least(base, Level::Primary), joined(items))
            }
            ExprKind::Field { part, tensor } => write!(f, "{part}.{tensor}"),
            ExprKind::Tuple(items) if items.len() == 1 => write!(f, "({},)", items[0]),
            ExprKind::Tuple(items) => write!(f, "({})", joined(items)),
            ExprKind::List(items) => write!(f, "[{}]", joined(items)),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => conditional(f, condition, then, otherwise.as_deref()),
            ExprKind::Block { statements, result } => {
                statements
                    .iter()
                    .try_for_each(|statement| write!(f, "{statement}; "))?;
                write!(f, "{result}")
            }
        }
    }
}

fn binary(f: &mut fmt::Formatter<'_>, op: BinaryOp, lhs: &Expr, rhs: &Expr) -> fmt::Result {
    let level = level_of(op);
    // Operators of one level group from the left; comparisons do not group at all.
    let left = if level == Level::Comparison {
        Level::Sum
    } else {
        level
    };
    write!(
        f,
        "{} {op} {}",
        at_least(lhs, left),
        at_least(rhs, tighter(level))
    )
}

fn unary(f: &mut fmt::Formatter<'_>, op: UnaryOp, operand: &Expr) -> fmt::Result {
    // `-1` is one number, so the negation of a number keeps its brackets.
    let text = at_least(operand, Level::Unary);
    match (op, text.starts_with(|first: char| first.is_ascii_digit())) {
        (UnaryOp::Negate, true) => write!(f, "-({text})"),
        (UnaryOp::Negate, false) => write!(f, "-{text}"),
        (UnaryOp::Not, _) => write!(f, "!{text}"),
    }
}

fn conditional(
    f: &mut fmt::Formatter<'_>,
    condition: &Expr,
    then: &Expr,
    otherwise: Option<&Expr>,
) -> fmt::Result {
    write!(f, "if {condition} {{ {then} }}")?;
    match otherwise {
        None => Ok(()),
        Some(next) if matches!(next.kind, ExprKind::If { .. }) => write!(f, " else {next}"),
        Some(value) => write!(f, " else {{ {value} }}"),
    }
}

fn at_least(expr: &Expr, level: Level) -> String {
    match level_of_expr(expr) >= level {
        true => expr.to_string(),
        false => format!("({expr})"),
    }
}

fn level_of_expr(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::If { .. } | ExprKind::Block { .. } => Level::Conditional,
        ExprKind::Binary { op, .. } => level_of(*op),
        ExprKind::Unary { .. } => Level::Unary,
        ExprKind::Int(value) if *value < 0 => Level::Unary,
        ExprKind::Float(value) if value.is_sign_negative() => Level::Unary,
        _ => Level::Primary,
    }
}

fn level_of(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Or => Level::Or,
        BinaryOp::And => Level::And,
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual => Level::Comparison,
        BinaryOp::Add | BinaryOp::Subtract => Level::Sum,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => Level::Product,
    }
}

fn tighter(level: Level) -> Level {
    match level {
        Level::Conditional => Level::Or,
        Level::Or => Level::And,
        Level::And => Level::Comparison,
        Level::Comparison => Level::Sum,
        Level::Sum => Level::Product,
        Level::Product => Level::Unary,
        Level::Unary | Level::Primary => Level::Primary,
    }
}

impl fmt::Display for BinaryOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::And => "&&",
            BinaryOp::Or => "||",
        })
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}: {}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

impl fmt::Display for IndexItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |bound: &Option<Expr>| bound.as_ref().map(Expr::to_string).unwrap_or_default();
        match self {
            IndexItem::Rest => f.write_str(".."),
            IndexItem::Range { start, end } => write!(f, "{}:{}", bound(start), bound(end)),
            IndexItem::At(index) => write!(f, "{index}"),
        }
    }
}

/// Without its semicolon.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ty {
            Some(ty) => write!(f, "let {}: {ty} = {}", self.pattern, self.value),
            None => write!(f, "let {} = {}", self.pattern, self.value),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Name(name) => write!(f, "{name}"),
            Pattern::Tuple(names) => write!(f, "({})", joined(names)),
        }
    }
}
