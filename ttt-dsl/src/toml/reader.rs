//! Walking through TOML values and reading the texts in them.

use std::ops::Range;

use syn::parse::ParseStream;
use toml_edit::{Item, Key, TableLike, Value};

use super::keys::Key as KnownKey;
use crate::diagnostic::{Diagnostic, closest, codes};
use crate::parse::{Parse, Parser, Source};
use crate::place::{Origin, Place};
use crate::spec::{Expr, ExprKind, Name};

/// Reads one file.
pub(super) struct Reader<'a> {
    pub(super) parser: Parser,
    file: &'a str,
}

/// One key of a table and what it holds.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) key: &'a Key,
    pub(super) item: &'a Item,
}

/// One value of a list.
#[derive(Clone, Copy)]
pub(super) struct Element<'a>(pub(super) &'a Value);

/// A value that diagnostics can point at.
pub(super) trait Spanned {
    /// Its bytes in the file.
    fn range(&self) -> Range<usize>;
    /// The text it holds, if it holds one.
    fn as_text(&self) -> Option<&str>;
    /// What kind of value it is.
    fn kind(&self) -> &'static str;
}

impl Entry<'_> {
    pub(super) fn name(&self) -> &str {
        self.key.get()
    }
}

impl Spanned for Entry<'_> {
    fn range(&self) -> Range<usize> {
        self.item.span().or_else(|| self.key.span()).unwrap_or(0..0)
    }

    fn as_text(&self) -> Option<&str> {
        self.item.as_str()
    }

    fn kind(&self) -> &'static str {
        kind(self.item.type_name())
    }
}

