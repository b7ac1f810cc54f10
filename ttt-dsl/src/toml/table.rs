//! Config and weights tables.

use super::keys::{CONFIG, OPTIONS, WEIGHTS};
use super::reader::{Entry, Reader, Spanned};
use crate::parse::{Parser, empty_table, missing_config_entry, missing_weights_entry};
use crate::spec::{
    Alias, ConfigEntry, ConfigTable, HeadChoice, HeadPrefix, Name, Source, WeightsEntry, WeightsOptions,
    WeightsTable,
};

impl Reader<'_> {
    pub(super) fn config(&mut self, entry: Entry) -> Option<ConfigTable> {
        let mut table = empty_table(self.name(entry, "the name of a format")?, Vec::new());
        let before = self.parser.report.diagnostics.len();
        let place = self.key_place(entry);
        for (key, entry) in self.keys(entry, &[CONFIG]) {
            match key {
                "for" => table.model_types = self.plain_list(entry),
                "fields" => table.entries.extend(self.each(entry, Reader::config_entry)),
                "also" => table.agreements = self.read_list(entry, Parser::agreement),
                "expect" => table.expects = self.read_list(entry, Parser::expectation),
                "ignore" => table.ignores = self.texts(entry),
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
            lacks: Vec::new(),
            aliases: Vec::new(),
            prefixes: Vec::new(),
        };
        let before = self.parser.report.diagnostics.len();
        let place = self.key_place(entry);
        for (key, entry) in self.keys(entry, &[WEIGHTS]) {
            match key {
                "options" => self.options(entry, &mut table.options),
                "map" => table
                    .entries
                    .extend(self.each(entry, Reader::weights_entries).concat()),
                "lacks" => table.lacks = self.read_list(entry, Parser::path),
                "alias" => table.aliases.extend(self.each(entry, Reader::alias)),
                _ => table.prefixes.extend(self.each(entry, Reader::head_prefix)),
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
        for (key, entry) in self.keys(entry, &[OPTIONS]) {
            let name = Name::new(key);
            self.read(&entry, |parser, input| {
                parser.weights_option(input, &name, options)
            });
        }
    }

    /// `"lm.logits via transpose"`, or a list where the tensors of several heads have one name.
    fn weights_entries(&mut self, entry: Entry) -> Option<Vec<WeightsEntry>> {
        let targets = match entry.item.is_array() {
            true => self.read_list(entry, Parser::target),
            false => vec![self.read(&entry, Parser::target)?],
        };
        let place = self.key_place(entry);
        let entries = targets.into_iter().map(|(target, steps)| WeightsEntry {
            source: entry.name().to_owned(),
            place,
            target,
            steps,
        });
        Some(entries.collect())
    }

    fn head_prefix(&mut self, entry: Entry) -> Option<HeadPrefix> {
        Some(HeadPrefix {
            prefix: self.plain(&entry)?,
            head: self.name(entry, "the name of a head")?,
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
