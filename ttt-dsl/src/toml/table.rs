//! Config and weights tables.

use super::reader::{Entry, Reader, Spanned};
use crate::parse::{Parser, empty_table};
use crate::spec::{
    Alias, ConfigEntry, ConfigTable, HeadChoice, Name, Source, WeightsEntry, WeightsOptions, WeightsTable,
};

impl Reader<'_> {
    pub(super) fn config(&mut self, entry: Entry) -> Option<ConfigTable> {
        let mut table = empty_table(self.name(entry, "the name of a format")?, Vec::new());
        for entry in self.table(entry) {
            match entry.name() {
                "for" => table.model_types = self.plain_list(entry),
                "fields" => table.entries = self.each(entry, Reader::config_entry),
                "also" => table.agreements = self.read_list(entry, Parser::agreement),
                "expect" => table.expects = self.read_list(entry, Parser::expectation),
                "ignore" => table.ignores = self.plain_list(entry),
                "keep" => table.keeps = self.keeps(entry),
                "architecture" => table.architectures = self.each(entry, Reader::architecture),
                _ => self.unknown_key(
                    entry,
                    &[
                        "for",
                        "fields",
                        "also",
                        "expect",
                        "ignore",
                        "keep",
                        "architecture",
                    ],
                ),
            }
        }
        Some(table)
    }

    pub(super) fn weights(&mut self, entry: Entry) -> Option<WeightsTable> {
        let format = self.name(entry, "the name of a format")?;
        let options = WeightsOptions::default();
        let mut table = WeightsTable {
            format,
            options,
            entries: Vec::new(),
            lacks: Vec::new(),
            aliases: Vec::new(),
        };
        for entry in self.table(entry) {
            match entry.name() {
                "options" => self.options(entry, &mut table.options),
                "map" => table.entries = self.each(entry, Reader::weights_entry),
                "lacks" => table.lacks = self.read_list(entry, Parser::path),
                "alias" => table.aliases = self.each(entry, Reader::alias),
                _ => self.unknown_key(entry, &["options", "map", "lacks", "alias"]),
            }
        }
        Some(table)
    }

    fn config_entry(&mut self, entry: Entry) -> Option<ConfigEntry> {
        let param = self.name(entry, "the name of a param")?;
        let sources = match entry.as_text() {
            Some(_) => self.read(&entry, Parser::sources)?,
            None => vec![Source::Value(self.value(entry))],
        };
        Some(ConfigEntry { param, sources })
    }

    fn keeps(&mut self, entry: Entry) -> Vec<Name> {
        self.read_list(entry, |parser, input| parser.name(input, "the name of a param"))
    }

    fn architecture(&mut self, entry: Entry) -> Option<(String, HeadChoice)> {
        let choice = self.read(&entry, Parser::head_choice)?;
        Some((entry.name().to_owned(), choice))
    }

    fn options(&mut self, entry: Entry, options: &mut WeightsOptions) {
        for entry in self.table(entry) {
            match entry.name() {
                "linear" | "rope" | "prefix" => {
                    let Some(name) = self.name(entry, "the name of an option") else {
                        continue;
                    };
                    self.read(&entry, |parser, input| {
                        parser.weights_option(input, &name, options)
                    });
                }
                _ => self.unknown_key(entry, &["linear", "rope", "prefix"]),
            }
        }
    }

    fn weights_entry(&mut self, entry: Entry) -> Option<WeightsEntry> {
        let (target, steps) = self.read(&entry, Parser::target)?;
        Some(WeightsEntry {
            source: entry.name().to_owned(),
            place: self.key_place(entry),
            target,
            steps,
        })
    }

    fn alias(&mut self, entry: Entry) -> Option<Alias> {
        let to = self.plain(&entry)?;
        Some(Alias {
            from: entry.name().to_owned(),
            to,
            place: self.key_place(entry),
        })
    }
}
