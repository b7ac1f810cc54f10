//! Writing the locks of checkpoints.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ttt_dsl::parse::{parse_file, rust_schemas};
use ttt_dsl::spec::Spec;

use super::header::Header;
use super::lock::{FOLDER, Lock};
use crate::error::{Error, Problem, codes};
use crate::file;

/// The file that a crate's folder is known by.
const MANIFEST: &str = "Cargo.toml";

/// The folders of a crate in which schemas stand.
const SOURCES: [&str; 4] = ["src", "tests", "examples", "benches"];

/// A lock that was written, or was as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The checkpoint's path as the schema writes it.
    pub checkpoint: String,
    /// The lock's file.
    pub file: PathBuf,
    /// Whether the file is new or another than before.
    pub changed: bool,
}

/// Locks every checkpoint that a schema's file names, or the sources of a crate, which is named by its folder.
///
/// A schema need not pass the checker. Each file is written beside its place and renamed; a lock whose checkpoint cannot be
/// read stays as it is, and is an error after the others are written.
pub fn lock(path: &Path) -> Result<Vec<Locked>, Error> {
    let path = match path.file_name().is_some_and(|name| name == MANIFEST) {
        true => folder_of(path),
        false => path,
    };
    let mut locking = Locking::default();
    match fs::metadata(path)
        .map_err(|error| file::unreadable(path, &error))?
        .is_dir()
    {
        false => locking.file(path)?,
        true if path.join(MANIFEST).is_file() => locking.crate_sources(path)?,
        true => return Err(no_crate(path).into()),
    }
    Error::unless_empty(locking.problems, locking.locked)
}

/// Locks every checkpoint that a schema names. `base` is the folder at which their paths start.
pub fn lock_spec(spec: &Spec, base: &Path) -> Result<Vec<Locked>, Error> {
    let mut locking = Locking::default();
    locking.spec(spec, base);
    Error::unless_empty(locking.problems, locking.locked)
}

#[derive(Default)]
struct Locking {
    locked: Vec<Locked>,
    problems: Vec<Problem>,
}

impl Locking {
    fn crate_sources(&mut self, folder: &Path) -> Result<(), Error> {
        let mut sources = Vec::new();
        for name in SOURCES {
            rust_files(&folder.join(name), &mut sources);
        }
        sources.sort();
        for source in sources {
            let found = rust_schemas(&file::read_text(&source)?);
            found.specs.iter().for_each(|spec| self.spec(spec, folder));
            for named in &found.files {
                // What is named but not there, the compiler tells.
                let schema = folder.join(named);
                if schema.is_file() {
                    self.file(&schema)?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let text = file::read_text(path)?;
        self.spec(&parse_file(path, &text).spec, folder_of(path));
        Ok(())
    }

    fn spec(&mut self, spec: &Spec, base: &Path) {
        for checkpoint in spec.models.iter().flat_map(|model| &model.checkpoints) {
            let file = Lock::path(base, &checkpoint.path);
            if self.locked.iter().any(|done| done.file == file) {
                continue;
            }
            match write(&checkpoint.path, base, &file) {
                Ok(changed) => self.locked.push(Locked {
                    checkpoint: checkpoint.path.clone(),
                    file,
                    changed,
                }),
                Err(error) => self.problems.extend(error.problems),
            }
        }
    }
}

/// Writes a lock unless it is as it should be; says whether it was not.
fn write(checkpoint: &str, base: &Path, file: &Path) -> Result<bool, Error> {
    let lock = Lock {
        checkpoint: checkpoint.to_string(),
        header: Header::read(&base.join(checkpoint))?,
    };
    let text = lock.to_string();
    if fs::read_to_string(file).is_ok_and(|before| before == text) {
        return Ok(false);
    }
    let folder = base.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| file::unreadable(&folder, &error))?;
    file::replace(file, |writer| {
        let written = writer.write_all(text.as_bytes());
        written.map_err(|error| file::unreadable(file, &error))
    })?;
    Ok(true)
}

/// The files of Rust in a folder and the folders in it. What cannot be listed has none.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => rust_files(&path, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") => {
                found.push(path);
            }
            _ => {}
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(Path::new(""));
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}

fn no_crate(path: &Path) -> Problem {
    Problem::new(codes::NOT_FOUND, format!("there is no {MANIFEST}"))
        .file(path)
        .help("name the folder of a crate, or the file of a schema")
}
