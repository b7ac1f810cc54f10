//! Expressions, types, signatures.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use ttt_dsl::place::Place;
use ttt_dsl::spec::{
    Arg, BinaryOp, DimItem, ElementType, Expr, ExprKind, IndexItem, Input, Kind, Output, Param, Pattern,
    Signature, Statement, TensorType, UnaryOp,
};

use super::name::{doc, lower, part_name, text, unique, upper};

const OPERATORS: [BinaryOp; 13] = [
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Remainder,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::And,
    BinaryOp::Or,
];

/// An expression of a `forward`.
pub fn expression() -> BoxedStrategy<Expr> {
    let texts = text().prop_map(ExprKind::Text);
    let fields = (part_name(), lower()).prop_map(|(part, tensor)| ExprKind::Field { part, tensor });
    let atom = prop_oneof![4 => static_atom(), 1 => texts.prop_map(node), 1 => fields.prop_map(node)];
    atom.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            3 => operation(inner.clone()),
            1 => (inner.clone(), vec(index_item(inner.clone()), 1..4))
                .prop_map(|(base, items)| node(ExprKind::Index { base: Box::new(base), items })),
            1 => vec(inner.clone(), 1..4).prop_map(|items| node(ExprKind::Tuple(items))),
            1 => vec(inner.clone(), 0..3).prop_map(|items| node(ExprKind::List(items))),
            1 => conditional(inner),
        ]
    })
    .boxed()
}

/// An expression over params.
pub fn static_expression() -> BoxedStrategy<Expr> {
    static_atom()
        .prop_recursive(
            3,
            12,
            3,
            |inner| prop_oneof![3 => operation(inner.clone()), 1 => conditional(inner)],
        )
        .boxed()
}

pub fn number() -> impl Strategy<Value = Expr> {
    prop_oneof![
        any::<i64>().prop_map(ExprKind::Int),
        finite().prop_map(ExprKind::Float)
    ]
    .prop_map(node)
}

pub fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(1e-5),
        Just(0.5),
        any::<f64>().prop_filter("finite", |value| value.is_finite())
    ]
}

pub fn args() -> impl Strategy<Value = Vec<Arg>> {
    args_of(static_expression())
}

pub fn param() -> impl Strategy<Value = Param> {
    let plain = select(vec![Kind::Dim, Kind::Int, Kind::Float, Kind::Bool, Kind::Block]);
    let kind = prop_oneof![4 => plain, 1 => upper().prop_map(Kind::Enum)];
    (doc(), lower(), kind, of(static_expression())).prop_map(|(doc, name, kind, default)| Param {
        doc,
        name,
        kind,
        default,
    })
}

pub fn params() -> impl Strategy<Value = Vec<Param>> {
    vec(param(), 0..4).prop_map(|params| unique(params, |param| param.name.text.clone()))
}

pub fn statements() -> impl Strategy<Value = Vec<Statement>> {
    vec(statement(expression()), 0..3)
}

pub fn tensor_type() -> impl Strategy<Value = TensorType> {
    (
        select(vec![ElementType::Float, ElementType::Int, ElementType::Bool]),
        dims(),
    )
        .prop_map(|(element, dims)| TensorType {
            element,
            dims,
            place: Place::NOWHERE,
        })
}

pub fn dims() -> impl Strategy<Value = Vec<DimItem>> {
    vec(
        prop_oneof![1 => Just(DimItem::Rest), 4 => static_expression().prop_map(DimItem::Dim)],
        0..3,
    )
}

pub fn input() -> impl Strategy<Value = Input> {
    (any::<bool>(), lower(), tensor_type(), of(number())).prop_map(|(given, name, ty, default)| Input {
        given,
        name,
        ty,
        default,
    })
}

pub fn signature() -> impl Strategy<Value = Signature> {
    let single = (of(lower()), tensor_type()).prop_map(|(name, ty)| {
        vec![Output {
            name,
            ty,
            condition: None,
        }]
    });
    let named = (lower(), tensor_type(), of(static_expression())).prop_map(|(name, ty, condition)| Output {
        name: Some(name),
        ty,
        condition,
    });
    let outputs = prop_oneof![single, vec(named, 1..3)];
    (any::<bool>(), vec(input(), 0..3), outputs).prop_map(|(context, inputs, outputs)| Signature {
        context,
        inputs,
        outputs,
        place: Place::NOWHERE,
    })
}

fn node(kind: ExprKind) -> Expr {
    Expr {
        kind,
        place: Place::NOWHERE,
    }
}

fn static_atom() -> impl Strategy<Value = Expr> {
    prop_oneof![
        (-9..99i64).prop_map(|value| node(ExprKind::Int(value))),
        number(),
        any::<bool>().prop_map(|value| node(ExprKind::Bool(value))),
        lower().prop_map(|name| node(ExprKind::Name(name))),
    ]
}

fn operation(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Expr> {
    let binary = (select(OPERATORS.to_vec()), inner.clone(), inner.clone()).prop_map(|(op, lhs, rhs)| {
        node(ExprKind::Binary {
            op,
            lhs: Box::new(lhs),
            rhs: Box::new(rhs),
        })
    });
    // The negation of a whole number is that number, negative, and never written as an operation on it.
    let unary = (select(vec![UnaryOp::Negate, UnaryOp::Not]), inner.clone()).prop_map(|(op, operand)| {
        node(ExprKind::Unary {
            op,
            operand: Box::new(operand),
        })
    });
    let call = (lower(), args_of(inner)).prop_map(|(callee, args)| node(ExprKind::Call { callee, args }));
    prop_oneof![3 => binary, 1 => unary, 1 => call]
}

fn conditional(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Expr> {
    let block = (vec(statement(inner.clone()), 1..3), inner.clone()).prop_map(|(statements, result)| {
        node(ExprKind::Block {
            statements,
            result: Box::new(result),
        })
    });
    let branch = prop_oneof![2 => inner.clone(), 1 => block].boxed();
    (inner, branch.clone(), of(branch)).prop_map(|(condition, then, otherwise)| {
        let (condition, then, otherwise) = (Box::new(condition), Box::new(then), otherwise.map(Box::new));
        node(ExprKind::If {
            condition,
            then,
            otherwise,
        })
    })
}

fn args_of(inner: impl Strategy<Value = Expr> + Clone) -> impl Strategy<Value = Vec<Arg>> {
    let positional = inner.clone().prop_map(|value| Arg { name: None, value });
    let named = (lower(), inner).prop_map(|(name, value)| Arg {
        name: Some(name),
        value,
    });
    (vec(positional, 0..3), vec(named, 0..2)).prop_map(|(positional, named)| [positional, named].concat())
}

fn index_item(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = IndexItem> {
    prop_oneof![
        Just(IndexItem::Rest),
        (of(inner.clone()), of(inner.clone())).prop_map(|(start, end)| IndexItem::Range { start, end }),
        inner.prop_map(IndexItem::At),
    ]
}

fn statement(value: BoxedStrategy<Expr>) -> impl Strategy<Value = Statement> {
    let pattern = prop_oneof![
        lower().prop_map(Pattern::Name),
        vec(lower(), 1..3).prop_map(Pattern::Tuple)
    ];
    (pattern, of(plain_type()), value).prop_map(|(pattern, ty, value)| Statement { pattern, ty, value })
}

fn plain_type() -> impl Strategy<Value = TensorType> {
    let dims = vec(
        lower().prop_map(|name| DimItem::Dim(node(ExprKind::Name(name)))),
        0..3,
    );
    dims.prop_map(|dims| TensorType {
        element: ElementType::Float,
        dims,
        place: Place::NOWHERE,
    })
}
