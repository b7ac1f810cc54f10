//! Evaluation of static expressions with numbers.

use std::cmp::Ordering;

use super::{Names, Scalar};
use crate::place::Place;
use crate::spec::{Arg, BinaryOp, Expr, ExprKind, UnaryOp};

/// Why a static expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluateError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl std::fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvaluateError {}

/// The value of a static expression. A name that `values` lacks is an enumeration's variant.
///
/// Whole numbers divide exactly or not at all; they become real ones where the other side is real.
pub fn evaluate<N: Names + ?Sized>(expr: &Expr, values: &N) -> Result<Scalar, EvaluateError> {
    let fail = |message: String| EvaluateError {
        message,
        place: expr.place,
    };
    match &expr.kind {
        ExprKind::Int(value) => Ok(Scalar::Int(*value)),
        ExprKind::Float(value) => Ok(Scalar::Float(*value)),
        ExprKind::Bool(value) => Ok(Scalar::Bool(*value)),
        ExprKind::Name(name) => Ok(values
            .value(name.as_str())
            .cloned()
            .unwrap_or_else(|| Scalar::Variant(name.text.clone()))),
        ExprKind::Unary { op, operand } => unary(*op, evaluate(operand, values)?).map_err(fail),
        ExprKind::Binary {
            op: BinaryOp::And,
            lhs,
            rhs,
        } => Ok(Scalar::Bool(
            evaluate_condition(lhs, values)? && evaluate_condition(rhs, values)?,
        )),
        ExprKind::Binary {
            op: BinaryOp::Or,
            lhs,
            rhs,
        } => Ok(Scalar::Bool(
            evaluate_condition(lhs, values)? || evaluate_condition(rhs, values)?,
        )),
        ExprKind::Binary { op, lhs, rhs } => {
            binary(*op, evaluate(lhs, values)?, evaluate(rhs, values)?).map_err(fail)
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => match (evaluate_condition(condition, values)?, otherwise) {
            (true, _) => evaluate(then, values),
            (false, Some(otherwise)) => evaluate(otherwise, values),
            (false, None) => Err(fail("this `if` needs an `else` here".into())),
        },
        ExprKind::Call { callee, args } => call(callee.as_str(), &arguments(args, values)?).map_err(fail),
        _ => Err(fail("this is not a static expression".into())),
    }
}

/// The truth of a static condition.
pub fn evaluate_condition<N: Names + ?Sized>(expr: &Expr, values: &N) -> Result<bool, EvaluateError> {
    match evaluate(expr, values)? {
        Scalar::Bool(value) => Ok(value),
        other => Err(EvaluateError {
            message: format!("expected true or false, found {other}"),
            place: expr.place,
        }),
    }
}

/// The whole number that a static expression gives.
pub fn evaluate_int<N: Names + ?Sized>(expr: &Expr, values: &N) -> Result<i64, EvaluateError> {
    match evaluate(expr, values)? {
        Scalar::Int(value) => Ok(value),
        other => Err(EvaluateError {
            message: format!("expected a whole number, found {other}"),
            place: expr.place,
        }),
    }
}

/// The size that a static expression gives: a whole number that is not negative.
pub fn evaluate_size<N: Names + ?Sized>(expr: &Expr, values: &N) -> Result<usize, EvaluateError> {
    let value = evaluate_int(expr, values)?;
    usize::try_from(value).map_err(|_| EvaluateError {
        message: format!("a size cannot be negative, but this is {value}"),
        place: expr.place,
    })
}

fn arguments<N: Names + ?Sized>(args: &[Arg], values: &N) -> Result<Vec<Scalar>, EvaluateError> {
    args.iter().map(|arg| evaluate(&arg.value, values)).collect()
}

fn unary(op: UnaryOp, operand: Scalar) -> Result<Scalar, String> {
    match (op, operand) {
        (UnaryOp::Negate, Scalar::Int(value)) => value.checked_neg().map(Scalar::Int).ok_or_else(overflow),
        (UnaryOp::Negate, Scalar::Float(value)) => Ok(Scalar::Float(-value)),
        (UnaryOp::Not, Scalar::Bool(value)) => Ok(Scalar::Bool(!value)),
        (UnaryOp::Negate, other) => Err(format!("cannot negate {other}")),
        (UnaryOp::Not, other) => Err(format!("`!` needs true or false, found {other}")),
    }
}

fn binary(op: BinaryOp, lhs: Scalar, rhs: Scalar) -> Result<Scalar, String> {
    match op {
        BinaryOp::Equal => equal(&lhs, &rhs).map(Scalar::Bool),
        BinaryOp::NotEqual => equal(&lhs, &rhs).map(|equal| Scalar::Bool(!equal)),
        BinaryOp::Less => compare(&lhs, &rhs).map(|order| Scalar::Bool(order == Ordering::Less)),
        BinaryOp::LessEqual => compare(&lhs, &rhs).map(|order| Scalar::Bool(order != Ordering::Greater)),
        BinaryOp::Greater => compare(&lhs, &rhs).map(|order| Scalar::Bool(order == Ordering::Greater)),
        BinaryOp::GreaterEqual => compare(&lhs, &rhs).map(|order| Scalar::Bool(order != Ordering::Less)),
        BinaryOp::And | BinaryOp::Or => match (lhs, rhs) {
            (Scalar::Bool(a), Scalar::Bool(b)) => {
                Ok(Scalar::Bool(if op == BinaryOp::And { a && b } else { a || b }))
            }
            (a, b) => Err(format!("expected true or false on both sides, found {a} and {b}")),
        },
        _ => match (lhs, rhs) {
            (Scalar::Int(a), Scalar::Int(b)) => whole(op, a, b).map(Scalar::Int),
            (a, b) => Ok(Scalar::Float(real(op, number(&a)?, number(&b)?))),
        },
    }
}

fn whole(op: BinaryOp, a: i64, b: i64) -> Result<i64, String> {
    match op {
        BinaryOp::Add => a.checked_add(b).ok_or_else(overflow),
        BinaryOp::Subtract => a.checked_sub(b).ok_or_else(overflow),
        BinaryOp::Multiply => a.checked_mul(b).ok_or_else(overflow),
        _ if b == 0 => Err(format!("{a} cannot be divided by 0")),
        BinaryOp::Remainder => a.checked_rem(b).ok_or_else(overflow),
        _ if a % b != 0 => Err(format!("{a} is not a multiple of {b}")),
        _ => a.checked_div(b).ok_or_else(overflow),
    }
}

fn real(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Remainder => a % b,
        _ => a / b,
    }
}

