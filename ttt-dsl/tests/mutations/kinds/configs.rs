//! Config tables that leave a param out, fill it twice, or fill it with something else.

use ttt_dsl::spec::{ConfigEntry, ConfigTable, Model, Name, Source, Spec};

use super::expression::{misspelt, name, text};
use super::{with_each_changed, with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a config entry dropped",
        mutants: dropped,
    },
    Kind {
        name: "a config entry twice",
        mutants: twice,
    },
    Kind {
        name: "a config entry of no param",
        mutants: unknown,
    },
    Kind {
        name: "a config value of another kind",
        mutants: other_kinds,
    },
    Kind {
        name: "a config key for two params",
        mutants: keys_twice,
    },
    Kind {
        name: "a kept param dropped",
        mutants: dropped_keeps,
    },
    Kind {
        name: "a kept param misspelt",
        mutants: unknown_keeps,
    },
    Kind {
        name: "a config class twice",
        mutants: classes_twice,
    },
    Kind {
        name: "a config key ignored twice",
        mutants: ignores_twice,
    },
    Kind {
        name: "a config key expected twice",
        mutants: expects_twice,
    },
    Kind {
        name: "a used config key ignored",
        mutants: ignores_used,
    },
    Kind {
        name: "a config table twice",
        mutants: tables_twice,
    },
];

fn dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::configs, |table| {
        let without = without_each(&table.entries).into_iter();
        without
            .map(|(entries, dropped)| {
                (
                    ConfigTable {
                        entries,
                        ..table.clone()
                    },
                    format!("`{}`", dropped.param),
                )
            })
            .collect()
    })
}

fn twice(spec: &Spec) -> Vec<Mutant> {
    entries(spec, |table| with_each_twice(&table.entries))
}

fn unknown(spec: &Spec) -> Vec<Mutant> {
    entries_changed(spec, |entry| {
        vec![ConfigEntry {
            param: misspelt(&entry.param),
            ..entry.clone()
        }]
    })
}

fn other_kinds(spec: &Spec) -> Vec<Mutant> {
    entries_changed(spec, |entry| {
        let lists = with_each_changed(&entry.sources, |source| match source {
            Source::Value(_) => vec![Source::Value(name("nothing"))],
            Source::Unset(_) => vec![Source::Unset(text("many"))],
            _ => Vec::new(),
        });
        lists
            .into_iter()
            .map(|sources| ConfigEntry {
                sources,
                ..entry.clone()
            })
            .collect()
    })
}

/// A param that takes the key of the one before it.
fn keys_twice(spec: &Spec) -> Vec<Mutant> {
    entries(spec, |table| {
        let key = |entry: &ConfigEntry| matches!(entry.sources[0], Source::Key { .. });
        let pairs =
            (1..table.entries.len()).filter(|nth| key(&table.entries[nth - 1]) && key(&table.entries[*nth]));
        pairs
            .map(|nth| {
                let mut entries = table.entries.clone();
                entries[nth].sources[0] = entries[nth - 1].sources[0].clone();
                entries
            })
            .collect()
    })
}

fn dropped_keeps(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::configs, |table| {
        let without = without_each(&table.keeps).into_iter();
        without
            .map(|(keeps, dropped)| {
                (
                    ConfigTable {
                        keeps,
                        ..table.clone()
                    },
                    format!("`{dropped}`"),
                )
            })
            .collect()
    })
}

fn unknown_keeps(spec: &Spec) -> Vec<Mutant> {
    tables(spec, |table| {
        let lists = with_each_changed(&table.keeps, |name| vec![misspelt(name)]).into_iter();
        lists
            .map(|keeps| ConfigTable {
                keeps,
                ..table.clone()
            })
            .collect()
    })
}

fn classes_twice(spec: &Spec) -> Vec<Mutant> {
    tables(spec, |table| {
        let lists = with_each_twice(&table.architectures).into_iter();
        lists
            .map(|architectures| ConfigTable {
                architectures,
                ..table.clone()
            })
            .collect()
    })
}

fn ignores_twice(spec: &Spec) -> Vec<Mutant> {
    tables(spec, |table| {
        let lists = with_each_twice(&table.ignores).into_iter();
        lists
            .map(|ignores| ConfigTable {
                ignores,
                ..table.clone()
            })
            .collect()
    })
}

fn expects_twice(spec: &Spec) -> Vec<Mutant> {
    tables(spec, |table| {
        let lists = with_each_twice(&table.expects).into_iter();
        lists
            .map(|expects| ConfigTable {
                expects,
                ..table.clone()
            })
            .collect()
    })
}

fn ignores_used(spec: &Spec) -> Vec<Mutant> {
    tables(spec, |table| {
        let keys = table.entries.iter().filter_map(|entry| match &entry.sources[0] {
            Source::Key { key, .. } => Some(key.clone()),
            _ => None,
        });
        keys.map(|key| ConfigTable {
            ignores: [table.ignores.as_slice(), &[Name::new(key)]].concat(),
            ..table.clone()
        })
        .collect()
    })
}

fn tables_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::models, |model| {
        let lists = with_each_twice(&model.configs).into_iter();
        lists
            .map(|configs| Model {
                configs,
                ..model.clone()
            })
            .collect()
    })
}

fn entries_changed(spec: &Spec, changes: impl Fn(&ConfigEntry) -> Vec<ConfigEntry>) -> Vec<Mutant> {
    entries(spec, |table| with_each_changed(&table.entries, &changes))
}

fn entries(spec: &Spec, changes: impl Fn(&ConfigTable) -> Vec<Vec<ConfigEntry>>) -> Vec<Mutant> {
    tables(spec, |table| {
        let lists = changes(table).into_iter();
        lists
            .map(|entries| ConfigTable {
                entries,
                ..table.clone()
            })
            .collect()
    })
}

fn tables(spec: &Spec, changes: impl Fn(&ConfigTable) -> Vec<ConfigTable>) -> Vec<Mutant> {
    each(spec, nodes::configs, changes)
}
