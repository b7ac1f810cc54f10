//! `ttt tag`: entities in texts.

use serde_json::json;
use ttt::pipeline::{Aggregation, Entity, Labels, Tagger};
use ttt::task::TAG;

use super::{Failure, runner, texts};
use crate::cli::{AggregationChoice, Format, Tag};

/// How many texts run in one pass.
const BATCH: usize = 16;

/// Finds the entities of every text.
pub fn run(args: &Tag) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, TAG)?;
    let labels = Labels::read(opening.opened.config.as_ref());
    let tagger = Tagger::new(opening.text, labels);
    for batch in texts.chunks(BATCH) {
        let all: Vec<&str> = batch.iter().map(String::as_str).collect();
        for (text, entities) in batch.iter().zip(tagger.tag(&all, aggregation(args.aggregation))?) {
            print(text, &entities, args.runner.format);
        }
    }
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
