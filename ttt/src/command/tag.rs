//! `ttt tag`: entities in texts.

use serde_json::json;
use ttt::pipeline::{Aggregation, BATCH, Entity, Labels, Tagger};
use ttt::task::TAG;

use super::{Failure, progress, runner, texts};
use crate::cli::{AggregationChoice, Format, Tag};

/// Finds the entities of every text.
pub fn run(args: &Tag) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, TAG)?;
    let labels = Labels::read(opening.opened.config.as_ref());
    let model = opening.text.clone();
    let tagger = Tagger::new(opening.text, labels);
    let bar = progress::bar(texts.len(), "texts");
    for batch in texts.chunks(BATCH) {
        let all: Vec<&str> = batch.iter().map(String::as_str).collect();
        let found = tagger.tag(&all, aggregation(args.aggregation))?;
        bar.suspend(|| {
            for (text, entities) in batch.iter().zip(&found) {
                print(text, entities, args.runner.format);
            }
        });
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    texts::note_cut(&model);
    Ok(())
}

fn aggregation(choice: AggregationChoice) -> Aggregation {
    match choice {
        AggregationChoice::None => Aggregation::None,
        AggregationChoice::Simple => Aggregation::Simple,
        AggregationChoice::First => Aggregation::First,
        AggregationChoice::Average => Aggregation::Average,
        AggregationChoice::Max => Aggregation::Max,
    }
}

fn print(text: &str, entities: &[Entity], format: Format) {
    match format {
        Format::Json => println!("{}", json!({ "text": text, "entities": entities })),
        Format::Text => {
            println!("{text}");
            for entity in entities {
                println!(
                    "  {:.4}  {:<8}  {}  ({}..{})",
                    entity.score, entity.label, entity.text, entity.start, entity.end
                );
            }
        }
    }
}
