//! The subcommands, a file each.

mod answer;
mod bench;
mod chat;
mod check;
mod choosing;
mod classify;
mod convert;
mod diff;
mod embed;
mod explain;
mod failure;
mod fill_mask;
mod fmt;
mod generate;
mod interrupt;
mod lock;
mod models;
mod new;
mod next_sentence;
mod progress;
mod run;
mod runner;
mod schema;
mod score;
mod show;
mod source;
mod tag;
mod tensors;
mod texts;
mod tokenizer;
mod watch;

pub use failure::Failure;
pub use interrupt::{EXIT_CODE as INTERRUPTED, interrupted};

use crate::cli::{Cli, Command};

/// Runs a command; `false` when it found errors and has printed them.
pub fn run(cli: &Cli) -> Result<bool, Failure> {
    match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Explain(args) => explain::run(args).map(|()| true),
        Command::Fmt(args) => fmt::run(args),
        Command::Schema => schema::run().map(|()| true),
        Command::Show(args) => show::run(args).map(|()| true),
        Command::Diff(args) => diff::run(args).map_err(|failure| failure.code(2)),
        Command::Run(args) => run::run(args).map(|()| true),
        Command::Generate(args) => generate::run(args).map(|()| true),
        Command::Chat(args) => chat::run(args).map(|()| true),
        Command::Embed(args) => embed::run(args).map(|()| true),
        Command::Classify(args) => classify::run(args).map(|()| true),
        Command::Tag(args) => tag::run(args).map(|()| true),
        Command::FillMask(args) => fill_mask::run(args).map(|()| true),
        Command::Answer(args) => answer::run(args).map(|()| true),
        Command::NextSentence(args) => next_sentence::run(args).map(|()| true),
        Command::Score(args) => score::run(args).map(|()| true),
        Command::Bench(args) => bench::run(args).map(|()| true),
        Command::Convert(args) => convert::run(args).map(|()| true),
        Command::Tokenizer(args) => tokenizer::run(args).map(|()| true),
        Command::Models(args) => models::run(args),
        Command::Lock(args) => lock::run(args).map(|()| true),
        Command::New(args) => new::run(args).map(|()| true),
    }
}