fn equal(lhs: &Scalar, rhs: &Scalar) -> Result<bool, String> {
    match (lhs, rhs) {
        (Scalar::Bool(a), Scalar::Bool(b)) => Ok(a == b),
        (Scalar::Variant(a), Scalar::Variant(b)) => Ok(a == b),
        _ => compare(lhs, rhs).map(|order| order == Ordering::Equal),
    }
}

fn compare(lhs: &Scalar, rhs: &Scalar) -> Result<Ordering, String> {
    match (lhs, rhs) {
        (Scalar::Int(a), Scalar::Int(b)) => Ok(a.cmp(b)),
        _ => number(lhs)?
            .partial_cmp(&number(rhs)?)
            .ok_or_else(|| format!("{lhs} and {rhs} cannot be compared")),
    }
}

fn number(value: &Scalar) -> Result<f64, String> {
    match value {
        Scalar::Int(value) => Ok(*value as f64),
        Scalar::Float(value) => Ok(*value),
        Scalar::Variant(name) => Err(format!("`{name}` has no value here")),
        Scalar::Bool(value) => Err(format!("expected a number, found {value}")),
    }
}

fn call(function: &str, args: &[Scalar]) -> Result<Scalar, String> {
    match (function, args) {
        ("min", [Scalar::Int(a), Scalar::Int(b)]) => Ok(Scalar::Int(*a.min(b))),
        ("max", [Scalar::Int(a), Scalar::Int(b)]) => Ok(Scalar::Int(*a.max(b))),
        ("min", [a, b]) => Ok(Scalar::Float(number(a)?.min(number(b)?))),
        ("max", [a, b]) => Ok(Scalar::Float(number(a)?.max(number(b)?))),
        ("ceil_div", [Scalar::Int(a), Scalar::Int(b)]) => ceil_div(*a, *b).map(Scalar::Int),
        ("round_up", [Scalar::Int(a), Scalar::Int(b)]) => ceil_div(*a, *b)?
            .checked_mul(*b)
            .map(Scalar::Int)
            .ok_or_else(overflow),
        ("sqrt", [a]) => Ok(Scalar::Float(number(a)?.sqrt())),
        ("ln", [a]) => Ok(Scalar::Float(number(a)?.ln())),
        ("pow", [a, b]) => Ok(Scalar::Float(number(a)?.powf(number(b)?))),
        _ => Err(format!(
            "`{function}` with {} arguments is not a static function; these are: min, max, ceil_div, round_up, sqrt, ln, pow",
            args.len()
        )),
    }
}

fn ceil_div(a: i64, b: i64) -> Result<i64, String> {
    if a < 0 || b <= 0 {
        return Err(format!("cannot divide {a} by {b} and round up"));
    }
    Ok(a / b + i64::from(a % b != 0))
}

fn overflow() -> String {
    "the number does not fit into 64 bits".into()
}
