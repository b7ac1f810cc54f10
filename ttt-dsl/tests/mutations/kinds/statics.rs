//! Params, lets and requires that are missing or say something else.

use ttt_dsl::spec::{BinaryOp, Body, Expr, ExprKind, Kind as ParamKind, Let, Model, Param, Require, Spec};

use super::expression::{binary, expr, plus_one, text};
use super::{with_each_changed, with_each_pair_swapped, with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a param dropped",
        mutants: dropped_params,
    },
    Kind {
        name: "a param twice",
        mutants: params_twice,
    },
    Kind {
        name: "a param of another kind",
        mutants: other_kinds,
    },
    Kind {
        name: "a default of another kind",
        mutants: other_defaults,
    },
    Kind {
        name: "a model's default dropped",
        mutants: no_defaults,
    },
    Kind {
        name: "a require dropped",
        mutants: dropped_requires,
    },
    Kind {
        name: "a require with another divisor",
        mutants: other_divisors,
    },
    Kind {
        name: "a require that is no condition",
        mutants: no_conditions,
    },
    Kind {
        name: "a let dropped",
        mutants: dropped_lets,
    },
    Kind {
        name: "a let twice",
        mutants: lets_twice,
    },
    Kind {
        name: "a let before what it uses",
        mutants: lets_swapped,
    },
    Kind {
        name: "a division without licence",
        mutants: divisions,
    },
];

fn dropped_params(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::params, |params| {
        let without = without_each(params).into_iter();
        without
            .map(|(params, dropped)| (params, format!("`{}`", dropped.name)))
            .collect()
    })
}

fn params_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::params, |params| with_each_twice(params))
}

/// Kinds that do not convert to what was meant.
fn other_kinds(spec: &Spec) -> Vec<Mutant> {
    let kinds = |param: &Param| match param.kind {
        ParamKind::Dim => vec![ParamKind::Float, ParamKind::Bool],
        ParamKind::Int => vec![ParamKind::Bool],
        ParamKind::Float => vec![ParamKind::Bool],
        ParamKind::Bool => vec![ParamKind::Float, ParamKind::Dim],
        ParamKind::Block => vec![ParamKind::Dim],
        ParamKind::Enum(_) => vec![ParamKind::Float, ParamKind::Bool],
    };
    let others = move |param: &Param| {
        let kinds = kinds(param).into_iter();
        kinds
            .map(|kind| Param {
                kind,
                ..param.clone()
            })
            .collect::<Vec<_>>()
    };
    each(spec, nodes::params, |params| with_each_changed(params, others))
}

fn other_defaults(spec: &Spec) -> Vec<Mutant> {
    let changed = |param: &Param| match &param.default {
        None => Vec::new(),
        Some(_) => vec![with_default(param, Some(text("many")))],
    };
    each(spec, nodes::params, |params| with_each_changed(params, changed))
}

fn no_defaults(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::models, |model| {
        let bare = |param: &Param| vec![with_default(param, None)];
        let lists = with_each_changed(&model.params, bare).into_iter();
        lists
            .map(|params| Model {
                params,
                ..model.clone()
            })
            .collect()
    })
}

fn with_default(param: &Param, default: Option<Expr>) -> Param {
    Param {
        default,
        ..param.clone()
    }
}

fn dropped_requires(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        let without = without_each(&body.requires).into_iter();
        without
            .map(|(requires, _)| {
                (
                    Body {
                        requires,
                        ..body.clone()
                    },
                    "require".to_owned(),
                )
            })
            .collect()
    })
}

fn other_divisors(spec: &Spec) -> Vec<Mutant> {
    let changed = |require: &Require| {
        let ExprKind::Binary {
            op: BinaryOp::Equal,
            lhs,
            rhs,
        } = &require.condition.kind
        else {
            return Vec::new();
        };
        let ExprKind::Binary {
            op: BinaryOp::Remainder,
            lhs: number,
            rhs: divisor,
        } = &lhs.kind
        else {
            return Vec::new();
        };
        let remainder = binary(BinaryOp::Remainder, *number.clone(), plus_one(divisor));
        let turned = binary(BinaryOp::Remainder, *divisor.clone(), *number.clone());
        let conditions = [remainder, turned].map(|lhs| binary(BinaryOp::Equal, lhs, *rhs.clone()));
        conditions
            .map(|condition| Require {
                condition,
                ..require.clone()
            })
            .to_vec()
    };
    each_lost(spec, nodes::bodies, |body| {
        let lists = with_each_changed(&body.requires, changed).into_iter();
        lists
            .map(|requires| {
                (
                    Body {
                        requires,
                        ..body.clone()
                    },
                    "require".to_owned(),
                )
            })
            .collect()
    })
}

fn no_conditions(spec: &Spec) -> Vec<Mutant> {
    let changed = |require: &Require| {
        let ExprKind::Binary { lhs, .. } = &require.condition.kind else {
            return Vec::new();
        };
        vec![Require {
            condition: *lhs.clone(),
            ..require.clone()
        }]
    };
    each(spec, nodes::bodies, |body| {
        let lists = with_each_changed(&body.requires, changed).into_iter();
        lists
            .map(|requires| Body {
                requires,
                ..body.clone()
            })
            .collect()
    })
}

fn dropped_lets(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        let without = without_each(&body.lets).into_iter();
        without
            .map(|(lets, dropped)| (Body { lets, ..body.clone() }, format!("`{}`", dropped.name)))
            .collect()
    })
}

fn lets_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::bodies, |body| {
        let lists = with_each_twice(&body.lets).into_iter();
        lists.map(|lets| Body { lets, ..body.clone() }).collect()
    })
}

fn lets_swapped(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::bodies, |body| {
        let lists = with_each_pair_swapped(&body.lets).into_iter();
        let uses_before = |lets: &Vec<Let>| {
            (0..lets.len()).any(|nth| {
                let mut uses = false;
                lets[nth].value.visit_names(&mut |name| {
                    uses |= lets[nth..].iter().any(|later| later.name == *name);
                });
                uses
            })
        };
        lists
            .filter(uses_before)
            .map(|lets| Body { lets, ..body.clone() })
            .collect()
    })
}

fn divisions(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::statics, |value| match &value.kind {
        ExprKind::Binary {
            op: BinaryOp::Divide,
            lhs,
            rhs,
        } if matches!(lhs.kind, ExprKind::Name(_)) => {
            vec![binary(BinaryOp::Divide, plus_one(lhs), *rhs.clone())]
        }
        ExprKind::Binary {
            op: BinaryOp::Multiply,
            lhs,
            rhs,
        } if matches!(lhs.kind, ExprKind::Name(_)) => {
            vec![expr(ExprKind::Binary {
                op: BinaryOp::Divide,
                lhs: lhs.clone(),
                rhs: Box::new(plus_one(rhs)),
            })]
        }
        _ => Vec::new(),
    })
}
