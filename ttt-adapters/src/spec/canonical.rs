//! The weights table in which every tensor has the name that the model gives it.

use ttt_dsl::place::Place;
use ttt_dsl::spec::{
    HeadChoice, Name, Path, Segment, SegmentIndex, Target, WeightsEntry, WeightsOptions, WeightsTable,
};

use crate::registry::ModelEntry;
use crate::source::TensorSource;
use crate::symbol::symbolic_tensors;
use crate::weights::{Names, Pattern};

/// A table from every path of the model to itself: with what one of its heads has, or, where none is chosen yet, with
/// what each has.
pub(crate) fn canonical_table(entry: ModelEntry<'_>, head: Option<&HeadChoice>) -> WeightsTable {
    let tensors = symbolic_tensors(entry.program, entry.model).into_iter();
    let has_place = |of: Option<&str>| of.is_none() || head.is_none_or(|head| head.name() == of);
    let named = tensors.filter(|tensor| has_place(tensor.head.as_deref()));
    let entries = named.map(|tensor| WeightsEntry {
        target: Target::Path(path(&tensor.path)),
        place: place(entry, &tensor.path),
        source: tensor.path,
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

/// Where the part of the model or of a head stands that a tensor is of.
fn place(entry: ModelEntry<'_>, path: &str) -> Place {
    let mut segments = path.split('.');
    let first = segments.next().unwrap_or_default();
    let (parts, name) = match entry.model.head(first) {
        Some(head) => (&head.body.parts, segments.next().unwrap_or_default()),
        None => (&entry.model.body.parts, first),
    };
    let part = parts.iter().find(|part| part.name == name);
    part.map_or(Place::NOWHERE, |part| part.place)
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
