//! Expressions: static ones (params, dims) and those of a `forward` share one form.

use serde::{Deserialize, Serialize};

use super::{Name, TensorType};
use crate::place::Place;

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it is.
    #[serde(flatten)]
    pub kind: ExprKind,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// The forms of an [`Expr`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExprKind {
    /// A whole number.
    Int(i64),
    /// A number with a point or an exponent; compared by value.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A text in quotes: a pattern of `rearrange`.
    Text(String),
    /// A param, let, local, part or enum variant.
    Name(Name),
    /// A call of a part, function or static function.
    Call {
        /// What is called.
        callee: Name,
        /// The arguments, positional ones first.
        args: Vec<Arg>,
    },
    /// `a + b`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Its left side.
        lhs: Box<Expr>,
        /// Its right side.
        rhs: Box<Expr>,
    },
    /// `-a`, `!a`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `x[:, 0]`
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// One item per dimension, from the left.
        items: Vec<IndexItem>,
    },
    /// `wte.weight`
    Field {
        /// The part.
        part: Name,
        /// The leaf's tensor.
        tensor: Name,
    },
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `if condition { then } else { otherwise }`
    If {
        /// A static condition.
        condition: Box<Expr>,
        /// The value when it holds.
        then: Box<Expr>,
        /// The value when it does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Box<Expr>>,
    },
    /// `{ let y = f(x); y + x }`: the body of an `if` branch that needs statements.
    Block {
        /// The `let`s.
        statements: Vec<Statement>,
        /// The value.
        result: Box<Expr>,
    },
}

impl Expr {
    /// What could not be read, standing where it should have been.
    pub fn missing(place: Place) -> Expr {
        Expr {
            kind: ExprKind::Name(Name {
                place,
                ..Name::MISSING
            }),
            place,
        }
    }

    /// Whether this stands for what could not be read.
    pub fn is_missing(&self) -> bool {
        matches!(&self.kind, ExprKind::Name(name) if name.is_missing())
    }
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arg {
    /// Present when written `name: value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// Operators of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the operators' own names")]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

/// Operators of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the operators' own names")]
pub enum UnaryOp {
    Negate,
    Not,
}

/// One item between the brackets of an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexItem {
    /// `..`: as many whole dimensions as are left.
    Rest,
    /// `a:b`, `a:`, `:b` or `:`; the dimension stays.
    Range {
        /// First index, 0 when left out.
        start: Option<Expr>,
        /// One past the last, the dimension's size when left out.
        end: Option<Expr>,
    },
    /// `i`; the dimension goes.
    At(Expr),
}

/// `let pattern: type = value;`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// What is bound.
    pub pattern: Pattern,
    /// A declared type, checked against the value's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<TensorType>,
    /// The value.
    pub value: Expr,
}

/// The left side of a `let` in a `forward`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// `x`
    Name(Name),
    /// `(cos, sin)`
    Tuple(Vec<Name>),
}

impl Expr {
    /// Calls `visit` with every name in the expression, in order of writing: names of values and callees alike.
    pub fn visit_names<'a>(&'a self, visit: &mut dyn FnMut(&'a Name)) {
        match &self.kind {
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Text(_) => {}
            ExprKind::Name(name) => visit(name),
            ExprKind::Call { callee, args } => {
                visit(callee);
                args.iter().for_each(|arg| arg.value.visit_names(visit));
            }
            ExprKind::Binary { lhs, rhs, .. } => {
                lhs.visit_names(visit);
                rhs.visit_names(visit);
            }
            ExprKind::Unary { operand, .. } => operand.visit_names(visit),
            ExprKind::Index { base, items } => {
                base.visit_names(visit);
                items.iter().for_each(|item| item.visit_names(visit));
            }
            ExprKind::Field { part, .. } => visit(part),
            ExprKind::Tuple(values) | ExprKind::List(values) => {
                values.iter().for_each(|value| value.visit_names(visit));
            }
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                condition.visit_names(visit);
                then.visit_names(visit);
                otherwise
                    .iter()
                    .for_each(|otherwise| otherwise.visit_names(visit));
            }
            ExprKind::Block { statements, result } => {
                statements
                    .iter()
                    .for_each(|statement| statement.value.visit_names(visit));
                result.visit_names(visit);
            }
        }
    }
}

impl IndexItem {
    fn visit_names<'a>(&'a self, visit: &mut dyn FnMut(&'a Name)) {
        match self {
            IndexItem::Rest => {}
            IndexItem::Range { start, end } => {
                start.iter().chain(end).for_each(|bound| bound.visit_names(visit));
            }
            IndexItem::At(index) => index.visit_names(visit),
        }
    }
}