impl Spanned for Element<'_> {
    fn range(&self) -> Range<usize> {
        self.0.span().unwrap_or(0..0)
    }

    fn as_text(&self) -> Option<&str> {
        self.0.as_str()
    }

    fn kind(&self) -> &'static str {
        kind(self.0.type_name())
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str) -> Reader<'a> {
        Reader {
            parser: Parser::new(Source::Text(0..file.len())),
            file,
        }
    }

    /// The keys of a table in the order of writing; nothing, and a mistake, for anything else.
    pub(super) fn table<'t>(&mut self, entry: Entry<'t>) -> Vec<Entry<'t>> {
        match entry.item.as_table_like() {
            Some(table) => entries(table),
            None => {
                self.wrong_value(&entry, "a table");
                Vec::new()
            }
        }
    }

    /// The values of a list; nothing, and a mistake, for anything else.
    pub(super) fn list<'t>(&mut self, entry: Entry<'t>) -> Vec<Element<'t>> {
        match entry.item.as_array() {
            Some(array) => array.iter().map(Element).collect(),
            None => {
                self.wrong_value(&entry, "a list");
                Vec::new()
            }
        }
    }

    /// A text that is kept as it stands.
    pub(super) fn plain(&mut self, value: &impl Spanned) -> Option<String> {
        if value.as_text().is_none() {
            self.wrong_value(value, "a text");
        }
        value.as_text().map(str::to_owned)
    }

    /// The texts of a list, kept as they stand.
    pub(super) fn plain_list(&mut self, entry: Entry) -> Vec<String> {
        self.list(entry)
            .iter()
            .filter_map(|element| self.plain(element))
            .collect()
    }

    /// The same, each with its place.
    pub(super) fn texts(&mut self, entry: Entry) -> Vec<Name> {
        let elements = self.list(entry);
        let texts = elements.iter().filter_map(|element| {
            let text = self.plain(element)?;
            let place = self.place(element.range());
            Some(Name { text, place })
        });
        texts.collect()
    }

    /// A text that the parser reads.
    pub(super) fn read<T>(
        &mut self,
        value: &impl Spanned,
        read: impl FnOnce(&mut Parser, ParseStream) -> Parse<T>,
    ) -> Option<T> {
        let Some(text) = value.as_text() else {
            self.wrong_value(value, "a text");
            return None;
        };
        let source = self.source(text, value.range());
        self.parser.fragment(text, source, read)
    }

    /// The texts of a list, each read by the parser.
    pub(super) fn read_list<T>(
        &mut self,
        entry: Entry,
        mut read: impl FnMut(&mut Parser, ParseStream) -> Parse<T>,
    ) -> Vec<T> {
        self.list(entry)
            .iter()
            .filter_map(|element| self.read(element, &mut read))
            .collect()
    }

    /// A number, a boolean or an expression in a text; missing when it cannot be read.
    pub(super) fn value(&mut self, entry: Entry) -> Expr {
        let place = self.place(entry.range());
        let kind = match entry.item.as_value() {
            Some(Value::Integer(value)) => Some(ExprKind::Int(*value.value())),
            Some(Value::Float(value)) => self.finite(*value.value(), place),
            Some(Value::Boolean(value)) => Some(ExprKind::Bool(*value.value())),
            Some(Value::String(_)) => {
                let value = self.read(&entry, Parser::expression);
                return value.unwrap_or_else(|| Expr::missing(place));
            }
            _ => {
                self.wrong_value(&entry, "a number, a boolean or a text");
                None
            }
        };
        kind.map_or_else(|| Expr::missing(place), |kind| Expr { kind, place })
    }

    /// A key as a name.
    pub(super) fn name(&mut self, entry: Entry, what: &str) -> Option<Name> {
        let source = self.source(entry.name(), entry.key.span().unwrap_or(0..0));
        self.parser
            .fragment(entry.name(), source, |parser, input| parser.name(input, what))
    }

    pub(super) fn key_place(&mut self, entry: Entry) -> Place {
        self.place(entry.key.span().unwrap_or(0..0))
    }

    pub(super) fn place(&mut self, range: Range<usize>) -> Place {
        self.parser.places.add(Origin::Text(range))
    }

    /// The entries of a table, each with the one of the `known` keys that it has, or was probably meant to have: what is
    /// unknown is recorded.
    pub(super) fn keys<'t>(
        &mut self,
        entry: Entry<'t>,
        known: &[&'static [KnownKey]],
    ) -> Vec<(&'static str, Entry<'t>)> {
        let entries = self.table(entry);
        self.known_keys(entries, known)
    }

    /// As [`Reader::keys`].
    pub(super) fn known_keys<'t>(
        &mut self,
        entries: Vec<Entry<'t>>,
        known: &[&'static [KnownKey]],
    ) -> Vec<(&'static str, Entry<'t>)> {
        let known: Vec<&'static str> = known.iter().copied().flatten().map(|key| key.name).collect();
        let mut keyed = Vec::new();
        for entry in entries {
            let key = match known.iter().find(|key| **key == entry.name()) {
                Some(key) => Some(*key),
                None => {
                    self.unknown_key(entry, &known);
                    closest(entry.name(), known.iter().copied())
                }
            };
            keyed.extend(key.map(|key| (key, entry)));
        }
        keyed
    }

    fn unknown_key(&mut self, entry: Entry, known: &[&str]) {
        let place = self.key_place(entry);
        let message = format!("the key `{}` means nothing here", entry.name());
        let fault = self.parser.report.error(codes::TOML_KEY, place, message);
        fault.suggest_closest(entry.name(), known.iter().copied());
        if fault.suggestion.is_none() {
            let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
            fault.help(format!("the keys of this table are {}", known.join(", ")));
        }
    }

    /// Records a value of the wrong kind.
    pub(super) fn wrong_value(&mut self, value: &impl Spanned, expected: &str) -> &mut Diagnostic {
        let place = self.place(value.range());
        let message = format!("expected {expected}, found {}", value.kind());
        let help = match expected {
            "a table" => "a table is written `{ key = … }`, or in lines under a `[header]`",
            "a list" => "a list is written `[…, …]`, of one thing too",
            "a text" => "a text stands in quotes",
            _ => "write `4`, `true` or `\"4 * dim\"`",
        };
        self.parser
            .report
            .error(codes::TOML_VALUE, place, message)
            .help(help)
    }

    pub(super) fn finite(&mut self, value: f64, place: Place) -> Option<ExprKind> {
        if !value.is_finite() {
            self.parser
                .report
                .error(codes::NUMBER, place, format!("`{value}` is not a finite number"));
            return None;
        }
        Some(ExprKind::Float(value))
    }

    /// Where the letters of a text stand in the file: after its quotes, unless escapes moved them.
    fn source(&self, text: &str, range: Range<usize>) -> Source {
        let raw = self.file.get(range.clone()).unwrap_or_default();
        let opening = raw.len() - raw.trim_start_matches(['"', '\'', '\n', '\r']).len();
        let quotes = [opening, 3, 1, 0];
        let start = quotes
            .into_iter()
            .find(|start| raw.get(*start..).is_some_and(|rest| rest.starts_with(text)));
        match start {
            Some(start) => Source::Text(range.start + start..range.start + start + text.len()),
            None => Source::Whole(range),
        }
    }
}

/// The keys of a table in the order of writing.
pub(super) fn entries(table: &dyn TableLike) -> Vec<Entry<'_>> {
    table
        .iter()
        .filter_map(|(name, item)| {
            Some(Entry {
                key: table.key(name)?,
                item,
            })
        })
        .collect()
}

/// TOML's names for its kinds of values, in our words.
fn kind(type_name: &str) -> &'static str {
    match type_name {
        "string" => "a text",
        "integer" | "float" => "a number",
        "boolean" => "a boolean",
        "datetime" => "a date",
        "array" => "a list",
        "array of tables" => "a list of tables",
        "none" => "nothing",
        _ => "a table",
    }
}
