//! Heads, losses and ties that do not fit the model.

use ttt_dsl::spec::{Arg, Body, Head, Loss, Model, Name, Path, Segment, Spec, Tie};

use super::expression::{misspelt, name};
use super::names::renamed;
use super::{with_each_changed, with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a head dropped",
        mutants: dropped,
    },
    Kind {
        name: "a head twice",
        mutants: twice,
    },
    Kind {
        name: "a head renamed",
        mutants: renamed_heads,
    },
    Kind {
        name: "a loss misspelt",
        mutants: misspelt_losses,
    },
    Kind {
        name: "another loss",
        mutants: other_losses,
    },
    Kind {
        name: "a loss of no output",
        mutants: unknown_outputs,
    },
    Kind {
        name: "an unknown argument of a loss",
        mutants: unknown_arguments,
    },
    Kind {
        name: "a fold dropped",
        mutants: folds_dropped,
    },
    Kind {
        name: "a fold misspelt",
        mutants: folds_misspelt,
    },
    Kind {
        name: "a fold too many",
        mutants: folds_added,
    },
    Kind {
        name: "a tie of unlike shapes",
        mutants: unlike_ties,
    },
    Kind {
        name: "a tie of itself",
        mutants: ties_of_itself,
    },
    Kind {
        name: "a tie twice",
        mutants: ties_twice,
    },
    Kind {
        name: "a tie of a bias",
        mutants: ties_of_bias,
    },
];

fn dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::models, |model| {
        if model.weights.is_empty() {
            // Nothing names its heads.
            return Vec::new();
        }
        let without = without_each(&model.heads).into_iter();
        without
            .map(|(heads, dropped)| {
                (
                    Model {
                        heads,
                        ..model.clone()
                    },
                    dropped.name.to_string(),
                )
            })
            .collect()
    })
}

fn twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::models, |model| {
        let lists = with_each_twice(&model.heads).into_iter();
        lists
            .map(|heads| Model {
                heads,
                ..model.clone()
            })
            .collect()
    })
}

fn renamed_heads(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::heads, |head| {
        vec![renamed(head, |head| &mut head.name)]
    })
}

fn misspelt_losses(spec: &Spec) -> Vec<Mutant> {
    losses(spec, |loss| {
        vec![Loss {
            name: misspelt(&loss.name),
            ..loss.clone()
        }]
    })
}

/// Losses that read outputs of other names.
fn other_losses(spec: &Spec) -> Vec<Mutant> {
    losses(spec, |loss| {
        let other = match loss.name.as_str() {
            "span" => "next_token",
            _ => "span",
        };
        vec![Loss {
            name: Name::new(other),
            args: Vec::new(),
        }]
    })
}

fn unknown_outputs(spec: &Spec) -> Vec<Mutant> {
    losses(spec, |loss| {
        with_each_changed(&loss.args, |arg| {
            vec![Arg {
                value: name("nothing"),
                ..arg.clone()
            }]
        })
        .into_iter()
        .map(|args| Loss { args, ..loss.clone() })
        .collect()
    })
}

fn unknown_arguments(spec: &Spec) -> Vec<Mutant> {
    losses(spec, |loss| {
        let spare = Arg {
            name: Some(Name::new("spare")),
            value: name("logits"),
        };
        vec![Loss {
            args: [loss.args.as_slice(), &[spare]].concat(),
            ..loss.clone()
        }]
    })
}

fn losses(spec: &Spec, changes: impl Fn(&Loss) -> Vec<Loss>) -> Vec<Mutant> {
    each(spec, nodes::heads, |head| {
        let lists = with_each_changed(&head.losses, &changes).into_iter();
        lists
            .map(|losses| Head {
                losses,
                ..head.clone()
            })
            .collect()
    })
}

fn folds_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::heads, |head| match head.fold {
        Some(_) => vec![(
            Head {
                fold: None,
                ..head.clone()
            },
            "fold".to_owned(),
        )],
        None => Vec::new(),
    })
}

fn folds_misspelt(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::heads, |head| match &head.fold {
        Some(_) => vec![Head {
            fold: Some(Name::new("Z")),
            ..head.clone()
        }],
        None => Vec::new(),
    })
}

fn folds_added(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::heads, |head| match &head.fold {
        Some(_) => Vec::new(),
        None => vec![Head {
            fold: Some(Name::new("C")),
            ..head.clone()
        }],
    })
}

fn unlike_ties(spec: &Spec) -> Vec<Mutant> {
    ties(spec, |body, tie| {
        let others = body.parts.iter().map(|part| Path {
            segments: weight_of(&part.name),
            place: tie.owner.place,
        });
        others.map(|owner| Tie { owner, ..tie.clone() }).collect()
    })
}

fn weight_of(part: &Name) -> Vec<Segment> {
    [part.as_str(), "weight"]
        .map(|name| Segment {
            name: Name::new(name),
            index: None,
        })
        .to_vec()
}

fn ties_of_itself(spec: &Spec) -> Vec<Mutant> {
    ties(spec, |_, tie| {
        vec![Tie {
            owner: tie.tied.clone(),
            ..tie.clone()
        }]
    })
}

fn ties_of_bias(spec: &Spec) -> Vec<Mutant> {
    ties(spec, |_, tie| {
        let mut changed = tie.clone();
        changed.owner.segments.last_mut().unwrap().name = Name::new("bias");
        vec![changed]
    })
}

fn ties_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::bodies, |body| {
        let lists = with_each_twice(&body.ties).into_iter();
        lists.map(|ties| Body { ties, ..body.clone() }).collect()
    })
}

fn ties(spec: &Spec, changes: impl Fn(&Body, &Tie) -> Vec<Tie>) -> Vec<Mutant> {
    each(spec, nodes::bodies, |body| {
        let lists = with_each_changed(&body.ties, |tie| changes(body, tie)).into_iter();
        lists.map(|ties| Body { ties, ..body.clone() }).collect()
    })
}
