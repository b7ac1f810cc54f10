//! Config and weights tables.

use super::reader::{Entry, Reader, Spanned};
use crate::parse::{Parser, empty_table, missing_config_entry, missing_weights_entry};
use crate::spec::{
    Alias, ConfigEntry, ConfigTable, HeadChoice, Name, Source, WeightsEntry, WeightsOptions, WeightsTable,
};

const CONFIG_KEYS: [&str; 6] = ["for", "fields", "expect", "ignore", "keep", "architecture"];

impl Reader<'_> {
    pub(super) fn config(&mut self, entry: Entry) -> Option<ConfigTable> {
        let mut table = empty_table(self.name(entry, "the name of a format")?, Vec::new());
        let before = self.parser.report.diagnostics.len();
        let place = self.key_place(entry);
        for (key, entry) in self.keys(entry, &CONFIG_KEYS) {
            match key {
                "for" => table.model_types = self.plain_list(entry),
                "fields" => table.entries.extend(self.each(entry, Reader::config_entry)),
                "expect" => table.expects = self.read_list(entry, Parser::expectation),
                "ignore" => table.ignores = self.plain_list(entry),
                "keep" => table.keeps = self.keeps(entry),
                _ => table.architectures.extend(self.each(entry, Reader::architecture)),
            }
        }
        if self.parser.report.diagnostics.len() > before {
            table.entries.push(missing_config_entry(place));
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
            aliases: Vec::new(),
        };
        let before = self.parser.report.diagnostics.len();
        let place = self.key_place(entry);
        for (key, entry) in self.keys(entry, &["options", "map", "alias"]) {
            match key {
                "options" => self.options(entry, &mut table.options),
                "map" => table.entries.extend(self.each(entry, Reader::weights_entry)),
                _ => table.aliases.extend(self.each(entry, Reader::alias)),
            }
        }
        if self.parser.report.diagnostics.len() > before {
            table.entries.push(missing_weights_entry(place));
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
        for (key, entry) in self.keys(entry, &["linear", "rope", "prefix"]) {
            let name = Name::new(key);
            self.read(&entry, |parser, input| {
                parser.weights_option(input, &name, options)
            });
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
