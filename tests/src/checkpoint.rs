//! Real checkpoints, fetched by `scripts/fetch-models`.

use std::path::PathBuf;

/// The folder of a fetched checkpoint, if it is there.
pub fn checkpoint(name: &str) -> Option<PathBuf> {
    let models = std::env::var_os("TTT_MODELS").map(PathBuf::from);
    let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let caches = caches.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    models
        .or_else(|| Some(caches?.join("ttt/models")))
        .map(|models| models.join(name))
        .filter(|dir| dir.is_dir())
}
