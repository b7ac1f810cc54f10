//! What each code means: why it is a mistake, a wrong example and a right one.
//!
//! The page of a code is a text of its own, in Markdown: why it is a mistake and what goes wrong otherwise, then fences whose
//! headings are a language and a role, `wrong`, `message` or `right`. Between two examples may stand what is particular
//! about the second. The rule itself stands in the table of codes, and is not said again.

mod explain;
mod find;
mod page;
mod schemas;

use serde::Serialize;

use super::Code;
use super::human;
use crate::check::check;
use crate::parse::{Parsed, parse_text};
use crate::toml::parse_toml;

pub use explain::{hint, json, list, list_json, text};
pub use find::{Found, find};
pub use page::markdown;
pub use schemas::SCHEMAS;

/// A table of codes with its pages.
#[derive(Debug)]
pub struct Catalogue {
    /// What the codes are about, in the plural: `schemas`.
    pub subject: &'static str,
    /// In the order of their codes.
    pub chapters: &'static [Chapter],
    /// Every code, in order.
    pub codes: &'static [Code],
    /// The page of each code, by its id.
    pub pages: &'static [(&'static str, &'static str)],
}

/// Codes that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// What its codes begin with: `T1`.
    pub prefix: &'static str,
    /// A few words.
    pub title: &'static str,
}

/// A code with its page.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its row in the table.
    pub code: Code,
    /// What goes wrong otherwise, as Markdown, below the rule that the code's row states.
    pub why: &'static str,
    /// At least one.
    pub examples: Vec<Example>,
}

/// A mistake and its mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// What is particular about it; empty for the first.
    pub note: &'static str,
    /// What the fences are written in: `ttt` and `toml` are schemas.
    pub language: &'static str,
    /// With the mistake.
    pub wrong: &'static str,
    /// What is said of it, where the page says so; that of a schema is made by checking it.
    pub message: Option<&'static str>,
    /// Without it.
    pub right: &'static str,
}

/// Lists pages, each a file `pages/ID.md` beside the caller's.
#[macro_export]
macro_rules! pages {
    ($($id:literal)*) => {
        &[$(($id, include_str!(concat!("pages/", $id, ".md")))),*]
    };
}

impl Catalogue {
    /// The page of a code; nothing when there is none, or it is malformed.
    pub fn entry(&self, code: Code) -> Option<Entry> {
        self.read(code).ok()
    }

    /// The page of a code, or what is wrong with it.
    pub fn read(&self, code: Code) -> Result<Entry, String> {
        let page = self.pages.iter().find(|(id, _)| *id == code.id);
        let (_, page) = page.ok_or("there is no page")?;
        Entry::read(code, page)
    }

    /// The chapters with their codes.
    pub fn by_chapter(&self) -> impl Iterator<Item = (Chapter, Vec<Code>)> {
        self.chapters.iter().map(|chapter| {
            let codes = self.codes.iter().copied();
            (*chapter, codes.filter(|code| chapter.holds(*code)).collect())
        })
    }

    /// The chapter of a code.
    pub fn chapter(&self, code: Code) -> Option<Chapter> {
        self.chapters.iter().copied().find(|chapter| chapter.holds(code))
    }
}

impl Chapter {
    /// A chapter of the codes that begin with this.
    pub const fn new(prefix: &'static str, title: &'static str) -> Chapter {
        Chapter { prefix, title }
    }

    /// Whether a code belongs here.
    pub fn holds(self, code: Code) -> bool {
        code.id.starts_with(self.prefix)
    }
}

impl Entry {
    /// Takes a page apart.
    fn read(code: Code, page: &'static str) -> Result<Entry, String> {
        let mut chunks = page.split("```");
        let why = chunks.next().unwrap_or_default().trim();
        let mut examples: Vec<Example> = Vec::new();
        let mut note = "";
        while let Some(fence) = chunks.next() {
            let (heading, text) = fence.split_once('\n').ok_or("a fence without lines")?;
            match (heading.split_once(' '), examples.last_mut()) {
                (Some((language, "wrong")), _) => examples.push(Example::begin(note, language, text)),
                (Some((_, "message")), Some(example)) => example.message = Some(text),
                (Some((_, "right")), Some(example)) => example.right = text,
                _ => {
                    return Err(format!(
                        "```{heading}: a fence is `LANGUAGE wrong`, then `… message`, `… right`"
                    ));
                }
            }
            note = chunks.next().ok_or("a fence that is not closed")?.trim();
        }
        match () {
            () if why.is_empty() => Err("the page does not begin with why".into()),
            () if examples.is_empty() => Err("there is no example".into()),
            () if examples.iter().any(|example| example.right.is_empty()) => {
                Err("an example is not mended: a fence `right` is missing".into())
            }
            () => Ok(Entry { code, why, examples }),
        }
    }
}

impl Example {
    fn begin(note: &'static str, language: &'static str, wrong: &'static str) -> Example {
        Example {
            note,
            language,
            wrong,
            message: None,
            right: "",
        }
    }

    /// What is said of the wrong example: for a schema, by the checker as it is.
    pub fn said(&self, color: bool) -> Option<String> {
        if let Some(message) = self.message {
            return Some(message.to_owned());
        }
        let Parsed {
            spec,
            places,
            mut report,
        } = match self.language {
            "ttt" => parse_text(self.wrong),
            "toml" => parse_toml(self.wrong),
            _ => return None,
        };
        report.append(check(&spec).report);
        let file = format!("example.{}", self.language);
        Some(human::render(&report, &file, self.wrong, &places, color))
    }
}
