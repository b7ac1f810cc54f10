//! Where tokenizers come from.

mod assemble;
mod byte_level;
mod check;
mod companions;
mod json;
mod roles;
mod word_piece;

pub(crate) mod gguf;

use std::path::{Path, PathBuf};

use serde::Serialize;
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::file;

pub(crate) use assemble::{Steps, around, assemble};

use crate::tokenizer::Tokenizer;

/// Where a tokenizer came from.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// `tokenizer.json`, `vocab.txt`, `vocab.json`, `gguf` or `trained`.
    pub format: &'static str,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// What the files do not say and was assumed, or what they say and is not so.
    pub notes: Vec<String>,
}

/// A kind of file, and how it is read.
struct Kind {
    /// The file that tells, and is read.
    name: &'static str,
    /// Another that is needed with it.
    with: Option<&'static str>,
    read: fn(&Path, Option<&Path>) -> Result<Tokenizer, Error>,
}

/// What is looked for in a directory, in this order.
const KINDS: [Kind; 4] = [
    Kind {
        name: "tokenizer.json",
        with: None,
        read: |path, _| json::read(path),
    },
    Kind {
        name: "vocab.txt",
        with: None,
        read: |path, _| word_piece::read(path),
    },
    Kind {
        name: "vocab.json",
        with: Some("merges.txt"),
        read: byte_level::read,
    },
    Kind {
        name: "encoder.json",
        with: Some("vocab.bpe"),
        read: byte_level::read,
    },
];

/// Opens a directory, one of its files, or a GGUF file.
pub fn open(path: &Path) -> Result<Tokenizer, Error> {
    if path.is_dir() {
        return match KINDS.iter().find(|kind| path.join(kind.name).is_file()) {
            Some(kind) => open_kind(kind, path),
            None => match ttt_adapters::gguf::file_in(path) {
                Some(file) => open(&file),
                None => Err(absent(path)),
            },
        };
    }
    let name = path.file_name().unwrap_or_default();
    let directory = path.parent().unwrap_or(Path::new("."));
    let named = |kind: &&Kind| name == kind.name || kind.with.is_some_and(|with| name == with);
    if let Some(kind) = KINDS.iter().find(named) {
        return open_kind(kind, directory);
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gguf") => gguf::read(&ttt_adapters::gguf::File::open(path)?),
        Some("json") => json::read(path),
        Some("txt") => word_piece::read(path),
        _ => Err(unknown(path)),
    }
}

fn open_kind(kind: &Kind, directory: &Path) -> Result<Tokenizer, Error> {
    let with = kind.with.map(|with| directory.join(with));
    (kind.read)(&directory.join(kind.name), with.as_deref())
}

fn absent(directory: &Path) -> Error {
    let sentence_piece = directory.join("tokenizer.model");
    let problem = Problem::new(codes::NO_TOKENIZER, "the directory has no tokenizer")
        .expected("tokenizer.json, vocab.txt, vocab.json with merges.txt, or encoder.json with vocab.bpe");
    if sentence_piece.is_file() {
        problem.file(sentence_piece).help(
            "tokenizer.model alone is not read: load it with transformers' AutoTokenizer and save it, which writes \
             tokenizer.json",
        )
    } else {
        problem.file(directory).help("copy the tokenizer's files from where the checkpoint came from")
    }
    .into()
}

fn unknown(path: &Path) -> Error {
    if let Err(error) = path.metadata() {
        return file::unreadable(path, &error);
    }
    Problem::new(codes::NO_TOKENIZER, "this file is not known to hold a tokenizer")
        .file(path)
        .expected(
            "tokenizer.json, vocab.txt, vocab.json, merges.txt, encoder.json, vocab.bpe, or a .gguf file",
        )
        .into()
}
