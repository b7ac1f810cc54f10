//! `tokenizer.json`.

use std::path::Path;

use serde_json::{Map, Value};
use tokenizers::Tokenizer as Core;
use ttt_adapters::error::{Error, Location, Problem, codes};
use ttt_adapters::file;

use super::companions::Companions;
use super::{Source, check, roles};
use crate::error::guarded;
use crate::tokenizer::Tokenizer;

/// Reads a file of this format, and the files beside it.
pub fn read(path: &Path) -> Result<Tokenizer, Error> {
    let text = file::read_text(path)?;
    let mut core = parse(&text).map_err(|error| error.in_file(path))?;
    // Which of them applies is chosen at each call, as in transformers.
    core.with_padding(None);
    guarded(codes::TOKENIZER, "truncation cannot be changed", || {
        core.with_truncation(None).map(|_| ())
    })?;
    let companions = Companions::read(path.parent().unwrap_or(Path::new(".")))?;
    let mut notes = Vec::new();
    let special = roles::assign(&mut core, &companions, &mut notes)?;
    let files = std::iter::once(path.to_path_buf())
        .chain(companions.files)
        .collect();
    let source = Source {
        format: "tokenizer.json",
        files,
        notes,
    };
    Tokenizer::new(core, special, companions.template, source).map_err(|error| error.in_file(path))
}

/// Checks what the `tokenizers` crate does not, and lets it parse.
pub fn parse(text: &str) -> Result<Core, Error> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Problem::new(codes::NOT_JSON, format!("this is not valid JSON: {error}"))
            .at(Location::Line(error.line(), error.column()))
    })?;
    let model = value.get("model").and_then(Value::as_object).ok_or_else(|| {
        Problem::new(codes::TOKENIZER, "this is not a tokenizer.json")
            .key("model")
            .expected("an object")
    })?;
    check_model(model)?;
    check_added(value.get("added_tokens"))?;
    check_processor(value.get("post_processor").unwrap_or(&Value::Null))?;
    guarded(codes::TOKENIZER, "this is not a tokenizer.json", || text.parse())
}

fn check_model(model: &Map<String, Value>) -> Result<(), Error> {
    let Some(Value::Object(vocabulary)) = model.get("vocab") else {
        return Ok(()); // A list is Unigram's, and its own checks are enough.
    };
    let vocabulary = check::vocabulary(vocabulary)?;
    let prefix = model
        .get("continuing_subword_prefix")
        .and_then(Value::as_str)
        .unwrap_or("");
    let Some(Value::Array(list)) = model.get("merges") else {
        return Ok(());
    };
    let merges = list.iter().enumerate().map(|(place, merge)| match merge {
        Value::String(line) => check::merge(line, place),
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(left), Value::String(right)] => Ok((left.clone(), right.clone())),
            _ => check::merge("", place),
        },
        _ => check::merge("", place),
    });
    check::merges(&vocabulary, &merges.collect::<Result<Vec<_>, Error>>()?, prefix)
}

fn check_added(added: Option<&Value>) -> Result<(), Error> {
    let Some(Value::Array(added)) = added else {
        return Ok(());
    };
    let ids = added.iter().filter_map(|token| {
        let content = token.get("content")?.as_str()?;
        Some((content.to_string(), token.get("id")?.clone()))
    });
    check::vocabulary(&ids.collect()).map(|_| ())
}

/// Templates name sequences and special tokens that must be there.
fn check_processor(processor: &Value) -> Result<(), Error> {
    if let Some(Value::Array(inner)) = processor.get("processors") {
        return inner.iter().try_for_each(check_processor);
    }
    let known = processor.get("special_tokens").and_then(Value::as_object);
    for (template, sequences) in [("single", &["A"][..]), ("pair", &["A", "B"][..])] {
        let Some(Value::Array(pieces)) = processor.get(template) else {
            continue;
        };
        for piece in pieces {
            let id = |kind: &str| {
                piece
                    .get(kind)
                    .and_then(|piece| piece.get("id"))
                    .and_then(Value::as_str)
            };
            let sequence_exists = id("Sequence").is_none_or(|id| sequences.contains(&id));
            let token_exists =
                id("SpecialToken").is_none_or(|id| known.is_some_and(|known| known.contains_key(id)));
            if !sequence_exists || !token_exists {
                return Err(
                    Problem::new(codes::TOKENIZER, "a template names something that is not there")
                        .key(format!("post_processor.{template}"))
                        .found(piece)
                        .into(),
                );
            }
        }
    }
    Ok(())
}
