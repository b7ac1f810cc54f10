//! Presets that name or hold what the params do not.

use ttt_dsl::spec::{Expr, ExprKind, Model, Name, Preset, Spec};

use super::expression::{float, int, misspelt, text, truth};
use super::{with_each_changed, with_each_twice};
use crate::mutant::{Kind, Mutant, each};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "an unknown preset key",
        mutants: unknown,
    },
    Kind {
        name: "a preset key twice",
        mutants: keys_twice,
    },
    Kind {
        name: "a preset twice",
        mutants: twice,
    },
    Kind {
        name: "a preset of another kind",
        mutants: other_kinds,
    },
    Kind {
        name: "a preset that breaks a require",
        mutants: broken,
    },
];

fn unknown(spec: &Spec) -> Vec<Mutant> {
    values(spec, |values| {
        with_each_changed(values, |(key, value)| vec![(misspelt(key), value.clone())])
    })
}

fn keys_twice(spec: &Spec) -> Vec<Mutant> {
    values(spec, with_each_twice)
}

fn twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::models, |model| {
        with_presets(model, with_each_twice(&model.presets))
    })
}

fn other_kinds(spec: &Spec) -> Vec<Mutant> {
    let kinds = |(key, _): &(Name, Expr)| vec![(key.clone(), text("many"))];
    let sizes = |(key, value): &(Name, Expr)| match value.kind {
        ExprKind::Int(1..) => vec![(key.clone(), float(0.5)), (key.clone(), truth())],
        _ => Vec::new(),
    };
    let mut mutants = values(spec, |values| with_each_changed(values, kinds));
    mutants.extend(values_of(spec, sizes));
    mutants
}

/// Dims of nothing, and heads that do not divide.
fn broken(spec: &Spec) -> Vec<Mutant> {
    values_of(spec, |(key, value)| match (key.as_str(), &value.kind) {
        ("heads" | "kv_heads", _) => vec![(key.clone(), int(7)), (key.clone(), int(0))],
        ("dim", _) => vec![(key.clone(), int(0)), (key.clone(), int(-4))],
        (_, ExprKind::Int(2..)) => vec![(key.clone(), int(0))],
        _ => Vec::new(),
    })
}

fn values_of(spec: &Spec, changes: impl Fn(&(Name, Expr)) -> Vec<(Name, Expr)>) -> Vec<Mutant> {
    values(spec, |values| with_each_changed(values, &changes))
}

fn values(spec: &Spec, changes: impl Fn(&[(Name, Expr)]) -> Vec<Vec<(Name, Expr)>>) -> Vec<Mutant> {
    each(spec, nodes::models, |model| {
        let presets = with_each_changed(&model.presets, |preset| {
            let lists = changes(&preset.values).into_iter();
            lists
                .map(|values| Preset {
                    values,
                    ..preset.clone()
                })
                .collect()
        });
        with_presets(model, presets)
    })
}

fn with_presets(model: &Model, lists: Vec<Vec<Preset>>) -> Vec<Model> {
    lists
        .into_iter()
        .map(|presets| Model {
            presets,
            ..model.clone()
        })
        .collect()
}
