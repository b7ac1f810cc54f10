//! `ttt classify`: labels for texts.

use std::num::NonZeroUsize;

use serde_json::json;
use ttt::pipeline::{BATCH, Classified, Classifier, Labels};
use ttt::task::CLASSIFY;

use super::{Failure, progress, runner, texts};
use crate::cli::{Classify, Format};

/// Labels every text.
pub fn run(args: &Classify) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, CLASSIFY)?;
    let labels = Labels::read(opening.opened.config.as_ref());
    let model = opening.text.clone();
    let classifier = Classifier::new(opening.text, labels);
    let bar = progress::bar(texts.len(), "texts");
    for batch in texts.chunks(BATCH) {
        let pairs: Vec<(&str, Option<&str>)> = batch
            .iter()
            .map(|text| (text.as_str(), args.pair.as_deref()))
            .collect();
        let classified = classifier.classify(&pairs)?;
        bar.suspend(|| {
            for (text, labels) in batch.iter().zip(&classified) {
                let top = args.top.map_or(labels.len(), NonZeroUsize::get);
                print(text, &labels[..top.min(labels.len())], args.runner.format);
            }
        });
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    texts::note_cut(&model);
    Ok(())
}

fn print(text: &str, labels: &[Classified], format: Format) {
    match format {
        Format::Json => println!("{}", json!({ "text": text, "labels": labels })),
        Format::Text => {
            println!("{text}");
            for label in labels {
                println!("  {:.4}  {}", label.score, label.label);
            }
        }
    }
}
