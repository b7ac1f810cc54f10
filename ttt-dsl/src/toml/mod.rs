//! The TOML spelling: the same text cut into TOML values, each read by the same parser.

mod body;
mod checkpoint;
mod item;
mod json_schema;
pub(crate) mod keys;
mod model;
mod reader;
mod table;

pub use json_schema::json_schema;

use toml_edit::Document;

use crate::diagnostic::codes;
use crate::parse::{Parsed, TextSpans};
use crate::place::Origin;
use crate::spec::Spec;
use reader::Reader;

/// Reads a TOML file; places are its byte ranges.
pub fn parse_toml(text: &str) -> Parsed {
    let _spans = TextSpans::begin();
    let mut reader = Reader::new(text);
    let spec = match Document::parse(text) {
        Ok(document) => reader.spec(document.as_table()),
        Err(error) => {
            let range = error.span().unwrap_or(0..0);
            let place = reader.parser.places.add(Origin::Text(range));
            reader
                .parser
                .report
                .error(codes::TOML, place, error.message().trim_end())
                .help("nothing is read of a file that is not TOML; <https://toml.io> is its grammar");
            Spec::default()
        }
    };
    reader.parser.finish(spec)
}
