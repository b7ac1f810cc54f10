//! `ttt fill-mask`: guesses for masked tokens.

use serde_json::json;
use ttt::pipeline::MaskFiller;
use ttt::task::FILL_MASK;

use super::{Failure, runner, texts};
use crate::cli::{FillMask, Format};

/// Guesses every mask of every text.
pub fn run(args: &FillMask) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, FILL_MASK)?;
    let pre_training = opening.opened.head.as_deref() == Some("pre_training");
    let mut filler = MaskFiller::new(opening.text)?;
    if pre_training {
        filler = filler.with_output("prediction_logits");
    }
    for text in &texts {
        let masks = filler.fill(text, args.top.get())?;
        match args.runner.format {
            Format::Json => println!("{}", json!({ "text": text, "masks": masks })),
            Format::Text => {
                for guesses in masks {
                    for guess in guesses {
                        println!("{:.4}  {:<12}  {}", guess.score, guess.token, guess.text);
                    }
                    println!();
                }
            }
        }
    }
    Ok(())
}
