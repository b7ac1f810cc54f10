//! The subcommands, a file each.

mod check;
mod embed;
mod failure;
mod new;
mod run;
mod show;
mod source;
mod tensors;

pub use failure::Failure;

use crate::cli::{Cli, Command};

/// Runs a command; `false` when it found errors and has printed them.
pub fn run(cli: &Cli) -> Result<bool, Failure> {
    match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Show(args) => show::run(args).map(|()| true),
        Command::Run(args) => run::run(args).map(|()| true),
        Command::Embed(args) => embed::run(args).map(|()| true),
        Command::New(args) => new::run(args).map(|()| true),
    }
}
