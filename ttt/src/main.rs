//! The command `ttt`.

mod cli;
mod command;
mod tree;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Tensors are made and dropped all the time; the system's allocator gives large ones back to the system each time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    end_with_the_reader();
    if let Err(error) = ttt::kernel::Level::choose() {
        anstream::eprintln!("error: {error}");
        return ExitCode::from(2);
    }
    match command::run(&cli::Cli::parse()) {
        _ if command::interrupted() => ExitCode::from(command::INTERRUPTED),
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            anstream::eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Ends quietly when whoever reads the output, such as `head`, has read enough: printing then fails, which is a panic.
fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        if message.starts_with("failed printing to stdout") && message.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}
