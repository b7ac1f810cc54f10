//! Checkpoints that a model says it fits.

use toml_edit::{Item, TableLike};

use super::keys::CHECKPOINT;
use super::reader::{Entry, Reader, Spanned, entries};
use crate::diagnostic::codes;
use crate::parse::Parser;
use crate::place::Place;
use crate::spec::Checkpoint;

impl Reader<'_> {
    /// `{ path = "gpt2/model.safetensors", preset = "small" }`, or several, as a list or under `[[…]]`.
    pub(super) fn checkpoints(&mut self, entry: Entry) -> Vec<Checkpoint> {
        let place = self.key_place(entry);
        match entry.item {
            Item::ArrayOfTables(tables) => {
                let tables = tables.iter();
                tables.filter_map(|table| self.checkpoint(table, place)).collect()
            }
            item if item.is_array() => self.listed_checkpoints(entry, place),
            item => match item.as_table_like() {
                Some(table) => self.checkpoint(table, place).into_iter().collect(),
                None => {
                    self.wrong_value(&entry, "a table");
                    Vec::new()
                }
            },
        }
    }

    fn listed_checkpoints(&mut self, entry: Entry, place: Place) -> Vec<Checkpoint> {
        let mut checkpoints = Vec::new();
        for element in self.list(entry) {
            match element.0.as_inline_table() {
                Some(table) => checkpoints.extend(self.checkpoint(table, place)),
                None => drop(self.wrong_value(&element, "a table")),
            }
        }
        checkpoints
    }

    /// `place` is where a mistake of the whole stands.
    fn checkpoint(&mut self, table: &dyn TableLike, place: Place) -> Option<Checkpoint> {
        let mut checkpoint = Checkpoint::new("", place);
        let mut has_path = false;
        for (key, entry) in self.known_keys(entries(table), &[CHECKPOINT]) {
            match key {
                "path" => {
                    has_path = true;
                    checkpoint.path = self.plain(&entry)?;
                    checkpoint.place = self.place(entry.range());
                }
                "preset" => checkpoint.preset = self.name_in(entry, "the name of a preset"),
                "head" => checkpoint.head = self.read(&entry, Parser::head_choice),
                _ => checkpoint.layout = self.read(&entry, Parser::layout),
            }
        }
        if !has_path {
            self.parser
                .report
                .error(codes::MISSING, place, "a checkpoint has no `path`")
                .help("write `{ path = \"model.safetensors\" }`");
        }
        has_path.then_some(checkpoint)
    }

    fn name_in(&mut self, entry: Entry, what: &str) -> Option<crate::spec::Name> {
        self.read(&entry, |parser, input| parser.name(input, what))
    }
}
