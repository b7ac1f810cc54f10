//! `ttt next-sentence`: whether a text follows another.

use serde_json::json;
use ttt::pipeline::NextSentence;
use ttt::task::NEXT_SENTENCE;

use super::{Failure, runner};
use crate::cli::{self, Format};

/// Prints the probability of each second text.
pub fn run(args: &cli::NextSentence) -> Result<(), Failure> {
    let opening = runner::open(&args.runner.source, args.runner.dtype, NEXT_SENTENCE)?;
    let output = NEXT_SENTENCE.output(&opening.opened);
    let mut model = NextSentence::new(opening.text);
    if let Some(output) = output {
        model = model.with_output(output);
    }
    let pairs: Vec<(&str, &str)> = args
        .second
        .iter()
        .map(|second| (args.first.as_str(), second.as_str()))
        .collect();
    for (second, probability) in args.second.iter().zip(model.probability(&pairs)?) {
        match args.runner.format {
            Format::Json => println!(
                "{}",
                json!({ "first": args.first, "second": second, "probability": probability })
            ),
            Format::Text => println!("{probability:.4}  {second}"),
        }
    }
    Ok(())
}
