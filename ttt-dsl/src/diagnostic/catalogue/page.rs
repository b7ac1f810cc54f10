//! A whole catalogue as one page of Markdown.

use std::fmt::Write;

use super::{Catalogue, Entry, Example};

/// The reference page: every chapter, every code, every example with what is said of it.
pub fn markdown(catalogue: &Catalogue) -> String {
    let mut out = format!("# Diagnostics of {}\n", catalogue.subject);
    contents(catalogue, &mut out);
    for (chapter, codes) in catalogue.by_chapter() {
        let _ = write!(out, "\n## {}\n", chapter.title);
        for entry in codes.into_iter().filter_map(|code| catalogue.entry(code)) {
            section(&entry, &mut out);
        }
    }
    out
}

fn contents(catalogue: &Catalogue, out: &mut String) {
    for (chapter, codes) in catalogue.by_chapter() {
        let links: Vec<String> = codes
            .iter()
            .map(|code| format!("[{}](#{})", code.id, code.id.to_lowercase()))
            .collect();
        let _ = write!(out, "\n**{}** {}\n", chapter.title, links.join(" "));
    }
}

fn section(entry: &Entry, out: &mut String) {
    let Entry { code, why, examples } = entry;
    let _ = write!(
        out,
        "\n### <a id=\"{}\"></a>{code}: {}\n\n{}\n\n{why}\n",
        code.id.to_lowercase(),
        code.title,
        code.explanation,
    );
    for example in examples {
        show(example, out);
    }
}

fn show(example: &Example, out: &mut String) {
    if !example.note.is_empty() {
        let _ = write!(out, "\n{}\n", example.note);
    }
    // GitHub colours the language of schemas as Rust, whose tokens it has.
    let language = match example.language {
        "ttt" => "rust",
        language => language,
    };
    let _ = write!(out, "\n```{language}\n{}```\n", example.wrong);
    if let Some(said) = example.said(false) {
        let _ = write!(out, "\n```text\n{}\n```\n", said.trim_end());
    }
    let _ = write!(out, "\nMended:\n\n```{language}\n{}```\n", example.right);
}
