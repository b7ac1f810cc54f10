//! Two mistakes in different pieces of one schema: both are told, whatever the other is.

use std::fmt;

use ttt_dsl::check::check;
use ttt_dsl::parse::parse_text;
use ttt_dsl::print;
use ttt_dsl::spec::Spec;

use crate::mutant::{Mutant, kinds};
use crate::source::Source;

/// How many pairs were made, and in how many of them both mistakes are told.
#[derive(Default)]
pub struct Pairs {
    pub made: usize,
    pub told: usize,
    hidden: Vec<String>,
}

/// A schema with one mistake, and what is said of it.
struct Mistake {
    kind: &'static str,
    spec: Spec,
    said: (String, String),
}

impl Pairs {
    /// Makes so many pairs of a source, spread over its mutants.
    pub fn make(&mut self, source: &Source, count: usize) {
        let mutants: Vec<(&'static str, Mutant)> = kinds()
            .flat_map(|kind| {
                let mutants = (kind.mutants)(&source.spec).into_iter();
                mutants.map(|mutant| (kind.name, mutant))
            })
            .collect();
        // Steps without a common factor lead everywhere, and the two walks to every other pair.
        let walk = |start: usize, step: usize| {
            let length = mutants.len();
            (0..).map(move |nth: usize| (start + nth * step) % length)
        };
        let pairs = walk(0, 7919).zip(walk(mutants.len() / 2, 104_729));
        let mut left = count;
        for (first, second) in pairs.take(4 * count) {
            if left == 0 {
                break;
            }
            let mistake = |nth: usize| Mistake::alone(&source.spec, &mutants[nth]);
            let (Some(first), Some(second)) = (mistake(first), mistake(second)) else {
                continue;
            };
            if let Some(both) = both(&source.spec, &first.spec, &second.spec) {
                self.judge(source, &first, &second, &both);
                left -= 1;
            }
        }
    }

    fn judge(&mut self, source: &Source, first: &Mistake, second: &Mistake, both: &Spec) {
        let said = said(both);
        let hidden: Vec<&Mistake> = [first, second]
            .into_iter()
            .filter(|mistake| !said.contains(&mistake.said))
            .collect();
        self.made += 1;
        self.told += usize::from(hidden.is_empty());
        for mistake in hidden {
            let other = if mistake.said == first.said { second } else { first };
            self.hidden.push(format!(
                "{}: {} ({} {}) is not told beside {} ({} {})",
                source.name,
                mistake.kind,
                mistake.said.0,
                mistake.said.1,
                other.kind,
                other.said.0,
                other.said.1
            ));
        }
    }
}

impl fmt::Display for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hidden
            .iter()
            .try_for_each(|hidden| writeln!(f, "{hidden}"))?;
        write!(f, "both told in {} of {} pairs", self.told, self.made)
    }
}

impl Mistake {
    /// A mistake of which exactly one thing is said.
    fn alone(spec: &Spec, (kind, mutant): &(&'static str, Mutant)) -> Option<Mistake> {
        let spec = mutant.of(spec);
        let mut said = said(&spec);
        let one = said.pop()?;
        said.is_empty().then_some(Mistake {
            kind,
            spec,
            said: one,
        })
    }
}

/// Codes and messages.
fn said(spec: &Spec) -> Vec<(String, String)> {
    let parsed = parse_text(&print::rust(spec));
    let mut report = parsed.report;
    report.append(check(&parsed.spec).report);
    let diagnostics = report.diagnostics.into_iter();
    diagnostics
        .map(|diagnostic| (diagnostic.code.id.to_owned(), diagnostic.message))
        .collect()
}

/// The schema with the changes of both, where no piece is changed by both and none is added or taken away.
fn both(base: &Spec, first: &Spec, second: &Spec) -> Option<Spec> {
    let same_models = base.models.iter().zip(&first.models).zip(&second.models);
    let models = same_models.map(|((base, first), second)| {
        let mut model = base.clone();
        model.name = merged(&base.name, &first.name, &second.name)?;
        model.params = merged(&base.params, &first.params, &second.params)?;
        model.body = merged(&base.body, &first.body, &second.body)?;
        model.heads = merged_each(&base.heads, &first.heads, &second.heads)?;
        model.presets = merged_each(&base.presets, &first.presets, &second.presets)?;
        model.configs = merged_each(&base.configs, &first.configs, &second.configs)?;
        model.weights = merged_each(&base.weights, &first.weights, &second.weights)?;
        Some(model)
    });
    let both = Spec {
        models: models.collect::<Option<_>>()?,
        blocks: merged_each(&base.blocks, &first.blocks, &second.blocks)?,
        leaves: merged_each(&base.leaves, &first.leaves, &second.leaves)?,
        enums: merged_each(&base.enums, &first.enums, &second.enums)?,
        ..base.clone()
    };
    // What stands in none of these pieces is lost.
    (both != *first && both != *second).then_some(both)
}

fn merged_each<T: Clone + PartialEq>(base: &[T], first: &[T], second: &[T]) -> Option<Vec<T>> {
    if base.len() != first.len() || base.len() != second.len() {
        return None;
    }
    let triples = base.iter().zip(first).zip(second);
    triples
        .map(|((base, first), second)| merged(base, first, second))
        .collect()
}

fn merged<T: Clone + PartialEq>(base: &T, first: &T, second: &T) -> Option<T> {
    match (base == first, base == second) {
        (_, true) => Some(first.clone()),
        (true, false) => Some(second.clone()),
        (false, false) => None,
    }
}
