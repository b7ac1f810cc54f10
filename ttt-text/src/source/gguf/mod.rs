//! Tokenizers in the metadata of GGUF files, as llama.cpp reads them (`src/llama-vocab.cpp`).

mod pre;
mod scored;
mod tokens;
mod words;

use serde_json::Value as Json;
use tokenizers::Tokenizer as Core;
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::gguf::{File, Value};

use self::tokens::Tokens;
use super::assemble::{Token, around};
use super::{Source, byte_level, check};
use crate::chat::ChatTemplate;
use crate::special::Special;
use crate::tokenizer::Tokenizer;

/// Where the metadata has the ids of special tokens. `seperator` is spelled so.
const ROLES: [(&str, &str); 7] = [
    ("bos", "bos"),
    ("eos", "eos"),
    ("unk", "unknown"),
    ("pad", "padding"),
    ("cls", "cls"),
    ("sep", "seperator"),
    ("mask", "mask"),
];

/// The tokenizer in a file's metadata.
pub fn read(file: &File) -> Result<Tokenizer, Error> {
    let kind = file
        .get("tokenizer.ggml.model", "a string", Value::as_str)?
        .ok_or_else(|| {
            Problem::new(codes::NO_TOKENIZER, "the file has no tokenizer")
                .file(file.path())
                .key("tokenizer.ggml.model")
                .help("convert the checkpoint again, with its tokenizer beside it")
        })?;
    let mut notes = Vec::new();
    let tokens = Tokens::read(file)?;
    let mut special = roles(file, &tokens)?;
    let core = match kind {
        "gpt2" => merged(file, &tokens, &special),
        "llama" => {
            let prefix = file.get("tokenizer.ggml.add_space_prefix", "a truth value", Value::as_bool)?;
            let around = switches(file, &tokens, &special, true)?;
            scored::build(&tokens, &special, prefix.unwrap_or(true), around)
        }
        "bert" => {
            // llama.cpp calls the first token `bos` here, and some files name it so.
            special.cls = special.cls.or(special.bos);
            words::build(file, &tokens, &mut special, &mut notes)
        }
        other => Err(
            Problem::new(codes::TOKENIZER_KIND, "a tokenizer of this kind is not read")
                .key("tokenizer.ggml.model")
                .found(other)
                .expected("gpt2, llama or bert")
                .into(),
        ),
    };
    let mut core = core.map_err(|error| error.in_file(file.path()))?;
    tokens.mark(&mut core)?;
    let template = template(file)?;
    let source = Source {
        format: "gguf",
        files: vec![file.path().to_path_buf()],
        notes,
    };
    Tokenizer::new(core, special, template, source).map_err(|error| error.in_file(file.path()))
}

/// BPE with merges, in GPT-2's alphabet of bytes.
fn merged(file: &File, tokens: &Tokens, special: &Special) -> Result<Core, Error> {
    let name = file.get("tokenizer.ggml.pre", "a string", Value::as_str)?;
    let pre = pre::find(name)?;
    let lines = file.require("tokenizer.ggml.merges", "a list of strings", Value::as_strings)?;
    let merges = lines
        .iter()
        .enumerate()
        .map(|(place, line)| check::merge(line, place));
    let merges = merges.collect::<Result<Vec<_>, _>>()?;
    let vocabulary = tokens.vocabulary()?;
    check::merges(&vocabulary, &merges, "")?;
    let around = switches(file, tokens, special, pre.adds_bos)?;
    byte_level::build(vocabulary, merges, pre.whole_words, pre.patterns, around)
}

/// The post-processor that adds `bos` and `eos` as the metadata says. `adds_bos` counts when it says nothing.
fn switches(file: &File, tokens: &Tokens, special: &Special, adds_bos: bool) -> Result<Json, Error> {
    let switch = |key: &str| file.get(&format!("tokenizer.ggml.{key}"), "a truth value", Value::as_bool);
    let token = |add: bool, role: &str| -> Option<Token> {
        let id = special.role(role).filter(|_| add)?;
        Some((id, tokens.name(id)?.to_string()))
    };
    let bos = token(switch("add_bos_token")?.unwrap_or(adds_bos), "bos");
    let eos = token(switch("add_eos_token")?.unwrap_or(false), "eos");
    if bos.is_none() && eos.is_none() {
        return Ok(Json::Null);
    }
    Ok(around(bos.as_ref(), eos.as_ref(), bos.as_ref()))
}

fn roles(file: &File, tokens: &Tokens) -> Result<Special, Error> {
    let mut special = Special::default();
    for (role, name) in ROLES {
        if let Some(id) = id(file, tokens, name)? {
            special.set(role, id);
        }
    }
    let ends = ["eot", "eom"].map(|name| id(file, tokens, name));
    for end in ends {
        special.turn_ends.extend(end?);
    }
    Ok(special)
}

fn id(file: &File, tokens: &Tokens, name: &str) -> Result<Option<u32>, Error> {
    let key = format!("tokenizer.ggml.{name}_token_id");
    let id = file.get(&key, "the id of a token", Value::as_u32)?;
    match id {
        Some(id) if tokens.name(id).is_none() => Err(Problem::new(
            codes::TOKEN_IDS,
            "a special token is not in the vocabulary",
        )
        .file(file.path())
        .key(key)
        .found(id)
        .into()),
        id => Ok(id),
    }
}

/// `tokenizer.chat_template`, and those with names that `tokenizer.chat_templates` lists.
fn template(file: &File) -> Result<Option<ChatTemplate>, Error> {
    let Some(main) = file.get("tokenizer.chat_template", "a string", Value::as_str)? else {
        return Ok(None);
    };
    let mut variants = vec![("default".to_string(), main.to_string())];
    let names = file.get("tokenizer.chat_templates", "a list of strings", Value::as_strings)?;
    for name in names.unwrap_or_default() {
        let key = format!("tokenizer.chat_template.{name}");
        let text = file.require(&key, "a string", Value::as_str)?;
        variants.push((name.clone(), text.to_string()));
    }
    ChatTemplate::named(variants)
        .map(Some)
        .map_err(|error| error.in_file(file.path()))
}
