//! `ttt tokenizer`: text to ids and back.

use std::path::Path;

use serde_json::json;
use ttt::text::train::{Kind, Options, train_files};
use ttt::text::{Encoding, Tokenizer};

use super::{Failure, source, texts};
use crate::cli::{self, Decode, Encode, Format, KindChoice, TokenizerCommand, TokenizerInfo, Train};

/// Runs one of the subcommands.
pub fn run(args: &cli::Tokenizer) -> Result<(), Failure> {
    match &args.command {
        TokenizerCommand::Info(args) => info(args),
        TokenizerCommand::Encode(args) => encode(args),
        TokenizerCommand::Decode(args) => decode(args),
        TokenizerCommand::Train(args) => train(args),
    }
}

fn open(path: &Path) -> Result<Tokenizer, Failure> {
    let tokenizer = Tokenizer::open(&source::resolve(path)?)?;
    for note in &tokenizer.source().notes {
        anstream::eprintln!("note: {note}");
    }
    Ok(tokenizer)
}

fn info(args: &TokenizerInfo) -> Result<(), Failure> {
    let info = open(&args.source)?.info();
    if args.format == Format::Json {
        println!("{}", json!(info));
        return Ok(());
    }
    println!(
        "{} of {} tokens, from {}",
        info.kind, info.vocab_size, info.source.format
    );
    for (role, token) in &info.special_tokens {
        let id = info.special.role(role).unwrap_or_default();
        println!("  {role:<4}  {id:>6}  {token}");
    }
    for (what, steps) in [
        ("normalizer", &info.normalizer),
        ("pre-tokenizer", &info.pre_tokenizer),
    ] {
        if !steps.is_empty() {
            println!("{what}: {}", steps.join(", "));
        }
    }
    if !info.chat_templates.is_empty() {
        println!("chat templates: {}", info.chat_templates.join(", "));
    }
    Ok(())
}

fn encode(args: &Encode) -> Result<(), Failure> {
    let tokenizer = open(&args.source)?;
    for text in texts::read(&args.texts)? {
        let encoding = tokenizer.encode(&text, !args.no_special)?;
        match args.format {
            Format::Text => println!("{}", joined(&encoding)),
            Format::Json => println!(
                "{}",
                json!({
                    "text": text, "ids": encoding.ids, "tokens": encoding.tokens, "offsets": encoding.offsets,
                    "type_ids": encoding.type_ids,
                })
            ),
        }
    }
    Ok(())
}

fn joined(encoding: &Encoding) -> String {
    let ids: Vec<String> = encoding.ids.iter().map(ToString::to_string).collect();
    ids.join(" ")
}

fn decode(args: &Decode) -> Result<(), Failure> {
    println!("{}", open(&args.source)?.decode(&args.ids, args.skip_special)?);
    Ok(())
}

fn train(args: &Train) -> Result<(), Failure> {
    let kind = match args.kind {
        KindChoice::Bpe => Kind::Bpe,
        KindChoice::Wordpiece => Kind::WordPiece,
        KindChoice::Unigram => Kind::Unigram,
        KindChoice::Char => Kind::Char,
    };
    let options = Options {
        min_frequency: args.min_frequency,
        ..Options::new(kind, args.vocab_size)
    };
    let tokenizer = train_files(&args.files, &options)?;
    for path in tokenizer.save(&args.out)? {
        println!("wrote {}", path.display());
    }
    println!("{} tokens", tokenizer.vocab_size());
    Ok(())
}
