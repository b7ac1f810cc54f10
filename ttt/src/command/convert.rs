//! `ttt convert`: a checkpoint in another format.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ttt::Opened;
use ttt::adapters::gguf::{self, Encoding, File, Value, file_in, tokenizer_metadata, tokenizer_metadata_of};
use ttt::adapters::hf::{self, COMPANIONS, Companion};
use ttt::adapters::source::{TensorSource, Watched};
use ttt::dsl::instance::Scalar;
use ttt::pipeline::Pooling;
use ttt::pipeline::embed::{stated_pooling, write_pooling};
use ttt::task::beside;
use ttt::text::Tokenizer;

use super::{Failure, interrupt, progress, source};
use crate::cli::{Convert, EncodingChoice};

/// Where a file's metadata begin that are its tokenizer's.
const TOKENIZER: &str = "tokenizer.";

/// Where the names of tensors begin that only this project writes into GGUF.
const OWN: &str = "ttt.";

/// Opens the source and writes it again, tensor by tensor.
pub fn run(args: &Convert) -> Result<(), Failure> {
    let path = source::resolve(&args.source.path)?;
    let opened = source::opener(&args.source.choice).open(&path)?;
    source::warn(&opened);
    let Some(weights) = opened.weights.clone() else {
        return Err(
            Failure::new(format!("{}: there are no weights to convert", path.display()))
                .help("name a checkpoint: a directory, a .safetensors, .gguf or .bin file"),
        );
    };
    let companions = Companions::of(&path);
    let to_file = is_gguf(&args.destination);
    if !to_file && args.destination.is_file() {
        return Err(Failure::new(format!(
            "{}: there is a file of this name",
            args.destination.display()
        ))
        .help("name a directory, or a file that ends in .gguf"));
    }
    interrupt::listen()?;
    let bar = progress::bar(weights.tensors().len(), "tensors");
    let weights = Arc::new(Watched::new(weights, move || {
        if interrupt::interrupted() {
            return ControlFlow::Break(());
        }
        bar.inc(1);
        ControlFlow::Continue(())
    }));
    if to_file {
        to_gguf(args, &opened, &companions, weights)?;
    } else if args.encoding.is_some() {
        return Err(Failure::new("--encoding is how a .gguf file stores its matrices")
            .help("name a destination that ends in .gguf, or leave it out: a directory keeps numbers as they are"));
    } else {
        to_directory(args, &opened, &companions, weights)?;
    }
    println!("wrote {}", args.destination.display());
    Ok(())
}

/// What lies beside the weights of a source.
enum Companions {
    /// Files of a directory.
    Directory(PathBuf),
    /// The metadata of a GGUF file.
    Gguf(PathBuf),
}

impl Companions {
    fn of(path: &Path) -> Companions {
        let place = beside(path);
        if place.is_file() {
            return Companions::Gguf(place);
        }
        match file_in(&place) {
            Some(file) if !place.join("config.json").exists() => Companions::Gguf(file),
            _ => Companions::Directory(place),
        }
    }
}

fn to_gguf(
    args: &Convert,
    opened: &Opened,
    companions: &Companions,
    weights: Arc<dyn TensorSource>,
) -> Result<(), Failure> {
    let mut metadata: Vec<(String, Value)> = Vec::new();
    match companions {
        Companions::Gguf(file) => {
            let kept = |key: &str| {
                key == "general.name" || is_pooling(key) || is_tokenizer(key) && !args.no_tokenizer
            };
            let file = File::open(file)?;
            let pairs = file.metadata().iter().filter(|(key, _)| kept(key));
            metadata.extend(pairs.map(|(key, value)| (key.clone(), value.clone())));
        }
        Companions::Directory(directory) => {
            if !args.no_tokenizer {
                metadata.extend(tokenizer_in(directory)?);
            }
            let architecture = architecture(opened);
            if let (Some(pooling), Some(architecture)) = (stated_pooling(directory)?, architecture) {
                let number = pooling.gguf_number().ok_or_else(|| {
                    Failure::new(format!("GGUF has no number for the pooling {pooling:?}"))
                        .help("keep this model as a directory")
                })?;
                metadata.push((format!("{architecture}.pooling_type"), Value::U32(number)));
            }
        }
    }
    let request = gguf::SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding: encoding(args.encoding.unwrap_or(EncodingChoice::F16)),
        metadata: &metadata,
    };
    let saved = gguf::save(&args.destination, &request, weights)?;
    for name in &saved.left_out {
        anstream::eprintln!("note: GGUF has no place for {name}");
    }
    let is_ours = |name: &&String| name.starts_with(OWN);
    if let Some(name) = saved.written.iter().find(is_ours) {
        anstream::eprintln!(
            "note: llama.cpp has no place for the head, as {name}, and refuses the file; `--head base` leaves it out"
        );
    }
    for name in &saved.unquantised {
        anstream::eprintln!("note: {name} is stored in 16 bits: its rows are no whole blocks");
    }
    Ok(())
}

