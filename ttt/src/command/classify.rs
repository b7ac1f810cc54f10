//! `ttt classify`: labels for texts.

use std::num::NonZeroUsize;

use serde_json::json;
use ttt::pipeline::{Classifier, Labels};
use ttt::task::CLASSIFY;

use super::{Failure, runner, texts};
use crate::cli::{Classify, Format};

/// How many texts run in one pass.
const BATCH: usize = 16;

/// Labels every text.
pub fn run(args: &Classify) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, CLASSIFY)?;
    let labels = Labels::read(opening.opened.config.as_ref());
    let classifier = Classifier::new(opening.text, labels);
    for batch in texts.chunks(BATCH) {
        let pairs: Vec<(&str, Option<&str>)> = batch
            .iter()
            .map(|text| (text.as_str(), args.pair.as_deref()))
            .collect();
        for (text, mut labelled) in batch.iter().zip(classifier.classify(&pairs)?) {
            labelled.truncate(args.top.map_or(usize::MAX, NonZeroUsize::get));
            match args.runner.format {
                Format::Json => println!("{}", json!({ "text": text, "labels": labelled })),
                Format::Text => {
                    println!("{text}");
                    for label in labelled {
                        println!("  {:.4}  {}", label.score, label.label);
                    }
                }
            }
        }
    }
    Ok(())
}
