//! Checksums and sizes of files.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::file;
use crate::hub::Progress;

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileDigest {
    /// Its path inside the model's folder, with slashes.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its checksum.
    pub sha256: String,
}

/// The checksum of a file, in hexadecimal digits.
pub(crate) fn sha256(path: &Path, report: &mut dyn FnMut(Progress<'_>)) -> Result<String, Error> {
    let hashed = File::open(path).and_then(|file| pass_through(file, &mut io::sink(), report));
    let (_, sha256) = hashed.map_err(|error| file::unreadable(path, &error))?;
    Ok(sha256)
}

/// Copies all bytes and gives their number and checksum.
pub(super) fn pass_through(
    mut from: impl Read,
    to: &mut dyn io::Write,
    report: &mut dyn FnMut(Progress<'_>),
) -> io::Result<(u64, String)> {
    let mut buffer = vec![0; 1 << 20];
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            count => {
                hasher.update(&buffer[..count]);
                to.write_all(&buffer[..count])?;
                bytes += count as u64;
                report(Progress::Advanced(count as u64));
            }
        }
    }
    Ok((bytes, hexadecimal(&hasher.finalize())))
}

/// The checksum of a model.
pub(super) fn of_model(files: &[FileDigest]) -> Option<String> {
    match files {
        [] => None,
        [file] => Some(file.sha256.clone()),
        several => {
            let lines: String = several
                .iter()
                .map(|file| format!("{}  {}\n", file.sha256, file.name))
                .collect();
            Some(hexadecimal(&Sha256::digest(lines.as_bytes())))
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
