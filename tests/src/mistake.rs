//! A checkpoint with one mistake.

use std::path::PathBuf;

use serde::Deserialize;

use crate::case::{fixtures, last_name, read_json, subfolders};

/// A checkpoint that must be refused, and the words its error must have.
#[derive(Debug)]
pub struct Mistake {
    /// `truncated_header`.
    pub name: String,
    /// The checkpoint's folder.
    pub folder: PathBuf,
    /// What is wrong, and what the error mentions.
    pub about: About,
}

/// What `mistake.json` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What is wrong.
    pub says: String,
    /// Words that the error must contain.
    pub mentions: Vec<String>,
}

impl Mistake {
    /// Every one of them, by name.
    ///
    /// # Panics
    ///
    /// When the fixtures cannot be read, or there is none.
    pub fn all() -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> = subfolders(&fixtures().join("bad"))
            .into_iter()
            .map(Mistake::read)
            .collect();
        assert!(!mistakes.is_empty(), "no bad fixtures");
        mistakes.sort_by(|a, b| a.name.cmp(&b.name));
        mistakes
    }

    fn read(folder: PathBuf) -> Mistake {
        Mistake {
            name: last_name(&folder),
            about: read_json(&folder.join("mistake.json")),
            folder,
        }
    }

    /// The words that `message` lacks.
    pub fn unmentioned<'a>(&'a self, message: &str) -> Vec<&'a str> {
        self.about
            .mentions
            .iter()
            .map(String::as_str)
            .filter(|word| !message.contains(word))
            .collect()
    }
}
