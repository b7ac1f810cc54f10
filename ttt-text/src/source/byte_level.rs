//! `vocab.json` with `merges.txt`, or `encoder.json` with `vocab.bpe`: the byte-level BPE of GPT-2.

use std::path::Path;

use serde_json::{Value, json};
use tokenizers::Tokenizer as Core;
use tokenizers::models::bpe::{BPE, Vocab};
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::file;

use super::assemble::{Steps, Token, add, around, assemble};
use super::companions::Companions;
use super::{Source, check, roles};
use crate::error::guarded;
use crate::special::Special;
use crate::tokenizer::Tokenizer;

/// GPT-2's only special token.
const END: &str = "<|endoftext|>";

/// Classes that have files of these names and read them in another way.
const OTHERS: [&str; 4] = [
    "RobertaTokenizer",
    "BartTokenizer",
    "LongformerTokenizer",
    "CLIPTokenizer",
];

/// Reads both files, and those beside them.
pub fn read(path: &Path, merges: Option<&Path>) -> Result<Tokenizer, Error> {
    let merges_path = merges.unwrap_or(path);
    let companions = Companions::read(path.parent().unwrap_or(Path::new(".")))?;
    if let Some(class) = companions
        .class()
        .filter(|class| OTHERS.contains(&class.trim_end_matches("Fast")))
    {
        return Err(
            Problem::new(codes::TOKENIZER_KIND, "these files are not read as GPT-2's")
                .file(path)
                .found(class)
                .help("load it with transformers' AutoTokenizer and save it, which writes tokenizer.json")
                .into(),
        );
    }
    let Value::Object(vocabulary) = file::read_json(path)? else {
        return Err(Problem::new(codes::TOKENIZER, "this is not a vocabulary")
            .file(path)
            .expected("an object of tokens and ids")
            .into());
    };
    let vocabulary = check::vocabulary(&vocabulary).map_err(|error| error.in_file(path))?;
    let merges = read_merges(merges_path)?;
    check::merges(&vocabulary, &merges, "").map_err(|error| error.in_file(merges_path))?;

    let end = vocabulary.get(END).copied();
    let mut core = build(vocabulary, merges, false, &[], Value::Null)?;
    let mut notes = Vec::new();
    add_beside(&mut core, &companions).map_err(|error| error.in_file(path))?;
    let mut special = roles::assign(&mut core, &companions, &mut notes)?;
    if let (Some(end), true) = (end, special == Special::default()) {
        roles::mark(&mut core, END)?;
        (special.bos, special.eos, special.unk) = (Some(end), Some(end), Some(end));
        notes.push(format!(
            "no file says what the special tokens are for; {END} is taken for all, as in GPT-2"
        ));
    }
    if companions.switch("add_bos_token") == Some(true) {
        let bos = token(&core, special.bos);
        core.with_post_processor(Some(crate::error::decoded::<tokenizers::PostProcessorWrapper>(
            around(bos.as_ref(), None, bos.as_ref()),
        )?));
    }
    let files = [path, merges_path]
        .into_iter()
        .map(Path::to_path_buf)
        .chain(companions.files)
        .collect();
    Tokenizer::new(
        core,
        special,
        companions.template,
        Source {
            format: "vocab.json",
            files,
            notes,
        },
    )
}

/// Byte-level BPE that splits a text at these patterns, one after another; at GPT-2's when there are none.
pub fn build(
    vocabulary: Vocab,
    merges: Vec<(String, String)>,
    whole_words: bool,
    patterns: &[&str],
    post_processor: Value,
) -> Result<Core, Error> {
    let model = guarded(codes::TOKENIZER, "this is not a vocabulary", || {
        BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .ignore_merges(whole_words)
            .build()
    })?;
    let byte_level = |use_regex: bool| json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex });
    let splits = patterns.iter().map(|pattern| {
        json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false })
    });
    let pre_tokenizer = if patterns.is_empty() {
        byte_level(true)
    } else {
        let steps: Vec<Value> = splits.chain([byte_level(false)]).collect();
        json!({ "type": "Sequence", "pretokenizers": steps })
    };
    let steps = Steps {
        pre_tokenizer,
        post_processor,
        decoder: byte_level(true),
        ..Steps::default()
    };
    assemble(model, steps)
}

/// A token by its id.
pub fn token(core: &Core, id: Option<u32>) -> Option<Token> {
    id.and_then(|id| Some((id, core.id_to_token(id)?)))
}

fn read_merges(path: &Path) -> Result<Vec<(String, String)>, Error> {
    let text = file::read_text(path)?;
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with("#version"));
    lines
        .map(|(place, line)| check::merge(line, place))
        .collect::<Result<_, _>>()
        .map_err(|error| error.in_file(path))
}

/// Adds the tokens that the files beside the vocabulary name. Each must get the id that they say.
fn add_beside(core: &mut Core, companions: &Companions) -> Result<(), Error> {
    for added in companions.added()? {
        let name = added.token.content.clone();
        add(core, vec![added.token])?;
        if core.token_to_id(&name) != Some(added.id) {
            return Err(Problem::new(
                codes::TOKEN_IDS,
                format!("the added token {name:?} does not get its id"),
            )
            .found(
                core.token_to_id(&name)
                    .map_or("none".to_string(), |id| id.to_string()),
            )
            .expected(added.id)
            .help("vocabulary and added tokens are not of one tokenizer")
            .into());
        }
    }
    Ok(())
}
