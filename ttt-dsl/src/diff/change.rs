//! A difference, and how it is printed.

use std::fmt::Write;

use serde::Serialize;

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Only the right side has it.
    Added,
    /// Only the left side has it.
    Removed,
    /// Both have it, and it says something else.
    Changed,
    /// It has another name; `before` and `after` are the names.
    Renamed,
    /// It stands elsewhere among its like.
    Moved,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What became of it.
    pub kind: ChangeKind,
    /// What it is: `param`, `part`, `weights entry`, …
    pub what: String,
    /// Where it is: `Gpt2Block.attn`.
    pub path: String,
    /// What the left side says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What the right side says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl Change {
    /// The sign before the line, and its colour as an ANSI code.
    fn sign(&self) -> (&'static str, &'static str) {
        match self.kind {
            ChangeKind::Added => ("+", "32"),
            ChangeKind::Removed => ("-", "31"),
            ChangeKind::Changed => ("~", "33"),
            ChangeKind::Renamed => (">", "36"),
            ChangeKind::Moved => ("^", "35"),
        }
    }

    fn said(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let after = self.after.as_deref().unwrap_or_default();
        match self.kind {
            ChangeKind::Added => after.to_string(),
            ChangeKind::Removed => before.to_string(),
            ChangeKind::Changed => format!("{before} → {after}"),
            ChangeKind::Renamed => format!("is now {after}"),
            ChangeKind::Moved => match after {
                "" => "now comes first".to_string(),
                after => format!("now comes after {after}"),
            },
        }
    }
}

/// One line for each change: `~ part Gpt2Block.attn: Attention(dim, heads) → Attention(dim, 2 * heads)`.
pub fn render(changes: &[Change], color: bool) -> String {
    let mut text = String::new();
    for change in changes {
        let (sign, code) = change.sign();
        let said = change.said().replace('\n', " ");
        let colon = if said.is_empty() { "" } else { ": " };
        let (on, off) = match color {
            true => (format!("\x1b[{code}m"), "\x1b[0m"),
            false => (String::new(), ""),
        };
        let _ = writeln!(
            text,
            "{on}{sign} {} {}{off}{colon}{said}",
            change.what, change.path
        );
    }
    text
}
