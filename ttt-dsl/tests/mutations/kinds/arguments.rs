//! Arguments that are missing, too many, swapped or of another kind.

use ttt_dsl::spec::{Arg, Expr, ExprKind, Kind as ParamKind, Name, PartCall, Spec};
use ttt_dsl::standard;

use super::expression::{call, expr, float, int, text, truth};
use super::{with_each_changed, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a positional argument dropped",
        mutants: dropped,
    },
    Kind {
        name: "an argument too many",
        mutants: added,
    },
    Kind {
        name: "an unknown argument",
        mutants: unknown,
    },
    Kind {
        name: "two arguments swapped",
        mutants: swapped,
    },
    Kind {
        name: "a named argument twice",
        mutants: twice,
    },
    Kind {
        name: "a text for an argument",
        mutants: texts,
    },
    Kind {
        name: "a tensor for an argument",
        mutants: tensors,
    },
    Kind {
        name: "a number for a truth value",
        mutants: numbers,
    },
    Kind {
        name: "a truth value for a number",
        mutants: truths,
    },
    Kind {
        name: "a fraction for a size",
        mutants: fractions,
    },
    Kind {
        name: "a size of nothing",
        mutants: zeros,
    },
];

fn dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::arguments, |args| {
        let without = without_each(args)
            .into_iter()
            .filter(|(_, dropped)| dropped.name.is_none());
        without.map(|(args, _)| (args, "misses".to_owned())).collect()
    })
}

fn added(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::arguments, |args| {
        let mut more = args.clone();
        let positional = args.iter().filter(|arg| arg.name.is_none()).count();
        more.splice(
            positional..positional,
            (0..16).map(|_| Arg {
                name: None,
                value: int(1),
            }),
        );
        vec![more]
    })
}

fn unknown(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::arguments, |args| {
        let mut more = args.clone();
        more.push(Arg {
            name: Some(Name::new("spare")),
            value: int(1),
        });
        vec![more]
    })
}

/// Neighbours, as people swap them; two of one kind that is no size are told apart by their meaning alone.
fn swapped(spec: &Spec) -> Vec<Mutant> {
    let parts = each(spec, nodes::part_calls, |part| {
        let kind = |position: usize| kind_of(spec, part.callee.as_str(), position);
        let alike =
            |second: &usize| kind(*second) == kind(second - 1) && kind(*second) != Some(ParamKind::Dim);
        let swapped = neighbours(&part.args).filter(|second| !alike(second));
        let changed = swapped.map(|second| {
            let mut args = part.args.clone();
            args.swap(second - 1, second);
            PartCall { args, ..part.clone() }
        });
        changed.collect()
    });
    let calls = each(spec, nodes::computations, |value| {
        let ExprKind::Call { callee, args } = &value.kind else {
            return Vec::new();
        };
        let changed = neighbours(args).map(|second| {
            let mut args = args.clone();
            args.swap(second - 1, second);
            let callee = callee.clone();
            expr(ExprKind::Call { callee, args })
        });
        changed.collect()
    });
    parts.into_iter().chain(calls).collect()
}

/// Where the second of two positional neighbours stands.
fn neighbours(args: &[Arg]) -> std::ops::Range<usize> {
    1..args.iter().filter(|arg| arg.name.is_none()).count().max(1)
}

fn twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::arguments, |args| {
        let named = args.iter().filter(|arg| arg.name.is_some());
        named
            .map(|arg| {
                let mut more = args.clone();
                more.push(arg.clone());
                more
            })
            .collect()
    })
}

fn texts(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::arguments, |args| {
        with_each_changed(args, |arg| match arg.value.kind {
            ExprKind::Text(_) => Vec::new(),
            _ => vec![Arg {
                name: arg.name.clone(),
                value: text("b t d"),
            }],
        })
    })
}

fn tensors(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::part_calls, |part| {
        let tensor = |arg: &Arg| {
            vec![Arg {
                name: arg.name.clone(),
                value: call("positions", vec![int(1)]),
            }]
        };
        let lists = with_each_changed(&part.args, tensor).into_iter();
        lists.map(|args| PartCall { args, ..part.clone() }).collect()
    })
}

fn numbers(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::arguments, |args| {
        with_each_changed(args, |arg| match arg.value.kind {
            ExprKind::Bool(_) => vec![Arg {
                name: arg.name.clone(),
                value: int(1),
            }],
            _ => Vec::new(),
        })
    })
}

fn truths(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::part_calls, |part| {
        let positional = part.args.iter().take_while(|arg| arg.name.is_none()).count();
        let numbers = (0..positional).filter(|position| {
            let kind = kind_of(spec, part.callee.as_str(), *position);
            kind.is_some_and(|kind| kind != ParamKind::Bool)
        });
        let changed = numbers.map(|position| {
            let mut args = part.args.clone();
            args[position].value = truth();
            PartCall { args, ..part.clone() }
        });
        changed.collect()
    })
}

fn fractions(spec: &Spec) -> Vec<Mutant> {
    sizes(spec, || float(0.5))
}

fn zeros(spec: &Spec) -> Vec<Mutant> {
    sizes(spec, || int(0))
}

/// Another value in the place of every size that a part is called with.
fn sizes(spec: &Spec, value: fn() -> Expr) -> Vec<Mutant> {
    each(spec, nodes::part_calls, |part| {
        let positional = part.args.iter().take_while(|arg| arg.name.is_none()).count();
        let sizes = (0..positional).filter(|position| takes_size(spec, part.callee.as_str(), *position));
        let changed = sizes.map(|position| {
            let mut args = part.args.clone();
            args[position].value = value();
            PartCall { args, ..part.clone() }
        });
        changed.collect()
    })
}

/// Whether the param at this position of a block or leaf is a size.
fn takes_size(spec: &Spec, callee: &str, position: usize) -> bool {
    kind_of(spec, callee, position) == Some(ParamKind::Dim)
}

fn kind_of(spec: &Spec, callee: &str, position: usize) -> Option<ParamKind> {
    let specs = [spec, standard::library()];
    let blocks = specs
        .iter()
        .flat_map(|spec| &spec.blocks)
        .map(|block| (&block.name, &block.params));
    let leaves = specs
        .iter()
        .flat_map(|spec| &spec.leaves)
        .map(|leaf| (&leaf.name, &leaf.params));
    let (_, params) = blocks.chain(leaves).find(|(name, _)| name.as_str() == callee)?;
    params.get(position).map(|param| param.kind.clone())
}
