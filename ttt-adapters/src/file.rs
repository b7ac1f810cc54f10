//! Files: reading, writing beside and renaming, and what to say when that fails.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use bytes::Bytes;
use serde_json::Value;

use crate::error::{Error, Location, Problem, codes};

/// The error for a file that cannot be opened, read or written.
pub fn unreadable(path: &Path, error: &io::Error) -> Error {
    let problem = match error.kind() {
        io::ErrorKind::NotFound => Problem::new(codes::NOT_FOUND, "there is no such file or directory")
            .help("check the spelling of the path"),
        _ => Problem::new(codes::UNREADABLE, format!("cannot use this file: {error}"))
            .help("check its permissions and the space on the disk"),
    };
    problem.file(path).into()
}

/// Reads a text.
pub fn read_text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// Maps a file into memory.
///
/// The file must not be cut short while it is mapped: the operating system would end the program.
pub(crate) fn map(path: &Path) -> Result<Bytes, Error> {
    let failed = |error: io::Error| unreadable(path, &error);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() == 0 {
        return Ok(Bytes::new());
    }
    // SAFETY: a map is read-only and private to this process; that the file keeps its length is the documented
    // condition of this function, and whoever changes its bytes changes numbers, not memory safety of ours.
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(failed)?;
    // Numbers in large pages are read up to twice as fast. The system reads them so from the disk where it can; it is no
    // matter where it cannot.
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::HugePage);
    Ok(Bytes::from_owner(map))
}

/// The first bytes of a file; none when it cannot be read.
pub(crate) fn beginning(path: &Path) -> Vec<u8> {
    const LENGTH: u64 = 4096;
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        // What cannot be read is not recognised; opening it says why.
        let _ = file.take(LENGTH).read_to_end(&mut bytes);
    }
    bytes
}

/// Reads a JSON file.
pub fn read_json(path: &Path) -> Result<Value, Error> {
    let text = read_text(path)?;
    serde_json::from_str(&text).map_err(|error| {
        Problem::new(codes::NOT_JSON, format!("this is not valid JSON: {error}"))
            .file(path)
            .at(Location::Line(error.line(), error.column()))
            .help("the file is damaged: download or write it again")
            .into()
    })
}

/// Writes a file under another name first, so that a failure leaves what was there.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> Result<(), Error>,
) -> Result<(), Error> {
    let failed = |error: io::Error| unreadable(path, &error);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let mut temporary = temporary_file().tempfile_in(directory).map_err(failed)?;
    let mut writer = BufWriter::with_capacity(1 << 20, temporary.as_file_mut());
    write(&mut writer)?;
    writer.flush().map_err(failed)?;
    drop(writer);
    temporary.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A file that others may read as far as the user's mask lets them, as any file that a program makes; temporary ones are
/// the owner's alone by default.
#[cfg(unix)]
fn temporary_file() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn temporary_file() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

/// Writes a JSON file, complete or not at all.
pub fn write_json(path: &Path, value: &Value) -> Result<(), Error> {
    replace(path, |writer| {
        let failed = |error: io::Error| unreadable(path, &error);
        serde_json::to_writer_pretty(&mut *writer, value).map_err(|error| failed(error.into()))?;
        writer.write_all(b"\n").map_err(failed)
    })
}
