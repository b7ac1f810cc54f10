//! The TOML spelling: keys and values a line, the texts in them as in the Rust-like spelling.

use std::ops::Range;

use toml_edit::{Array, Document, InlineTable, Item, TableLike, Value};

use super::layout::{Layout, WIDTH};
use super::segment::Scope;
use super::tree::Source;
use crate::parse::TextSpans;
use crate::toml::keys::{Form, Key, ROOT};

/// What the whole file holds.
const FILE: Form = Form::Table(&[ROOT]);

/// The formatted text of a file that reads as a schema.
pub(super) fn format(text: &str) -> String {
    let Ok(document) = Document::parse(text) else {
        return text.to_owned();
    };
    let _spans = TextSpans::begin();
    let mut writer = Writer {
        text,
        edits: Vec::new(),
    };
    writer.table(document.as_table(), Some(&FILE));
    writer.edits.sort_by_key(|(range, _)| range.start);
    let (mut page, mut end) = (Lines::default(), 0);
    for (range, written) in writer.edits {
        page.outside(text.get(end..range.start).unwrap_or_default());
        page.text.push_str(&written);
        end = range.end;
    }
    page.outside(text.get(end..).unwrap_or_default());
    page.finish()
}

/// Collects what takes the place of each value, with the sign before it.
struct Writer<'t> {
    text: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

impl Writer<'_> {
    fn table(&mut self, table: &dyn TableLike, form: Option<&'static Form>) {
        for (name, item) in table.iter() {
            let form = form.and_then(|form| under(form, name, table));
            match item {
                Item::Table(inner) => self.table(inner, form),
                Item::Value(Value::InlineTable(inner)) if inner.is_dotted() => self.table(inner, form),
                Item::Value(value) => {
                    let key = table.key(name).and_then(|key| key.span());
                    if let (Some(key), Some(range)) = (key, value.span()) {
                        let line = self.text[..key.end].rfind('\n').map_or(0, |end| end + 1);
                        let column = self.text[line..key.end].trim_start().chars().count() + 3;
                        let written = format!(" = {}", self.value(value, form, column));
                        self.edits.push((key.end..range.end, written));
                    }
                }
                Item::None | Item::ArrayOfTables(_) => {}
            }
        }
    }

    /// A value that begins at this column.
    fn value(&self, value: &Value, form: Option<&'static Form>, column: usize) -> String {
        match value {
            Value::String(text) if form.is_some_and(is_source) => {
                let raw = self.raw(value.span());
                source(raw, text.value()).unwrap_or_else(|| raw.to_owned())
            }
            Value::Array(array) => self.array(array, form.and_then(item), column),
            Value::InlineTable(table) => self.inline_table(table, form),
            _ => self.raw(value.span()).to_owned(),
        }
    }

    /// One line where it fits, unless a comma ends it; a comment keeps it as it is.
    fn array(&self, array: &Array, form: Option<&'static Form>, column: usize) -> String {
        let whole = array.span().unwrap_or_default();
        let spans: Vec<Range<usize>> = array.iter().filter_map(Value::span).collect();
        let values: Vec<String> = array
            .iter()
            .map(|value| self.value(value, form, usize::MAX))
            .collect();
        let gaps = gaps(&whole, &spans);
        if gaps.iter().any(|gap| self.raw(Some(gap.clone())).contains('#')) {
            return self.kept(whole, spans, values);
        }
        let flat = format!("[{}]", values.join(", "));
        let ended = gaps
            .last()
            .is_some_and(|gap| self.raw(Some(gap.clone())).contains(','));
        // Within another value, everything is on its line.
        let fits = column == usize::MAX || column + flat.chars().count() <= WIDTH;
        if values.is_empty() || (fits && !(ended && column != usize::MAX)) {
            return flat;
        }
        let lines: String = values.iter().map(|value| format!("    {value},\n")).collect();
        format!("[\n{lines}]")
    }

    /// One line, as TOML has it. What newer TOML lets stand on several lines is kept.
    fn inline_table(&self, table: &InlineTable, form: Option<&'static Form>) -> String {
        let whole = table.span().unwrap_or_default();
        let (mut spans, mut values, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        let mut plain = true;
        for (name, value) in table.iter() {
            let form = form.and_then(|form| under(form, name, table));
            let key = table.key(name).and_then(|key| key.span());
            let (Some(key), Some(span)) = (key, value.span()) else {
                plain = false;
                continue;
            };
            plain &= !value.as_inline_table().is_some_and(InlineTable::is_dotted);
            let written = self.value(value, form, usize::MAX);
            entries.push(format!("{} = {written}", self.raw(Some(key.clone()))));
            spans.push(span);
            values.push(written);
        }
        let broken = gaps(&whole, &spans)
            .into_iter()
            .any(|gap| self.raw(Some(gap)).contains(['\n', '#']));
        match (plain, broken) {
            (false, _) => self.raw(Some(whole)).to_owned(),
            (true, true) => self.kept(whole, spans, values),
            (true, false) if entries.is_empty() => "{}".to_owned(),
            (true, false) => format!("{{ {} }}", entries.join(", ")),
        }
    }

    /// A value as it is, but for the values in it.
    fn kept(&self, whole: Range<usize>, spans: Vec<Range<usize>>, values: Vec<String>) -> String {
        let (mut text, mut end) = (String::new(), whole.start);
        for (span, value) in spans.into_iter().zip(values) {
            text.push_str(self.raw(Some(end..span.start)));
            text.push_str(&value);
            end = span.end;
        }
        text.push_str(self.raw(Some(end..whole.end)));
        text
    }

    fn raw(&self, range: Option<Range<usize>>) -> &str {
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }
}

