//! Whether a checkpoint is there, and not only what a repository keeps in its place.

use std::path::Path;

use super::header::Header;
use crate::error::{Code, Error, codes};
use crate::file;
use crate::hf::WEIGHTS_FILES;

/// What a small text begins with that Git keeps in place of a large file until that is fetched.
const POINTER: &[u8] = b"version https://git-lfs";

/// What is wrong where weights were never fetched: a `config.json` without them, an index without its shards.
const ABSENT: [Code; 3] = [codes::NOT_FOUND, codes::NO_WEIGHTS, codes::MISSING_SHARD];

/// Reads a checkpoint's header; nothing when the checkpoint, or the large part of it, is not there.
pub(super) fn read(path: &Path) -> Result<Option<Header>, Error> {
    let files = WEIGHTS_FILES.iter().map(|name| path.join(name));
    let mut candidates = files.chain([path.to_path_buf()]).filter(|file| file.is_file());
    if candidates.any(|file| file::beginning(&file).starts_with(POINTER)) {
        return Ok(None);
    }
    match Header::read(path) {
        Ok(header) => Ok(Some(header)),
        Err(error)
            if error
                .problems
                .iter()
                .all(|problem| ABSENT.contains(&problem.code)) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
