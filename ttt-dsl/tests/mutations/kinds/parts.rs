//! Parts that are missing, too many, or of another block.

use ttt_dsl::spec::{Arg, Body, Name, Part, PartCall, Spec};

use super::expression::int;
use super::{with_each_changed, with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a part dropped",
        mutants: dropped,
    },
    Kind {
        name: "a part twice",
        mutants: twice,
    },
    Kind {
        name: "a part that is not used",
        mutants: unused,
    },
    Kind {
        name: "a part of another leaf",
        mutants: other_leaf,
    },
    Kind {
        name: "a transposed linear",
        mutants: transposed,
    },
    Kind {
        name: "a repeated part once",
        mutants: once,
    },
    Kind {
        name: "a part repeated",
        mutants: repeated,
    },
    Kind {
        name: "a part's condition dropped",
        mutants: unconditional,
    },
];

fn dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        let without = without_each(&body.parts).into_iter();
        without
            .map(|(parts, part)| {
                (
                    Body {
                        parts,
                        ..body.clone()
                    },
                    format!("`{}`", part.name),
                )
            })
            .collect()
    })
}

fn twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::bodies, |body| {
        with_parts(body, with_each_twice(&body.parts))
    })
}

fn unused(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::bodies, |body| {
        let spare = |part: &Part| Part {
            name: Name::new("spare"),
            ..part.clone()
        };
        let lists = (0..body.parts.len()).map(|nth| {
            let mut parts = body.parts.clone();
            parts.insert(nth + 1, spare(&parts[nth]));
            parts
        });
        with_parts(body, lists.collect())
    })
}

/// Leaves of as many params, so that the shapes decide.
const OTHERS: [(&str, &[&str]); 5] = [
    ("Linear", &["Embedding", "Matrix"]),
    ("Embedding", &["Linear"]),
    ("LayerNorm", &["Vector", "Linear"]),
    ("RmsNorm", &["Vector", "Linear"]),
    ("Vector", &["RmsNorm", "LayerNorm"]),
];

fn other_leaf(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::part_calls, |call| {
        let others = OTHERS
            .iter()
            .filter(|(leaf, _)| *leaf == call.callee.as_str())
            .flat_map(|(_, others)| *others);
        let positional: Vec<Arg> = call
            .args
            .iter()
            .filter(|arg| arg.name.is_none())
            .cloned()
            .collect();
        others
            .map(|other| PartCall {
                callee: Name::new(*other),
                args: positional.clone(),
            })
            .collect()
    })
}

fn transposed(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::part_calls, |call| match call.args.as_slice() {
        [first, second, ..] if call.callee.as_str() == "Linear" && second.name.is_none() => {
            let mut args = call.args.clone();
            args[0] = second.clone();
            args[1] = first.clone();
            vec![PartCall { args, ..call.clone() }]
        }
        _ => Vec::new(),
    })
}

fn once(spec: &Spec) -> Vec<Mutant> {
    let once = |part: &Part| match part.count {
        _ if !is_loaded(spec) => Vec::new(),
        Some(_) => vec![Part {
            count: None,
            index: None,
            ..part.clone()
        }],
        None => Vec::new(),
    };
    each(spec, nodes::bodies, |body| {
        with_parts(body, with_each_changed(&body.parts, once))
    })
}

fn repeated(spec: &Spec) -> Vec<Mutant> {
    let repeated = |part: &Part| match part.count {
        // Without a table, what gives back what it takes may be repeated; without tensors, always.
        _ if !is_loaded(spec) || part.call.callee.as_str() == "Dropout" => Vec::new(),
        None => vec![Part {
            count: Some(int(2)),
            ..part.clone()
        }],
        Some(_) => Vec::new(),
    };
    each(spec, nodes::bodies, |body| {
        with_parts(body, with_each_changed(&body.parts, repeated))
    })
}

fn unconditional(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::bodies, |body| {
        let conditional = (0..body.parts.len()).filter(|nth| body.parts[*nth].condition.is_some());
        conditional
            .map(|nth| {
                let mut parts = body.parts.clone();
                parts[nth].condition = None;
                let lost = format!("`{}`", parts[nth].name);
                (
                    Body {
                        parts,
                        ..body.clone()
                    },
                    lost,
                )
            })
            .collect()
    })
}

fn is_loaded(spec: &Spec) -> bool {
    spec.models.iter().any(|model| !model.weights.is_empty())
}

fn with_parts(body: &Body, lists: Vec<Vec<Part>>) -> Vec<Body> {
    lists
        .into_iter()
        .map(|parts| Body {
            parts,
            ..body.clone()
        })
        .collect()
}