/// What stands around values within their list or table.
fn gaps(whole: &Range<usize>, spans: &[Range<usize>]) -> Vec<Range<usize>> {
    let starts = std::iter::once(whole.start).chain(spans.iter().map(|span| span.end));
    let ends = spans.iter().map(|span| span.start).chain([whole.end]);
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

/// A text in quotes with its tokens set as in the Rust-like spelling; nothing where escapes or lines forbid it.
fn source(raw: &str, text: &str) -> Option<String> {
    let quote = raw.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
    let inside = raw.strip_prefix(quote)?.strip_suffix(quote)?;
    if inside != text || text.contains('\n') {
        return None;
    }
    let line = Layout::new(inside).line(&Source::read(inside, 0..inside.len()), Scope::Value)?;
    Some(format!("{quote}{line}{quote}"))
}

/// What stands under a key of a table.
fn under(form: &'static Form, name: &str, table: &dyn TableLike) -> Option<&'static Form> {
    let known = |keys: &'static [Key]| keys.iter().find(|key| key.name == name).map(|key| &key.form);
    match form {
        Form::Table(groups) => groups.iter().copied().find_map(known),
        Form::Named(item) => Some(item),
        Form::Short(Form::Named(item), _) if !table.iter().any(|(_, item)| item.is_table_like()) => {
            Some(item)
        }
        Form::Short(_, keys) => known(keys),
        _ => None,
    }
}

/// What stands in a list.
fn item(form: &'static Form) -> Option<&'static Form> {
    match form {
        Form::List(item) | Form::OneOrMore(item) => Some(item),
        Form::Short(short, _) => item(short),
        _ => None,
    }
}

/// Whether a text is in the Rust-like spelling.
fn is_source(form: &'static Form) -> bool {
    match form {
        Form::Source | Form::Value => true,
        Form::OneOrMore(short) | Form::Short(short, _) => is_source(short),
        _ => false,
    }
}

/// The lines of a file.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// Adds what stands between values: ends of lines, comments, headers, keys.
    fn outside(&mut self, text: &str) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 && !self.text.is_empty() && !self.text.ends_with("\n\n") {
                self.text.push('\n');
            }
            let begins = self.text.is_empty() || self.text.ends_with('\n');
            if !begins && line.trim_start().starts_with('#') {
                self.text.push(' ');
            }
            self.text.push_str(line.trim());
        }
    }

    /// The text, its last line ended.
    fn finish(self) -> String {
        match self.text.trim_end() {
            "" => String::new(),
            text => format!("{text}\n"),
        }
    }
}
