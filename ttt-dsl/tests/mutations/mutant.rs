//! A mistake made at one place of a schema.

use ttt_dsl::spec::Spec;

use crate::kinds::{
    arguments, configs, dimensions, forwards, heads, items, names, parts, presets, signatures, statics,
    weights,
};
use crate::nodes::Walk;

/// A kind of mistake, and every place of a schema where it can be made.
pub struct Kind {
    pub name: &'static str,
    pub mutants: fn(&Spec) -> Vec<Mutant>,
}

/// Every kind, by what it damages.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    let by_piece = [
        dimensions::KINDS,
        names::KINDS,
        parts::KINDS,
        arguments::KINDS,
        statics::KINDS,
        signatures::KINDS,
        forwards::KINDS,
        heads::KINDS,
        presets::KINDS,
        configs::KINDS,
        weights::KINDS,
        items::KINDS,
    ];
    by_piece.into_iter().flatten()
}

/// A schema with one mistake, made when it is needed.
pub struct Mutant {
    make: Box<dyn Fn(&Spec) -> Spec>,
    /// What was taken away, for a mistake that leaves no line of its own.
    pub lost: Option<String>,
}

impl Mutant {
    /// The schema with the mistake.
    pub fn of(&self, spec: &Spec) -> Spec {
        (self.make)(spec)
    }
}

/// Every node of a kind, in the place of which each of its alternatives is put.
pub fn each<T: Clone + PartialEq + 'static>(
    spec: &Spec,
    walk: Walk<T>,
    alternatives: impl Fn(&T) -> Vec<T>,
) -> Vec<Mutant> {
    let changes = |node: &T| {
        alternatives(node)
            .into_iter()
            .map(|changed| (changed, None))
            .collect()
    };
    mutants(spec, walk, changes)
}

/// The same for what takes away something that has a name.
pub fn each_lost<T: Clone + PartialEq + 'static>(
    spec: &Spec,
    walk: Walk<T>,
    alternatives: impl Fn(&T) -> Vec<(T, String)>,
) -> Vec<Mutant> {
    let changes = |node: &T| {
        let changes = alternatives(node).into_iter();
        changes.map(|(changed, lost)| (changed, Some(lost))).collect()
    };
    mutants(spec, walk, changes)
}

fn mutants<T: Clone + PartialEq + 'static>(
    spec: &Spec,
    walk: Walk<T>,
    changes: impl Fn(&T) -> Vec<(T, Option<String>)>,
) -> Vec<Mutant> {
    let mut nodes = Vec::new();
    walk(&mut spec.clone(), &mut |node| nodes.push(node.clone()));
    let mut mutants = Vec::new();
    for (nth, node) in nodes.iter().enumerate() {
        let changes = changes(node).into_iter().filter(|(changed, _)| changed != node);
        mutants.extend(changes.map(|(changed, lost)| Mutant {
            make: Box::new(move |spec| replaced(spec, walk, nth, &changed)),
            lost,
        }));
    }
    mutants
}

fn replaced<T: Clone>(spec: &Spec, walk: Walk<T>, nth: usize, changed: &T) -> Spec {
    let mut spec = spec.clone();
    let mut count = 0;
    walk(&mut spec, &mut |node| {
        if count == nth {
            *node = changed.clone();
        }
        count += 1;
    });
    spec
}
