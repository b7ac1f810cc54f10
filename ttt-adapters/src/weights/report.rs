//! A plan told to people and tools: nothing of either side goes unnoticed.

use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use super::plan::{Fill, LoadPlan, Use};

/// What became of every tensor of a checkpoint, and of the model's tensors that it does not fill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// The checkpoint's tensors that fill the model's: name and paths.
    pub used: Vec<(String, Vec<String>)>,
    /// The checkpoint's tensors that share another one's storage, and the model's path of that; equal to it.
    pub tied: Vec<(String, String)>,
    /// The checkpoint's tensors that say params of the model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
    /// The checkpoint's tensors that the table skips.
    pub skipped: Vec<String>,
    /// The checkpoint's tensors of heads that are not built, and the head.
    pub left_out: Vec<(String, String)>,
    /// The model's tensors that start from fresh numbers.
    pub fresh: Vec<String>,
}

impl LoadPlan {
    /// The plan as a report.
    pub fn report(&self) -> LoadReport {
        let mut report = LoadReport::default();
        for (name, found) in &self.uses {
            let name = name.clone();
            match found {
                Use::Used(paths) => report.used.push((name, paths.clone())),
                Use::Tied(path) => report.tied.push((name, path.clone())),
                Use::Params => report.params.push(name),
                Use::Skipped => report.skipped.push(name),
                Use::LeftOut(head) => report.left_out.push((name, head.clone())),
            }
        }
        let fresh = self.fills.iter().filter(|(_, fill)| **fill == Fill::Fresh);
        report.fresh = fresh.map(|(path, _)| path.clone()).collect();
        report
    }
}

impl LoadReport {
    /// What a user must know of a checkpoint that fits: which tensors start from fresh numbers, and which are left out.
    ///
    /// `fresh: lm.logits.weight`, `left out with the head masked_lm: cls.predictions.bias`
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.fresh.is_empty() {
            notes.push(format!("fresh: {}", self.fresh.join(", ")));
        }
        let mut by_owner: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (name, owner) in &self.left_out {
            by_owner.entry(owner).or_default().push(name);
        }
        let left_out = by_owner.into_iter();
        notes.extend(left_out.map(|(owner, names)| format!("left out with {owner}: {}", names.join(", "))));
        notes
    }
}

/// `148 tensors used, 1 tied, 12 skipped; 4 start from fresh numbers: …`
impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tensors used", self.used.len())?;
        let others = [
            (self.tied.len(), "tied"),
            (self.params.len(), "read as params"),
            (self.skipped.len(), "skipped"),
            (self.left_out.len(), "left out with their head"),
        ];
        for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {what}")?;
        }
        if !self.fresh.is_empty() {
            write!(f, "; {} start from fresh numbers", self.fresh.len())?;
        }
        Ok(())
    }
}
