//! `tojson`, as Python's `json.dumps` writes.

use std::io;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// `value | tojson`, with `indent` and `sort_keys`. Nothing is escaped for HTML, and characters stay as they are.
pub fn tojson(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = indent.or(options.get::<Option<usize>>("indent")?);
    let sorted = options.get::<Option<bool>>("sort_keys")?.unwrap_or(false);
    // Accepted as transformers does; characters always stay as they are unless it is asked otherwise.
    let ascii = options.get::<Option<bool>>("ensure_ascii")?.unwrap_or(false);
    options.assert_all_used()?;
    let mut value = serde_json::to_value(value).map_err(failed)?;
    if sorted {
        value.sort_all_objects();
    }
    let mut bytes = Vec::new();
    let written = match indent {
        None => value.serialize(&mut Serializer::with_formatter(&mut bytes, Python)),
        Some(width) => {
            let indent = " ".repeat(width.min(64));
            let formatter = PrettyFormatter::with_indent(indent.as_bytes());
            value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))
        }
    };
    written.map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(failed)?;
    Ok(if ascii { escaped(&text) } else { text })
}

/// A space after each comma and colon.
struct Python;

impl Formatter for Python {
    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

/// With every character beyond ASCII as `\u….`.
fn escaped(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            output.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                output += &format!("\\u{unit:04x}");
            }
        }
    }
    output
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::BadSerialization, error.to_string())
}
