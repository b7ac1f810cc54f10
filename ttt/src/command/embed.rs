//! `ttt embed`: texts to vectors.

use serde_json::json;
use ttt::adapters::gguf;
use ttt::pipeline::{Pooling, SentenceEncoder};
use ttt::task::EMBED;

use super::{Failure, progress, runner, texts};
use crate::cli::{Embed, Format, PoolingChoice};

/// Texts up to here are compared to each other; of more, each one's length in numbers is printed.
const COMPARED: usize = 20;

/// Embeds the texts and prints cosines or vectors.
pub fn run(args: &Embed) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, EMBED)?;
    let model = opening.text.clone();
    let mut encoder = match opening.opened.format == gguf::FORMAT {
        true => SentenceEncoder::of_gguf(opening.opened.config.as_ref(), opening.text),
        false => SentenceEncoder::open(&opening.beside, opening.text)?,
    };
    if let Some(choice) = args.pooling {
        encoder = encoder.with_pooling(pooling(choice));
    }
    if let Some(normalize) = args.normalize {
        encoder = encoder.with_normalize(normalize);
    }
    for note in encoder.notes() {
        anstream::eprintln!("note: {note}");
    }
    let bar = progress::bar(texts.len(), "texts");
    let vectors = encoder.embed(&texts, &mut |done| bar.set_position(done as u64));
    bar.finish_and_clear();
    let vectors = vectors?;
    texts::note_cut(&model);
    match args.runner.format {
        Format::Json => {
            let rows = texts.iter().zip(&vectors);
            let rows = rows.map(|(text, vector)| json!({ "text": text, "embedding": vector }));
            println!("{}", serde_json::Value::Array(rows.collect()));
        }
        Format::Text => print_cosines(&texts, &vectors),
    }
    Ok(())
}

fn pooling(choice: PoolingChoice) -> Pooling {
    match choice {
        PoolingChoice::Mean => Pooling::Mean,
        PoolingChoice::Cls => Pooling::Cls,
        PoolingChoice::Last => Pooling::Last,
    }
}

/// One line per text: its cosine to each text, in order.
fn print_cosines(texts: &[String], vectors: &[Vec<f32>]) {
    let dim = vectors.first().map_or(0, Vec::len);
    if texts.len() > COMPARED {
        println!(
            "{} texts, {dim} numbers each; `--format json` prints them",
            vectors.len()
        );
        return;
    }
    println!("{} texts, {dim} numbers each; cosines:", vectors.len());
    for (text, vector) in texts.iter().zip(vectors) {
        let row: Vec<String> = vectors
            .iter()
            .map(|other| format!("{:.4}", cosine(vector, other)))
            .collect();
        println!("{}  {text}", row.join(" "));
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths == 0.0 { 0.0 } else { dot(a, b) / lengths }
}
