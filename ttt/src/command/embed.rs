//! `ttt embed`: sentences to vectors.

use serde_json::json;
use ttt::Init;
use ttt::burn::tensor::Device;
use ttt::dsl::instance::Scalar;
use ttt::embed::SentenceEncoder;

use super::run::float_dtype;
use super::{Failure, source};
use crate::cli::{Embed, Format};

/// Embeds the texts and prints cosines or vectors.
pub fn run(args: &Embed) -> Result<(), Failure> {
    let mut choice = args.source.choice.clone();
    choice.head.get_or_insert_with(|| "base".into());
    let opened = source::open(&source::opener(&choice), &args.source.path)?;
    source::warn(&opened);
    let device = Device::flex();
    let model = ttt::load(
        &opened,
        &Init::new(device.clone()).with_dtype(float_dtype(args.dtype)),
    )?;
    // A model that does not say how long a sequence it takes gets the tokenizer's own limit.
    let ctx = match opened.values.get("ctx") {
        Some(Scalar::Int(ctx)) => usize::try_from(*ctx).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    let dir = match args.source.path.is_dir() {
        true => args.source.path.as_path(),
        false => args.source.path.parent().unwrap_or(&args.source.path),
    };
    let encoder = SentenceEncoder::open(dir, model, &device, ctx)?;
    for note in encoder.notes() {
        anstream::eprintln!("note: {note}");
    }
    let vectors = encoder.embed(&args.texts)?;
    match args.format {
        Format::Json => {
            let rows = args.texts.iter().zip(&vectors);
            let rows: Vec<_> = rows
                .map(|(text, vector)| json!({ "text": text, "embedding": vector }))
                .collect();
            println!("{}", serde_json::Value::Array(rows));
        }
        Format::Text => print_cosines(&args.texts, &vectors),
    }
    Ok(())
}

/// One line per sentence: its cosine to each sentence, in order.
fn print_cosines(texts: &[String], vectors: &[Vec<f32>]) {
    println!(
        "{} sentences, {} numbers each; cosines:",
        vectors.len(),
        vectors.first().map_or(0, Vec::len)
    );
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
