//! `ttt score`: the perplexity of a text.

use serde_json::json;
use ttt::pipeline::Scorer;
use ttt::task::SCORE;

use super::{Failure, progress, runner, texts};
use crate::cli::{Format, Score};

/// Scores the file.
pub fn run(args: &Score) -> Result<(), Failure> {
    let text = texts::read_file(&args.file)?;
    let opening = runner::open(&args.runner.source, args.runner.dtype, SCORE)?;
    let mut scorer = Scorer::new(opening.text);
    if args.window.is_some() || args.stride.is_some() {
        let window = args.window.unwrap_or_else(|| scorer.window());
        scorer = scorer.with_windows(window, args.stride.unwrap_or((window / 2).max(1)))?;
    }
    let bar = progress::bar(0, "tokens");
    let result = scorer.score(&text, &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let score = result?;
    match args.runner.format {
        Format::Json => println!("{}", json!(score)),
        Format::Text => println!(
            "perplexity {:.4}, loss {:.4} nats, {} tokens",
            score.perplexity, score.loss, score.tokens
        ),
    }
    Ok(())
}
