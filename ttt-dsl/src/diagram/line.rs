//! Which line says what.

use std::collections::HashMap;

use serde::Serialize;

use crate::diagnostic::json::line_and_column;
use crate::parse::parse_text;
use crate::place::{Place, Places};
use crate::spec::{Body, Spec};
use crate::standard;

/// A text that a program was read from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What it is called, a path in most cases.
    pub name: &'a str,
    /// The text that was parsed.
    pub text: &'a str,
    /// What was read from it, places included.
    pub spec: &'a Spec,
    /// Where its pieces stand.
    pub places: &'a Places,
    /// How many lines of the file stand before the text: a `model! { … }` begins somewhere in its file.
    pub lines_before: usize,
}

/// One line of a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The source's name.
    pub file: String,
    /// The line's number, from 1.
    pub line: usize,
    /// Its text, without the space around it.
    pub text: String,
}

/// The lines of the declarations and parts of a source and of the standard library.
pub(super) struct Lines {
    /// By the name of a block, leaf, function or model, or of a head behind a dot.
    declarations: HashMap<String, Line>,
    /// By that name, and the part's.
    parts: HashMap<(String, String), Line>,
    /// By its place, for bodies that were copied with another name.
    places: HashMap<u32, Line>,
}

impl Lines {
    pub(super) fn new(source: &Source) -> Lines {
        let mut lines = Lines {
            declarations: HashMap::new(),
            parts: HashMap::new(),
            places: HashMap::new(),
        };
        for (name, text) in standard::SOURCES {
            let parsed = parse_text(text);
            let name = format!("std/{name}");
            lines.read(&Source {
                name: &name,
                text,
                spec: &parsed.spec,
                places: &parsed.places,
                lines_before: 0,
            });
        }
        // Places of the standard library are of other tables.
        lines.places.clear();
        lines.read(source);
        lines
    }

    /// Where a block, leaf, function or model is declared.
    pub(super) fn declaration(&self, name: &str) -> Option<&Line> {
        self.declarations.get(name)
    }

    /// Where a part is written.
    pub(super) fn part(&self, body: &str, part: &str, place: Place) -> Option<&Line> {
        let key = (body.to_string(), part.to_string());
        let by_place = || self.places.get(&place.index()).filter(|_| !place.is_nowhere());
        self.parts.get(&key).or_else(by_place)
    }

    fn read(&mut self, source: &Source) {
        let spec = source.spec;
        let leaves = spec.leaves.iter().map(|leaf| &leaf.name);
        let functions = spec.functions.iter().map(|function| &function.name);
        for name in leaves.chain(functions) {
            self.declare(source, name.as_str(), name.place);
        }
        for block in &spec.blocks {
            self.declare(source, block.name.as_str(), block.name.place);
            self.body(source, block.name.as_str(), &block.body);
        }
        for model in &spec.models {
            self.declare(source, model.name.as_str(), model.name.place);
            self.body(source, model.name.as_str(), &model.body);
            for head in &model.heads {
                let name = format!("{}.{}", model.name, head.name);
                self.declare(source, &name, head.name.place);
                self.body(source, &name, &head.body);
            }
        }
    }

    fn declare(&mut self, source: &Source, name: &str, place: Place) {
        if let Some(line) = source.line(place) {
            self.declarations.insert(name.to_string(), line);
        }
    }

    fn body(&mut self, source: &Source, body: &str, parts: &Body) {
        for part in &parts.parts {
            if let Some(line) = source.line(part.name.place) {
                self.parts
                    .insert((body.to_string(), part.name.text.clone()), line.clone());
                self.places.insert(part.name.place.index(), line);
            }
        }
    }
}

impl Source<'_> {
    fn line(&self, place: Place) -> Option<Line> {
        let (line, _) = line_and_column(place, self.text, self.places)?;
        let text = self.text.lines().nth(line - 1)?;
        Some(Line {
            file: self.name.to_string(),
            line: line + self.lines_before,
            text: text.trim().to_string(),
        })
    }
}
