//! The command `ttt`.

mod cli;
mod command;
mod tree;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match command::run(&cli::Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            anstream::eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