/// The tokenizer of a directory, in whatever files it is; nothing where there is none.
fn tokenizer_in(directory: &Path) -> Result<Vec<(String, Value)>, Failure> {
    let metadata = tokenizer_metadata(directory)?;
    let is_elsewhere = |file: &&Companion| file.is_tokenizer && directory.join(file.name).is_file();
    if !metadata.is_empty() || !COMPANIONS.iter().any(|file| is_elsewhere(&file)) {
        return Ok(metadata);
    }
    let tokenizer = Tokenizer::open(directory)?;
    Ok(tokenizer_metadata_of(&tokenizer.to_json()?, &tokenizer.config())?)
}

fn is_tokenizer(key: &str) -> bool {
    key.starts_with(TOKENIZER)
}

fn is_pooling(key: &str) -> bool {
    key.ends_with(".pooling_type")
}

/// What GGUF calls the family, which begins its keys.
fn architecture(opened: &Opened) -> Option<String> {
    let table = opened.program.model(&opened.model)?.config(gguf::FORMAT)?;
    table.model_types.first().cloned()
}

fn to_directory(
    args: &Convert,
    opened: &Opened,
    companions: &Companions,
    weights: Arc<dyn TensorSource>,
) -> Result<(), Failure> {
    let is_theirs = opened.format == hf::FORMAT;
    let request = hf::SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        config: opened.config.as_ref().filter(|_| is_theirs),
        shard_bytes: None,
    };
    hf::save(&args.destination, &request, weights)?;
    match companions {
        Companions::Gguf(file) => {
            let has_one = File::open(file)?
                .metadata()
                .iter()
                .any(|(key, _)| is_tokenizer(key));
            match (args.no_tokenizer, has_one) {
                (true, _) => {}
                (false, true) => drop(Tokenizer::open(file)?.save(&args.destination)?),
                (false, false) => {
                    anstream::eprintln!("note: the file has no tokenizer, so the directory has none")
                }
            }
            if let (Some(pooling), Some(Scalar::Int(dim))) =
                (Pooling::of_gguf(opened.config.as_ref()), opened.values.get("dim"))
            {
                let dim = usize::try_from(*dim).unwrap_or_default();
                write_pooling(&args.destination, pooling, dim)?;
            }
        }
        Companions::Directory(directory) => copy_companions(directory, &args.destination, args.no_tokenizer)?,
    }
    Ok(())
}

/// Copies what lies beside the weights, but for the configuration, which was written. A directory that is converted in
/// its own place has them already.
fn copy_companions(from: &Path, to: &Path, no_tokenizer: bool) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().map_err(|error| Failure::file(path, error));
    if real(from)? == real(to)? {
        return Ok(());
    }
    let wanted = |file: &&Companion| file.name != "config.json" && !(no_tokenizer && file.is_tokenizer);
    for file in COMPANIONS.iter().filter(wanted) {
        let (source, target) = (from.join(file.name), to.join(file.name));
        if !source.is_file() {
            continue;
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Failure::file(parent, error))?;
        }
        std::fs::copy(&source, &target).map_err(|error| Failure::file(&source, error))?;
    }
    Ok(())
}

fn is_gguf(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

fn encoding(choice: EncodingChoice) -> Encoding {
    match choice {
        EncodingChoice::F32 => Encoding::F32,
        EncodingChoice::F16 => Encoding::F16,
        EncodingChoice::Bf16 => Encoding::Bf16,
        EncodingChoice::Q8_0 => Encoding::Q8_0,
        EncodingChoice::Q4_0 => Encoding::Q4_0,
        EncodingChoice::Q4_1 => Encoding::Q4_1,
    }
}
