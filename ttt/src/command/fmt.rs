//! `ttt fmt`: schemas as they are written by hand, in files and in `model! { … }`.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use ttt::dsl::diagnostic::human;
use ttt::dsl::format::{self, Unformatted};

use super::Failure;
use crate::cli::{Fmt, Spelling};

/// What stands for standard input.
const STDIN: &str = "-";

/// Formats every file; `false` when one does not parse or, with `--check`, when one would change.
pub fn run(args: &Fmt) -> Result<bool, Failure> {
    let mut well = true;
    for path in &args.paths {
        let text = read(path)?;
        let spelling = spelling(args, path)?;
        match formatted(spelling, &text) {
            Err(refused) => {
                well = false;
                print_refusal(path, &text, &refused);
            }
            Ok(formatted) if args.check => {
                let difference = format::difference(&text, &formatted);
                if !difference.is_empty() {
                    well = false;
                    anstream::print!("{}:\n{difference}", path.display());
                }
            }
            Ok(formatted) if path.as_os_str() == STDIN => anstream::print!("{formatted}"),
            Ok(formatted) if formatted == text => {}
            Ok(formatted) => {
                write(path, &formatted)?;
                anstream::println!("{}: formatted", path.display());
            }
        }
    }
    Ok(well)
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path.as_os_str() == STDIN {
        true => std::io::stdin().read_to_string(&mut text).map(|_| ()),
        false => std::fs::read_to_string(path).map(|read| text = read),
    };
    read.map_err(|error| Failure::file(path, error))?;
    Ok(text)
}

/// As `--spelling` says, or else the file's ending; standard input is Rust-like.
fn spelling(args: &Fmt, path: &Path) -> Result<Spelling, Failure> {
    if let Some(spelling) = args.spelling {
        return Ok(spelling);
    }
    if path.as_os_str() == STDIN {
        return Ok(Spelling::Ttt);
    }
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("ttt") => Ok(Spelling::Ttt),
        Some("toml") => Ok(Spelling::Toml),
        Some("rs") => Ok(Spelling::Rust),
        _ => Err(
            Failure::new(format!("{}: neither .ttt nor .toml nor .rs", path.display()))
                .help("say what it holds with --spelling ttt|toml|rust"),
        ),
    }
}

/// The formatted text, with the line ends that the text has.
fn formatted(spelling: Spelling, text: &str) -> Result<String, Unformatted> {
    if !text.contains("\r\n") {
        return formatted_lines(spelling, text);
    }
    let formatted = formatted_lines(spelling, &text.replace("\r\n", "\n"))?;
    Ok(formatted.replace('\n', "\r\n"))
}

fn formatted_lines(spelling: Spelling, text: &str) -> Result<String, Unformatted> {
    match spelling {
        Spelling::Ttt => format::text(text),
        Spelling::Toml => format::toml(text),
        Spelling::Rust => format::rust_file(text),
    }
}

fn print_refusal(path: &Path, text: &str, refused: &Unformatted) {
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let name = path.display().to_string();
    eprint!(
        "{}",
        human::render(&refused.report, &name, text, &refused.places, color)
    );
    eprintln!("{name}: left as it is");
}

/// Writes beside the file and renames, so that a file is whole at any time. A link stays one.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let target = std::fs::canonicalize(path).map_err(|error| Failure::file(path, error))?;
    let beside = beside(&target);
    let written = write_whole(&beside, &target, text).and_then(|()| std::fs::rename(&beside, &target));
    written.map_err(|error| {
        // The error of writing says more than one of clearing up after it.
        let _ = std::fs::remove_file(&beside);
        Failure::file(path, error)
    })
}

fn write_whole(beside: &Path, target: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(beside)?;
    file.set_permissions(std::fs::metadata(target)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name in the same folder that no other process uses.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}
