//! `ttt fill-mask`: guesses for masked tokens.

use serde_json::json;
use ttt::pipeline::{Filling, MaskFiller};
use ttt::task::FILL_MASK;

use super::{Failure, progress, runner, texts};
use crate::cli::{FillMask, Format};

/// Guesses every mask of every text.
pub fn run(args: &FillMask) -> Result<(), Failure> {
    let texts = texts::read(&args.texts)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, FILL_MASK)?;
    let output = FILL_MASK.output(&opening.opened);
    let mut filler = MaskFiller::new(opening.text)?;
    if let Some(output) = output {
        filler = filler.with_output(output);
    }
    let bar = progress::bar(texts.len(), "texts");
    for text in &texts {
        let masks = filler.fill(text, args.top.get())?;
        bar.suspend(|| print(text, &masks, args.runner.format));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn print(text: &str, masks: &[Vec<Filling>], format: Format) {
    match format {
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
