//! `ttt models`: models by name.

use serde_json::json;
use ttt::Opener;
use ttt::adapters::store::{Entry, Method};

use super::{Failure, progress, source};
use crate::cli::{self, Format, ModelsCommand};

/// Runs one of the subcommands; `false` when files are not what they were.
pub fn run(args: &cli::Models) -> Result<bool, Failure> {
    let opener = Opener::new();
    let models = source::models(&opener)?;
    let mut bars = progress::Download::default();
    match &args.command {
        ModelsCommand::List { format } => {
            let entries = models.list_with_checksums(&mut |done| bars.report(done));
            list(&entries, *format);
        }
        ModelsCommand::Add { source, name, link } => {
            let method = if *link { Method::Link } else { Method::Copy };
            let entry = models.add(source, name.as_deref(), method, &mut |done| bars.report(done))?;
            println!("{}  {}", entry.name, entry.path.display());
        }
        ModelsCommand::Remove { name } => {
            let entry = models.remove(name)?;
            println!("removed {}", entry.name);
        }
        ModelsCommand::Path { name } => match models.find(name)? {
            Some(path) => println!("{}", path.display()),
            None => println!("{}", models.store.path(name)?.display()),
        },
        ModelsCommand::Verify { name } => {
            let found = models.store.verify(name, &mut |done| bars.report(done))?;
            for (file, state) in &found.files {
                println!(
                    "{file}: {}",
                    json!(state)
                        .as_str()
                        .map_or_else(|| json!(state).to_string(), str::to_string)
                );
            }
            return Ok(found.is_sound());
        }
    }
    Ok(true)
}

fn list(entries: &[Entry], format: Format) {
    if format == Format::Json {
        println!("{}", json!(entries));
        return;
    }
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for entry in entries {
        let family = entry.family.as_deref().unwrap_or("?");
        let kind = entry.format.as_deref().unwrap_or("?");
        let sha256 = entry
            .sha256
            .as_deref()
            .map_or("", |sum| sum.get(..12).unwrap_or(sum));
        println!(
            "{:width$}  {kind:<11}  {family:<8}  {:>9}  {sha256:<12}  {}",
            entry.name,
            indicatif::HumanBytes(entry.bytes).to_string(),
            entry.path.display()
        );
        if let Some(problem) = &entry.problem {
            println!("{:width$}  {problem}", "");
        }
    }
}
