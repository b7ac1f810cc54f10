//! Arguments that are missing, too many, swapped or of another kind.

use ttt_dsl::spec::{Arg, Expr, ExprKind, Kind as ParamKind, Name, PartCall, Spec};
use ttt_dsl::standard;

use super::expression::{call, float, int, text, truth};
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

/// Neighbours, as people swap them.
fn swapped(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::arguments, |args| {
        let positional = args.iter().filter(|arg| arg.name.is_none()).count();
        let swapped = |first: usize| {
            let mut args = args.clone();
            args.swap(first, first + 1);
            args
        };
        (1..positional).map(|second| swapped(second - 1)).collect()
    })
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
    each(spec, nodes::arguments, |args| {
        with_each_changed(args, |arg| match arg.value.kind {
            ExprKind::Bool(_) => Vec::new(),
            ExprKind::Name(_)
                if arg
                    .name
                    .as_ref()
                    .is_some_and(|name| name.as_str().contains("bias")) =>
            {
                Vec::new()
            }
            _ => vec![Arg {
                name: arg.name.clone(),
                value: truth(),
            }],
        })
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
    let library = standard::library();
    let specs = [spec, library];
    let blocks = specs
        .iter()
        .flat_map(|spec| &spec.blocks)
        .map(|block| (&block.name, &block.params));
    let leaves = specs
        .iter()
        .flat_map(|spec| &spec.leaves)
        .map(|leaf| (&leaf.name, &leaf.params));
    let found = blocks.chain(leaves).find(|(name, _)| name.as_str() == callee);
    found.is_some_and(|(_, params)| {
        params
            .get(position)
            .is_some_and(|param| param.kind == ParamKind::Dim)
    })
}
