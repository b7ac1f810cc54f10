//! `ttt answer`: answers from a text.

use serde_json::json;
use ttt::pipeline::Answerer;
use ttt::task::ANSWER;

use super::{Failure, runner, texts};
use crate::cli::{Answer, Format};

/// Answers the question.
pub fn run(args: &Answer) -> Result<(), Failure> {
    let context = match (&args.context, &args.context_file) {
        (_, Some(path)) => texts::read_file(path)?,
        (context, None) => context.clone().unwrap_or_default(),
    };
    let opening = runner::open(&args.runner.source, args.runner.dtype, ANSWER)?;
    let answers = Answerer::new(opening.text).answer(&args.question, &context, args.top.get())?;
    match args.runner.format {
        Format::Json => println!("{}", json!({ "question": args.question, "answers": answers })),
        Format::Text => {
            for answer in answers {
                println!(
                    "{:.4}  {}  ({}..{})",
                    answer.score, answer.text, answer.start, answer.end
                );
            }
        }
    }
    Ok(())
}
