//! `ttt explain`: what a code means, with examples.

use serde_json::Value;
use ttt::adapters::error::catalogue::FILES;
use ttt::dsl::diagnostic::catalogue::{self, Catalogue, Entry, Found, SCHEMAS};

use super::Failure;
use crate::cli::{Explain, Format};

/// Every table of codes that this program prints.
const CATALOGUES: [&Catalogue; 2] = [&SCHEMAS, &FILES];

/// Prints the pages of the codes, or the list of all.
pub fn run(args: &Explain) -> Result<(), Failure> {
    if args.codes.is_empty() {
        match args.format {
            Format::Text => anstream::print!("{}", catalogue::list(&CATALOGUES, true)),
            Format::Json => println!("{}", catalogue::list_json(&CATALOGUES)),
        }
        return Ok(());
    }
    let mut entries = Vec::new();
    for code in &args.codes {
        entries.extend(named(code)?);
    }
    match args.format {
        Format::Text => {
            let pages: Vec<String> = entries.iter().map(|entry| catalogue::text(entry, true)).collect();
            anstream::print!("{}", pages.join("\n"));
        }
        Format::Json => println!("{}", entries.iter().map(catalogue::json).collect::<Value>()),
    }
    Ok(())
}

fn named(code: &str) -> Result<Vec<Entry>, Failure> {
    match catalogue::find(code, &CATALOGUES) {
        Found::Entries(entries) => Ok(entries),
        Found::Nearest(nearest) => {
            let nearest: Vec<String> = nearest
                .iter()
                .map(|code| format!("{code} ({})", code.title))
                .collect();
            let help = match nearest.as_slice() {
                [] => "`ttt explain` lists all codes".to_owned(),
                nearest => format!("did you mean {}?", nearest.join(", ")),
            };
            Err(Failure::new(format!("there is no code `{code}`")).help(help))
        }
    }
}
