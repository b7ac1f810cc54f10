//! `ttt new`: a crate with a small model.

use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::cli::New;

const MANIFEST: &str = include_str!("../../template/Cargo.toml.in");
const MAIN: &str = include_str!("../../template/src/main.rs");

/// Makes the crate; an existing directory is left as it is.
pub fn run(args: &New) -> Result<(), Failure> {
    let name = crate_name(&args.name)?;
    let dir = PathBuf::from(&args.name);
    if dir.exists() {
        return Err(Failure::new(format!("{} exists already", dir.display())).help("choose another name"));
    }
    let manifest = MANIFEST
        .replace("{name}", name)
        .replace("{ttt}", &dependency(args.ttt_path.as_deref())?);
    write(&dir.join("Cargo.toml"), &manifest)?;
    write(&dir.join("src/main.rs"), MAIN)?;
    write(&dir.join(".gitignore"), "/target\n")?;
    println!(
        "made {}: a model, its training and a print of what it learned",
        dir.display()
    );
    println!("try: cd {} && cargo run", dir.display());
    Ok(())
}

/// The last part of the path, when it can name a crate.
fn crate_name(path: &str) -> Result<&str, Failure> {
    let name = Path::new(path)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let allowed = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    if starts && allowed && name != "ttt" {
        return Ok(name);
    }
    Err(Failure::new(format!("`{name}` cannot name the crate"))
        .help("use letters, digits, `-` and `_`, a letter first, and another name than ttt itself"))
}

/// A binary that was built in a checkout which is still there points at it; any other names its version.
fn dependency(given: Option<&Path>) -> Result<String, Failure> {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = match given {
        Some(path) if path.join("Cargo.toml").is_file() => Some(path),
        Some(path) => {
            return Err(Failure::new(format!("{} holds no Cargo.toml", path.display()))
                .help("give the folder of the crate `ttt` in a checkout"));
        }
        None => Some(checkout).filter(|checkout| checkout.join("Cargo.toml").is_file()),
    };
    match path {
        Some(path) => {
            let path = fs::canonicalize(path).map_err(|error| Failure::file(path, error))?;
            Ok(format!("{{ path = {:?} }}", path.display().to_string()))
        }
        None => Ok(format!("{:?}", env!("CARGO_PKG_VERSION"))),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(|error| Failure::file(dir, error))?;
    }
    fs::write(path, text).map_err(|error| Failure::file(path, error))
}
