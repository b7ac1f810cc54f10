//! Files that are fetched, not committed.

use std::path::PathBuf;

/// The folder of a model that `scripts/fetch-models` fetches; `None`, said loudly, when it is not there.
pub fn find(name: &str) -> Option<PathBuf> {
    let models = std::env::var_os("TTT_MODELS").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/ttt/models"));
    let found = models
        .or(home)
        .map(|models| models.join(name))
        .filter(|path| path.is_dir());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI fetches the models first: scripts/fetch-models"
        );
        eprintln!("SKIPPED: {name} is not fetched; run scripts/fetch-models {name}");
    }
    found
}
