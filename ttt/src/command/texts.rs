//! Texts that a command is given.

use std::io::Read;
use std::path::Path;

use ttt::pipeline::TextModel;

use super::Failure;
use crate::cli::Texts;

/// The texts of the command line, then a file's lines; empty lines are left out.
pub fn read(texts: &Texts) -> Result<Vec<String>, Failure> {
    let mut all = texts.texts.clone();
    if let Some(path) = &texts.file {
        let lines = read_file(path)?;
        all.extend(
            lines
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(str::to_string),
        );
    }
    if all.is_empty() {
        return Err(Failure::new("there is no text").help("the file is empty: give a text on each line"));
    }
    Ok(all)
}

/// Says that texts were cut, which their results do not show.
pub fn note_cut(model: &TextModel) {
    let cut = model.cut_texts();
    if let (1.., Some(ctx)) = (cut, model.ctx) {
        let texts = if cut == 1 { "text was" } else { "texts were" };
        anstream::eprintln!("note: {cut} {texts} longer than the {ctx} tokens that the model takes, and cut");
    }
}

/// A file's text; `-` is the standard input.
pub fn read_file(path: &Path) -> Result<String, Failure> {
    if path.as_os_str() != "-" {
        return std::fs::read_to_string(path).map_err(|error| Failure::file(path, error));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::file(Path::new("the standard input"), error))?;
    Ok(text)
}
