//! How many mutants of each kind and source are found, told once and pointed at.

use std::collections::BTreeMap;
use std::fmt;

use crate::verdict::{Outcome, Verdict};

/// Counts of verdicts.
#[derive(Default)]
pub struct Score {
    kinds: BTreeMap<&'static str, Row>,
    sources: BTreeMap<&'static str, Row>,
}

#[derive(Clone, Copy, Default)]
struct Row {
    made: usize,
    right: usize,
    elsewhere: usize,
    cascade: usize,
    legal: usize,
}

impl Score {
    pub fn count(&mut self, kind: &'static str, source: &'static str, verdict: &Verdict) {
        self.kinds.entry(kind).or_default().count(verdict.outcome);
        self.sources.entry(source).or_default().count(verdict.outcome);
    }

    /// Counts what another has counted.
    pub fn add(&mut self, other: &Score) {
        for (rows, others) in [
            (&mut self.kinds, &other.kinds),
            (&mut self.sources, &other.sources),
        ] {
            for (name, row) in others {
                let sum = rows.entry(name).or_default();
                *sum = sum.plus(row);
            }
        }
    }

    /// Mutants found, told once and pointed at, of ten thousand.
    pub fn right_in_ten_thousand(&self) -> usize {
        let sum = |count: fn(&Row) -> usize| self.sources.values().map(count).sum::<usize>();
        sum(|row| row.right) * 10_000 / sum(|row| row.made).max(1)
    }
}

impl Row {
    fn count(&mut self, outcome: Outcome) {
        self.made += 1;
        match outcome {
            Outcome::Right => self.right += 1,
            Outcome::Elsewhere => self.elsewhere += 1,
            Outcome::Cascade => self.cascade += 1,
            Outcome::Legal => self.legal += 1,
        }
    }

    fn plus(self, other: &Row) -> Row {
        Row {
            made: self.made + other.made,
            right: self.right + other.right,
            elsewhere: self.elsewhere + other.elsewhere,
            cascade: self.cascade + other.cascade,
            legal: self.legal + other.legal,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["made", "right", "elsewhere", "cascade", "legal", "score"];
        write!(f, "{:<36}", "")?;
        columns.iter().try_for_each(|column| write!(f, "{column:>10}"))?;
        let all = self.sources.values().fold(Row::default(), Row::plus);
        let rows = self
            .kinds
            .iter()
            .chain(&self.sources)
            .map(|(name, row)| (*name, *row));
        for (name, row) in rows.chain([("all", all)]) {
            let counts = [row.made, row.right, row.elsewhere, row.cascade, row.legal];
            write!(f, "\n{name:<36}")?;
            counts.iter().try_for_each(|count| write!(f, "{count:>10}"))?;
            write!(f, "{:>9.2}%", 100.0 * row.right as f64 / row.made.max(1) as f64)?;
        }
        Ok(())
    }
}
