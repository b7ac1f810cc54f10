//! Weights tables that leave a tensor out, fill it twice, or fill another.

use ttt_dsl::spec::{
    Alias, HeadPrefix, Model, Name, Path, Segment, SegmentIndex, Spec, Step, Target, WeightsEntry,
    WeightsTable,
};

use super::expression::{int, misspelt};
use super::{with_each_changed, with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a weights line dropped",
        mutants: dropped,
    },
    Kind {
        name: "a weights line twice",
        mutants: twice,
    },
    Kind {
        name: "a weights line of the next's target",
        mutants: targets_twice,
    },
    Kind {
        name: "a weights line of the next's text",
        mutants: texts_twice,
    },
    Kind {
        name: "a fused tensor's piece dropped",
        mutants: pieces_dropped,
    },
    Kind {
        name: "a fused tensor's piece twice",
        mutants: pieces_twice,
    },
    Kind {
        name: "an index dropped from a path",
        mutants: no_index,
    },
    Kind {
        name: "an index too many in a path",
        mutants: more_indices,
    },
    Kind {
        name: "an index of one copy alone",
        mutants: one_copy,
    },
    Kind {
        name: "an index dropped from a text",
        mutants: no_braces,
    },
    Kind {
        name: "a segment too many in a path",
        mutants: deeper,
    },
    Kind {
        name: "a segment dropped from a path",
        mutants: shallower,
    },
    Kind {
        name: "a vector transposed",
        mutants: transposed,
    },
    Kind {
        name: "an unknown head's prefix",
        mutants: prefixes,
    },
    Kind {
        name: "a line of what is lacking dropped",
        mutants: lacks_dropped,
    },
    Kind {
        name: "a line of what is lacking twice",
        mutants: lacks_twice,
    },
    Kind {
        name: "an alias of itself",
        mutants: aliases,
    },
    Kind {
        name: "a weights table twice",
        mutants: tables_twice,
    },
];

fn dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::weights, |table| {
        let without = without_each(&table.entries).into_iter();
        without
            .filter_map(|(entries, dropped)| {
                let path = first_path(&dropped.target)?;
                Some((
                    WeightsTable {
                        entries,
                        ..table.clone()
                    },
                    format!("`{}", path.segments[0].name),
                ))
            })
            .collect()
    })
}

fn first_path(target: &Target) -> Option<&Path> {
    match target {
        Target::Path(path) => Some(path),
        Target::Fused(paths) => paths.first(),
        // What may be there and is not used is not missed.
        Target::Same(_) | Target::Factors(_) | Target::Skip => None,
    }
}

fn twice(spec: &Spec) -> Vec<Mutant> {
    entries(spec, |table| with_each_twice(&table.entries))
}

fn targets_twice(spec: &Spec) -> Vec<Mutant> {
    neighbours(spec, |entry, next| WeightsEntry {
        target: next.target.clone(),
        ..entry.clone()
    })
}

fn texts_twice(spec: &Spec) -> Vec<Mutant> {
    neighbours(spec, |entry, next| WeightsEntry {
        source: next.source.clone(),
        ..entry.clone()
    })
}

/// Lines that take something of the line after them, both of the model itself: heads have tensors of one name.
fn neighbours(spec: &Spec, change: impl Fn(&WeightsEntry, &WeightsEntry) -> WeightsEntry) -> Vec<Mutant> {
    entries(spec, |table| {
        let is_indexed = |entry: &WeightsEntry| entry.source.contains("{i}");
        let pairs = (1..table.entries.len()).filter(|nth| {
            let (entry, next) = (&table.entries[nth - 1], &table.entries[*nth]);
            is_indexed(entry) == is_indexed(next)
                && first_path(&entry.target).is_some()
                && first_path(&next.target).is_some()
        });
        pairs
            .map(|nth| {
                let mut entries = table.entries.clone();
                entries[nth - 1] = change(&entries[nth - 1], &entries[nth]);
                entries
            })
            .collect()
    })
}

fn pieces_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::weights, |table| {
        let mut tables = Vec::new();
        for (nth, entry) in table.entries.iter().enumerate() {
            let Target::Fused(paths) = &entry.target else {
                continue;
            };
            for (rest, dropped) in without_each(paths) {
                let mut table = table.clone();
                table.entries[nth].target = Target::Fused(rest);
                tables.push((table, dropped.segments.last().unwrap().name.to_string()));
            }
        }
        tables
    })
}

fn pieces_twice(spec: &Spec) -> Vec<Mutant> {
    changed(spec, |entry| match &entry.target {
        Target::Fused(paths) => {
            let lists = with_each_twice(paths).into_iter();
            lists
                .map(|paths| WeightsEntry {
                    target: Target::Fused(paths),
                    ..entry.clone()
                })
                .collect()
        }
        _ => Vec::new(),
    })
}

