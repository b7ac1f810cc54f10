//! A page for the terminal and for tools.

use serde_json::{Value, json as object};

use super::{Catalogue, Entry, Example};
use crate::diagnostic::Code;

/// How many codes a hint names.
const HINTED: usize = 5;

/// How wide prose is set.
const WIDTH: usize = 100;

/// A code's page for people.
pub fn text(entry: &Entry, color: bool) -> String {
    let paint = Paint { color };
    let mut out = format!(
        "{}  {}\n\n",
        paint.bold(entry.code.id),
        paint.bold(entry.code.title)
    );
    out.push_str(&paragraphs(entry.code.explanation));
    out.push('\n');
    out.push_str(&paragraphs(entry.why));
    for example in &entry.examples {
        show(example, paint, &mut out);
    }
    out
}

/// A code's page for tools: code, title, rule, why, and the examples with what is said of each.
pub fn json(entry: &Entry) -> Value {
    let examples: Vec<Value> = entry
        .examples
        .iter()
        .map(|example| {
            object!({
                "note": example.note,
                "language": example.language,
                "wrong": example.wrong,
                "message": example.said(false),
                "right": example.right,
            })
        })
        .collect();
    object!({
        "code": entry.code,
        "title": entry.code.title,
        "rule": entry.code.explanation,
        "why": entry.why,
        "examples": examples,
    })
}

/// Every code with its title, by chapter, for people.
pub fn list(catalogues: &[&Catalogue], color: bool) -> String {
    let paint = Paint { color };
    let mut out = String::new();
    for (chapter, codes) in catalogues.iter().flat_map(|catalogue| catalogue.by_chapter()) {
        out.push_str(&format!("{}\n", paint.bold(chapter.title)));
        for code in codes {
            out.push_str(&format!("  {}  {}\n", code.id, code.title));
        }
        out.push('\n');
    }
    out
}

/// Every code with its title and chapter, for tools.
pub fn list_json(catalogues: &[&Catalogue]) -> Value {
    let rows = catalogues
        .iter()
        .flat_map(|catalogue| catalogue.by_chapter())
        .flat_map(|(chapter, codes)| {
            codes
                .into_iter()
                .map(move |code| object!({ "code": code, "title": code.title, "chapter": chapter.title }))
        });
    rows.collect()
}

/// How to read more about what was found, in a few words for the end of a report: `for more: ttt explain T103 T301`.
pub fn hint(codes: impl IntoIterator<Item = Code>) -> String {
    let mut ids: Vec<&str> = codes.into_iter().map(|code| code.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(HINTED);
    format!("for more: ttt explain {}", ids.join(" "))
}

fn show(example: &Example, paint: Paint, out: &mut String) {
    if !example.note.is_empty() {
        out.push('\n');
        out.push_str(&paragraphs(example.note));
    }
    out.push_str(&format!(
        "\n{}\n\n{}",
        paint.red("wrong"),
        indented(example.wrong)
    ));
    if let Some(said) = example.said(paint.color) {
        out.push_str(&format!(
            "\n{}\n\n{}",
            paint.bold("what is said of it"),
            indented(&said)
        ));
    }
    out.push_str(&format!(
        "\n{}\n\n{}",
        paint.green("right"),
        indented(example.right)
    ));
}

/// Markdown prose, whose paragraphs stand between empty lines, set anew.
fn paragraphs(prose: &str) -> String {
    let set: Vec<String> = prose.split("\n\n").map(wrapped).collect();
    set.join("\n")
}

fn wrapped(paragraph: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
    out
}

fn indented(text: &str) -> String {
    let lines = text.trim_end().lines();
    lines
        .map(|line| match line.is_empty() {
            true => "\n".to_owned(),
            false => format!("    {line}\n"),
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        self.with(text, 1)
    }

    fn red(self, text: &str) -> String {
        self.with(text, 31)
    }

    fn green(self, text: &str) -> String {
        self.with(text, 32)
    }

    fn with(self, text: &str, style: u8) -> String {
        match self.color {
            true => format!("\x1b[{style}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}
