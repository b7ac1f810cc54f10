//! Computations that lack a step, take it too early, or take another one.

use ttt_dsl::spec::{BinaryOp, Body, Expr, ExprKind, Forward, IndexItem, Name, Pattern, Spec, Statement};

use super::expression::{binary, call, expr, int, text};
use super::{with_each_changed, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a statement dropped",
        mutants: dropped,
    },
    Kind {
        name: "a statement too early",
        mutants: early,
    },
    Kind {
        name: "a name too many in a pattern",
        mutants: patterns,
    },
    Kind {
        name: "a wrong function",
        mutants: functions,
    },
    Kind {
        name: "a wrong axis",
        mutants: axes,
    },
    Kind {
        name: "a wrong broadcast",
        mutants: broadcasts,
    },
    Kind {
        name: "a dimension lost on the way",
        mutants: reduced,
    },
    Kind {
        name: "an index too many",
        mutants: more_indices,
    },
    Kind {
        name: "an else dropped",
        mutants: no_else,
    },
    Kind {
        name: "a pattern's axis lost",
        mutants: axis_lost,
    },
    Kind {
        name: "a pattern's axes swapped",
        mutants: axes_swapped,
    },
    Kind {
        name: "a text for a tensor",
        mutants: texts,
    },
    Kind {
        name: "a comparison of tensors",
        mutants: comparisons,
    },
    Kind {
        name: "a condition dropped",
        mutants: unconditional,
    },
    Kind {
        name: "a forward dropped",
        mutants: no_forward,
    },
];

fn dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::forwards, |forward| {
        let without = without_each(&forward.statements).into_iter();
        let fresh = without.filter(|(rest, statement)| is_fresh(forward, rest, statement));
        fresh
            .map(|(statements, dropped)| {
                (
                    Forward {
                        statements,
                        ..forward.clone()
                    },
                    format!("`{}`", first_name(&dropped)),
                )
            })
            .collect()
    })
}

/// Whether nothing else bears its name, so that it is missed.
fn is_fresh(forward: &Forward, rest: &[Statement], statement: &Statement) -> bool {
    let name = first_name(statement);
    let several = matches!(&statement.pattern, Pattern::Tuple(names) if names.len() > 1);
    !several
        && !rest.iter().any(|other| first_name(other) == name)
        && !forward
            .signature
            .inputs
            .iter()
            .any(|input| input.name.as_str() == name)
}

fn first_name(statement: &Statement) -> &str {
    match &statement.pattern {
        Pattern::Name(name) => name.as_str(),
        Pattern::Tuple(names) => names[0].as_str(),
    }
}

fn early(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::forwards, |forward| {
        let pairs = 1..forward.statements.len();
        let uses = |nth: &usize| {
            let name = first_name(&forward.statements[nth - 1]);
            let rest: Vec<Statement> = without_each(&forward.statements).swap_remove(nth - 1).0;
            let mut uses = false;
            forward.statements[*nth]
                .value
                .visit_names(&mut |used| uses |= used.as_str() == name);
            uses && is_fresh(forward, &rest, &forward.statements[nth - 1])
        };
        pairs
            .filter(uses)
            .map(|nth| {
                let mut statements = forward.statements.clone();
                statements.swap(nth - 1, nth);
                let early = first_name(&forward.statements[nth - 1]);
                (
                    Forward {
                        statements,
                        ..forward.clone()
                    },
                    format!("`{early}`"),
                )
            })
            .collect()
    })
}

fn patterns(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::forwards, |forward| {
        let more = |statement: &Statement| {
            let mut names = match &statement.pattern {
                Pattern::Name(name) => vec![name.clone()],
                Pattern::Tuple(names) => names.clone(),
            };
            names.push(Name::new("spare"));
            vec![Statement {
                pattern: Pattern::Tuple(names),
                ..statement.clone()
            }]
        };
        let lists = with_each_changed(&forward.statements, more).into_iter();
        lists
            .map(|statements| Forward {
                statements,
                ..forward.clone()
            })
            .collect()
    })
}

/// Standard functions in the place of others, whose arguments or results differ.
const OTHERS: [(&str, &str); 10] = [
    ("rearrange", "reshape"),
    ("attend", "matmul"),
    ("rotate", "transpose"),
    ("positions", "softmax"),
    ("activate", "silu"),
    ("pick", "mean"),
    ("last_token", "positions"),
    ("mean", "softmax"),
    ("concat", "matmul"),
    ("tanh", "mean"),
];

