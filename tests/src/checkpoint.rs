//! Real checkpoints, fetched by `scripts/fetch-models`.

use std::path::PathBuf;

/// The folder of a fetched checkpoint, if it is there.
pub fn checkpoint(name: &str) -> Option<PathBuf> {
    let models = std::env::var_os("TTT_MODELS").map(PathBuf::from);
    let models = models.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/ttt/models")));
    models
        .map(|models| models.join(name))
        .filter(|dir| dir.join("config.json").exists())
}
