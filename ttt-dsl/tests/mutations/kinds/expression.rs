//! Expressions that mutants are made of.

use ttt_dsl::place::Place;
use ttt_dsl::spec::{Arg, BinaryOp, Expr, ExprKind, Name, UnaryOp};

pub fn expr(kind: ExprKind) -> Expr {
    Expr {
        kind,
        place: Place::NOWHERE,
    }
}

pub fn int(value: i64) -> Expr {
    match value {
        0.. => expr(ExprKind::Int(value)),
        _ => expr(ExprKind::Unary {
            op: UnaryOp::Negate,
            operand: Box::new(int(-value)),
        }),
    }
}

pub fn float(value: f64) -> Expr {
    expr(ExprKind::Float(value))
}

pub fn truth() -> Expr {
    expr(ExprKind::Bool(true))
}

pub fn text(value: &str) -> Expr {
    expr(ExprKind::Text(value.to_owned()))
}

pub fn name(value: &str) -> Expr {
    expr(ExprKind::Name(Name::new(value)))
}

pub fn binary(op: BinaryOp, lhs: Expr, rhs: Expr) -> Expr {
    let (lhs, rhs) = (Box::new(lhs), Box::new(rhs));
    expr(ExprKind::Binary { op, lhs, rhs })
}

pub fn plus_one(value: &Expr) -> Expr {
    binary(BinaryOp::Add, value.clone(), int(1))
}

pub fn doubled(value: &Expr) -> Expr {
    binary(BinaryOp::Multiply, int(2), value.clone())
}

pub fn call(callee: &str, args: Vec<Expr>) -> Expr {
    let args = args.into_iter().map(|value| Arg { name: None, value }).collect();
    expr(ExprKind::Call {
        callee: Name::new(callee),
        args,
    })
}

/// The name with its middle letter changed.
pub fn misspelt(name: &Name) -> Name {
    Name::new(misspelt_text(name.as_str()))
}

pub fn misspelt_text(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let middle = letters.len() / 2;
    letters[middle] = match letters[middle] {
        letter if letter.is_uppercase() => 'Z',
        'z' => 'y',
        _ => 'z',
    };
    letters.into_iter().collect()
}
