//! Tensors that no line of a weights table feeds.

use std::collections::HashSet;

use super::Checker;
use super::tensors::Tensors;
use super::weights::Coverage;
use crate::diagnostic::{Diagnostic, codes};
use crate::place::Place;
use crate::spec::{Name, WeightsTable};

/// Tensors without a source, and the part of the user's source that they belong to.
#[derive(Clone)]
pub(super) struct Unfed {
    place: Place,
    names: Vec<String>,
}

impl Unfed {
    fn is_at(&self, place: Place) -> bool {
        self.place.index() == place.index()
    }

    fn add(&mut self, names: &[String]) {
        let new = names.iter().filter(|name| !self.names.contains(name));
        self.names.extend(new.cloned().collect::<Vec<_>>());
    }
}

impl Checker<'_> {
    /// What nothing feeds, by the part of the user's source that it belongs to. A tensor that is fed twice was probably
    /// meant to be fed once, and another one by the other line: each such line excuses one.
    pub(super) fn unfed(&self, tensors: &Tensors, coverage: &Coverage) -> Vec<Unfed> {
        let unfed = |index: &usize| !coverage.filled.contains_key(index) && !tensors.all[*index].tied;
        let excused = excused(coverage, unfed);
        let missing: HashSet<usize> = (0..tensors.all.len())
            .filter(|index| unfed(index) && !excused.contains(index))
            .collect();
        let mut all: Vec<Unfed> = Vec::new();
        for index in (0..tensors.all.len()).filter(|index| missing.contains(index)) {
            // A whole part is told at its name, a piece of one at the innermost name that its user wrote.
            let (name, place) =
                tensors.widest(index, |other| missing.contains(&other) || tensors.all[other].tied);
            match all.iter_mut().find(|unfed| unfed.place.index() == place.index()) {
                Some(unfed) if unfed.names.contains(&name) => {}
                Some(unfed) => unfed.names.push(name),
                None => all.push(Unfed {
                    place,
                    names: vec![name],
                }),
            }
        }
        all.split_off(coverage.twice.min(all.len()))
    }

    /// Reports what nothing feeds: once for all tables that lack it.
    pub(super) fn report_unfed(&mut self, tables: &[(&WeightsTable, Vec<Unfed>)]) {
        let mut said: Vec<Unfed> = Vec::new();
        for unfed in tables.iter().flat_map(|(_, lacking)| lacking) {
            match said.iter_mut().find(|known| known.is_at(unfed.place)) {
                Some(known) => known.add(&unfed.names),
                None => said.push(unfed.clone()),
            }
        }
        for unfed in said {
            let lacks = |(_, lacking): &&(&WeightsTable, Vec<Unfed>)| {
                lacking.iter().any(|other| other.is_at(unfed.place))
            };
            let formats = tables.iter().filter(lacks).map(|(table, _)| &table.format);
            self.report_one_unfed(&unfed, &formats.collect::<Vec<_>>());
        }
    }

    fn report_one_unfed(&mut self, unfed: &Unfed, formats: &[&Name]) {
        // That nothing uses it either is no second mistake.
        let unused = |diagnostic: &Diagnostic| {
            diagnostic.code == codes::UNUSED && diagnostic.place.index() == unfed.place.index()
        };
        let count = self.report.diagnostics.len();
        self.report.diagnostics.retain(|diagnostic| !unused(diagnostic));
        let use_too = match self.report.diagnostics.len() < count {
            true => "nothing uses it either; ",
            false => "",
        };
        let quoted = |names: &[String]| {
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let verb = if unfed.names.len() == 1 { "has" } else { "have" };
        let tables: Vec<String> = formats.iter().map(|format| format.text.clone()).collect();
        let noun = if tables.len() == 1 { "table" } else { "tables" };
        let message = format!(
            "{} {verb} no source in weights {noun} {}",
            quoted(&unfed.names),
            quoted(&tables)
        );
        let diagnostic = self.report.error(codes::UNFED, unfed.place, message);
        diagnostic.help(format!(
            "{use_too}add a line that feeds it, as in `\"name.in.the.checkpoint\" => path`, or `lacks path` when the \
             format has no place for it"
        ));
        for format in formats {
            diagnostic.related(format.place, "the table");
        }
    }
}

/// Unfed tensors that faulty entries were probably meant for: where the likeliest are fed, any nearby.
fn excused(coverage: &Coverage, unfed: impl Fn(&usize) -> bool) -> HashSet<usize> {
    let mut excused = HashSet::new();
    for (likely, nearby) in &coverage.misses {
        let meant = match likely.iter().any(&unfed) {
            true => likely,
            false => nearby,
        };
        excused.extend(meant.iter().copied());
    }
    excused
}