fn no_index(spec: &Spec) -> Vec<Mutant> {
    segments(spec, |segment| match segment.index {
        Some(_) => vec![Segment {
            index: None,
            ..segment.clone()
        }],
        None => Vec::new(),
    })
}

fn more_indices(spec: &Spec) -> Vec<Mutant> {
    segments(spec, |segment| match segment.index {
        Some(_) => Vec::new(),
        None => vec![Segment {
            index: Some(SegmentIndex::Expr(Box::new(int(0)))),
            ..segment.clone()
        }],
    })
}

fn one_copy(spec: &Spec) -> Vec<Mutant> {
    segments(spec, |segment| match segment.index {
        Some(_) => vec![Segment {
            index: Some(SegmentIndex::Expr(Box::new(int(0)))),
            ..segment.clone()
        }],
        None => Vec::new(),
    })
}

fn no_braces(spec: &Spec) -> Vec<Mutant> {
    changed(spec, |entry| {
        match entry.source.contains("{i}") && first_path(&entry.target).is_some() {
            true => vec![WeightsEntry {
                source: entry.source.replace("{i}", "i"),
                ..entry.clone()
            }],
            false => Vec::new(),
        }
    })
}

fn deeper(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::paths, |path| {
        let spare = Segment {
            name: Name::new("spare"),
            index: None,
        };
        vec![Path {
            segments: [path.segments.as_slice(), &[spare]].concat(),
            place: path.place,
        }]
    })
}

fn shallower(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::paths, |path| match path.segments.as_slice() {
        [_] => Vec::new(),
        segments => {
            let without = without_each(segments).into_iter();
            without
                .map(|(segments, _)| Path {
                    segments,
                    place: path.place,
                })
                .collect()
        }
    })
}

fn transposed(spec: &Spec) -> Vec<Mutant> {
    changed(spec, |entry| match &entry.target {
        Target::Path(path)
            if path
                .segments
                .last()
                .is_some_and(|last| last.name.as_str().contains("norm")) =>
        {
            vec![WeightsEntry {
                steps: vec![Step::Transpose],
                ..entry.clone()
            }]
        }
        _ => Vec::new(),
    })
}

fn prefixes(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::weights, |table| {
        let lists = with_each_changed(&table.prefixes, |prefix| {
            vec![HeadPrefix {
                head: misspelt(&prefix.head),
                ..prefix.clone()
            }]
        });
        lists
            .into_iter()
            .map(|prefixes| WeightsTable {
                prefixes,
                ..table.clone()
            })
            .collect()
    })
}

fn lacks_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::weights, |table| {
        let without = without_each(&table.lacks).into_iter();
        without
            .map(|(lacks, dropped)| {
                (
                    WeightsTable {
                        lacks,
                        ..table.clone()
                    },
                    dropped.segments[0].name.to_string(),
                )
            })
            .collect()
    })
}

fn lacks_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::weights, |table| {
        let lists = with_each_twice(&table.lacks).into_iter();
        lists
            .map(|lacks| WeightsTable {
                lacks,
                ..table.clone()
            })
            .collect()
    })
}

fn aliases(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::weights, |table| {
        let lists = with_each_changed(&table.aliases, |alias| {
            vec![Alias {
                to: alias.from.clone(),
                ..alias.clone()
            }]
        });
        lists
            .into_iter()
            .map(|aliases| WeightsTable {
                aliases,
                ..table.clone()
            })
            .collect()
    })
}

fn tables_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::models, |model| {
        let lists = with_each_twice(&model.weights).into_iter();
        lists
            .map(|weights| Model {
                weights,
                ..model.clone()
            })
            .collect()
    })
}

fn segments(spec: &Spec, changes: impl Fn(&Segment) -> Vec<Segment>) -> Vec<Mutant> {
    each(spec, nodes::paths, |path| {
        let lists = with_each_changed(&path.segments, &changes).into_iter();
        lists
            .map(|segments| Path {
                segments,
                place: path.place,
            })
            .collect()
    })
}

fn changed(spec: &Spec, changes: impl Fn(&WeightsEntry) -> Vec<WeightsEntry>) -> Vec<Mutant> {
    entries(spec, |table| with_each_changed(&table.entries, &changes))
}

fn entries(spec: &Spec, changes: impl Fn(&WeightsTable) -> Vec<Vec<WeightsEntry>>) -> Vec<Mutant> {
    each(spec, nodes::weights, |table| {
        let lists = changes(table).into_iter();
        lists
            .map(|entries| WeightsTable {
                entries,
                ..table.clone()
            })
            .collect()
    })
}
