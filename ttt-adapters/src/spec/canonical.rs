//! The weights table in which every tensor has the name that the model gives it.

use ttt_dsl::place::Place;
use ttt_dsl::spec::{
    HeadChoice, Name, Path, Segment, SegmentIndex, Target, WeightsEntry, WeightsOptions, WeightsTable,
};

use crate::registry::ModelEntry;
use crate::source::TensorSource;
use crate::symbol::symbolic_tensors;
use crate::weights::{Names, Pattern};

/// A table from every path of the model to itself.
pub(crate) fn canonical_table(entry: ModelEntry<'_>, head: &HeadChoice) -> WeightsTable {
    let head = match head {
        HeadChoice::Base => None,
        HeadChoice::Head(name) => Some(name.as_str()),
    };
    let tensors = symbolic_tensors(entry.program, entry.model).into_iter();
    let built = tensors.filter(|tensor| tensor.head.is_none() || tensor.head.as_deref() == head);
    let entries = built.map(|tensor| WeightsEntry {
        target: Target::Path(path(&tensor.path)),
        source: tensor.path,
        place: Place::NOWHERE,
        steps: Vec::new(),
    });
    WeightsTable {
        format: Name::new("canonical"),
        options: WeightsOptions::default(),
        entries: entries.collect(),
        lacks: Vec::new(),
        aliases: Vec::new(),
        prefixes: Vec::new(),
    }
}

/// How many of a file's names a table does not know.
pub(super) fn strangers(table: &WeightsTable, source: &dyn TensorSource) -> usize {
    let names = Names::new(source.tensors().keys().map(String::as_str), table);
    let patterns: Vec<Pattern> = table
        .entries
        .iter()
        .map(|entry| Pattern::of_source(&entry.source))
        .collect();
    let is_known = |name: &&String| {
        let spelled = names.table_spelling(name, table);
        patterns
            .iter()
            .any(|pattern| pattern.match_front(&spelled).is_some())
    };
    source.tensors().keys().filter(|name| !is_known(name)).count()
}

/// The path of a pattern: `h.{0}.ln_1.weight` is `h[0].ln_1.weight`, where `0` names an index.
fn path(pattern: &str) -> Path {
    let mut segments: Vec<Segment> = Vec::new();
    for text in pattern.split('.') {
        let index = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        match (index, segments.last_mut()) {
            (Some(index), Some(segment)) => segment.index = Some(SegmentIndex::Name(Name::new(index))),
            _ => segments.push(Segment {
                name: Name::new(text),
                index: None,
            }),
        }
    }
    Path {
        segments,
        place: Place::NOWHERE,
    }
}
