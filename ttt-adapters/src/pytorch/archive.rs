//! The form of torch 1.6 and later: a zip archive of uncompressed entries.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

use zip::{CompressionMethod, ZipArchive};

use super::PICKLE_ENTRY;
use super::file::Contents;
use super::pickle::{Machine, Refusal};
use crate::error::{Location, Problem, codes};

/// An entry of an archive.
#[derive(Clone, Debug)]
struct Entry {
    /// Its bytes in the file.
    range: Range<usize>,
    /// Whether they are what was packed.
    is_stored: bool,
}

/// Reads an archive's directory and its pickle.
pub(super) fn read(file: &[u8]) -> Result<Contents, Refusal> {
    let entries = entries(file)?;
    let folder = folder(&entries)?;
    if entries.contains_key(&format!("{folder}constants.pkl")) {
        return Err(
            Problem::new(codes::PYTORCH_ARCHIVE, "this is a TorchScript program")
                .expected("a state dict")
                .help("load it with torch.jit.load and save its state_dict()")
                .into(),
        );
    }
    let stored = |name: &str| stored(&entries, &format!("{folder}{name}"));
    let byte_order = stored("byteorder")?.map(|range| &file[range]);
    let is_big_endian = is_big_endian(byte_order)?;
    let pickle = stored(PICKLE_ENTRY)?.unwrap_or_default();
    let (object, heap, _) = Machine::new(file, pickle.start, pickle.end).run()?;
    let storages = heap.storages.iter();
    let storages = storages.map(|storage| stored(&format!("data/{}", storage.key.text(file))));
    Ok(Contents {
        object,
        storages: storages.collect::<Result<_, _>>()?,
        heap,
        is_big_endian,
    })
}

/// The bytes of an entry, if it is there.
fn stored(entries: &HashMap<String, Entry>, name: &str) -> Result<Option<Range<usize>>, Refusal> {
    match entries.get(name) {
        None => Ok(None),
        Some(entry) if entry.is_stored => Ok(Some(entry.range.clone())),
        Some(_) => Err(Problem::new(
            codes::PYTORCH_ARCHIVE,
            format!("`{name:.80}` is compressed or encrypted"),
        )
        .expected("stored as it is, which is what torch.save does")
        .help("somebody packed the file again: load it in Python and save it with torch.save")
        .into()),
    }
}

fn is_big_endian(byte_order: Option<&[u8]>) -> Result<bool, Refusal> {
    match byte_order {
        None | Some(b"little") => Ok(false),
        Some(b"big") => Ok(true),
        Some(other) => Err(
            Problem::new(codes::PYTORCH_ARCHIVE, "the archive's byte order is unknown")
                .found(String::from_utf8_lossy(&other[..other.len().min(20)]))
                .expected("little or big")
                .help("download the file again")
                .into(),
        ),
    }
}

/// Every entry by its name.
fn entries(file: &[u8]) -> Result<HashMap<String, Entry>, Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|error| damaged(&error))?;
    let mut entries = HashMap::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
        let name = entry.name().map_err(|error| damaged(&error))?.into_owned();
        let is_stored = entry.compression() == CompressionMethod::Stored && !entry.encrypted();
        let start = entry.data_start().and_then(|start| usize::try_from(start).ok());
        let length = usize::try_from(entry.compressed_size()).ok();
        let range = start
            .zip(length)
            .and_then(|(start, length)| Some(start..start.checked_add(length)?));
        match range {
            Some(range) if range.end <= file.len() => entries.insert(name, Entry { range, is_stored }),
            _ => return Err(cut_off(&name, start, file.len())),
        };
    }
    Ok(entries)
}

/// The folder that all entries lie in, with its slash: the one that has the pickle.
fn folder(entries: &HashMap<String, Entry>) -> Result<String, Refusal> {
    let mut folders = entries.keys().filter_map(|name| {
        let folder = name.strip_suffix(PICKLE_ENTRY)?;
        (folder.is_empty() || folder.ends_with('/')).then_some(folder)
    });
    match (folders.next(), folders.next()) {
        (Some(folder), None) => Ok(folder.to_string()),
        (found, _) => Err(Problem::new(
            codes::PYTORCH_ARCHIVE,
            "this zip archive is no PyTorch checkpoint",
        )
        .found(format!(
            "{} entries, {} called {PICKLE_ENTRY}",
            entries.len(),
            if found.is_some() { "several" } else { "none" }
        ))
        .expected(format!("one {PICKLE_ENTRY} beside data/0, data/1, …"))
        .help("check that this is the file you mean")
        .into()),
    }
}

fn damaged(error: &zip::result::ZipError) -> Refusal {
    Problem::new(
        codes::PYTORCH_ARCHIVE,
        format!("the zip archive cannot be read: {error}"),
    )
    .help("the file is cut off or damaged: download it again")
    .into()
}

fn cut_off(name: &str, start: Option<usize>, length: usize) -> Refusal {
    Problem::new(
        codes::PYTORCH_ARCHIVE,
        format!("`{name:.80}` does not end in the file"),
    )
    .at(Location::Byte(start.unwrap_or(length) as u64))
    .found(format!("a file of {length} bytes"))
    .help("the file is cut off: download it again")
    .into()
}