fn functions(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| {
        let ExprKind::Call { callee, args } = &value.kind else {
            return Vec::new();
        };
        let others = OTHERS.iter().filter(|(function, _)| *function == callee.as_str());
        others
            .map(|(_, other)| {
                expr(ExprKind::Call {
                    callee: Name::new(*other),
                    args: args.clone(),
                })
            })
            .collect()
    })
}

fn axes(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| {
        let ExprKind::Call { callee, args } = &value.kind else {
            return Vec::new();
        };
        let axis = args
            .iter()
            .position(|arg| arg.name.as_ref().is_some_and(|name| name.as_str() == "axis"));
        let Some(axis) = axis else { return Vec::new() };
        let with = |number: i64| {
            let mut args = args.clone();
            args[axis].value = int(number);
            expr(ExprKind::Call {
                callee: callee.clone(),
                args,
            })
        };
        [0, 1, 2, 4, -5].map(with).to_vec()
    })
}

/// Every value of a computation by what does not stretch to it.
fn broadcasts(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| match &value.kind {
        ExprKind::Binary { op, lhs, rhs } if is_tensor(lhs) && is_tensor(rhs) => {
            let turned = |side: &Expr| call("transpose", vec![side.clone()]);
            vec![
                binary(*op, turned(lhs), *rhs.clone()),
                binary(*op, *lhs.clone(), turned(rhs)),
            ]
        }
        _ => Vec::new(),
    })
}

fn is_tensor(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call { callee, .. } => callee.as_str() != "sqrt",
        ExprKind::Name(name) => name.as_str().len() == 1,
        _ => false,
    }
}

fn reduced(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::forwards, |forward| match forward.result.kind {
        ExprKind::Tuple(_) | ExprKind::If { .. } => Vec::new(),
        _ => {
            let result = call("mean", vec![forward.result.clone()]);
            vec![Forward {
                result,
                ..forward.clone()
            }]
        }
    })
}

fn more_indices(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| {
        let ExprKind::Index { base, items } = &value.kind else {
            return Vec::new();
        };
        let more = [items.as_slice(), &[IndexItem::At(int(0)), IndexItem::At(int(0))]].concat();
        vec![expr(ExprKind::Index {
            base: base.clone(),
            items: more,
        })]
    })
}

fn no_else(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| match &value.kind {
        ExprKind::If {
            condition,
            then,
            otherwise: Some(_),
        } => {
            vec![expr(ExprKind::If {
                condition: condition.clone(),
                then: then.clone(),
                otherwise: None,
            })]
        }
        _ => Vec::new(),
    })
}

fn axis_lost(spec: &Spec) -> Vec<Mutant> {
    patterns_changed(spec, |pattern| {
        let words: Vec<&str> = pattern.split(' ').collect();
        let words = without_each(&words).into_iter().filter(|(_, word)| *word != "->");
        words.map(|(rest, _)| rest.join(" ")).collect()
    })
}

/// Neighbours of what is made.
fn axes_swapped(spec: &Spec) -> Vec<Mutant> {
    patterns_changed(spec, |pattern| {
        let Some((from, to)) = pattern.split_once(" -> ") else {
            return Vec::new();
        };
        let names: Vec<&str> = to.split(' ').map(|word| word.trim_matches(['(', ')'])).collect();
        let swap = |nth: usize| {
            let swapped = to
                .replace(names[nth], "_")
                .replace(names[nth + 1], names[nth])
                .replace('_', names[nth + 1]);
            format!("{from} -> {swapped}")
        };
        (0..names.len() - 1).map(swap).collect()
    })
}

fn patterns_changed(spec: &Spec, changes: impl Fn(&str) -> Vec<String>) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| match &value.kind {
        ExprKind::Text(pattern) => changes(pattern).iter().map(|pattern| text(pattern)).collect(),
        _ => Vec::new(),
    })
}

fn texts(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| match &value.kind {
        ExprKind::Text(_) => Vec::new(),
        _ => vec![text("x")],
    })
}

fn comparisons(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| match &value.kind {
        ExprKind::Binary { op, lhs, rhs } if is_tensor(lhs) && !is_static(*op) => {
            vec![binary(BinaryOp::Less, *lhs.clone(), *rhs.clone())]
        }
        _ => Vec::new(),
    })
}

fn is_static(op: BinaryOp) -> bool {
    use BinaryOp::{Add, Divide, Multiply, Subtract};
    !matches!(op, Add | Subtract | Multiply | Divide)
}

/// What exists only under a condition, taken without it.
fn unconditional(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::computations, |value| match &value.kind {
        ExprKind::If { then, .. } => vec![*then.clone()],
        _ => Vec::new(),
    })
}

fn no_forward(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        vec![(
            Body {
                forward: None,
                ..body.clone()
            },
            "forward".to_owned(),
        )]
    })
}
