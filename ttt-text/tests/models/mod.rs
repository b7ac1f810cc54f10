//! Files that are fetched, not committed.

use std::path::PathBuf;

/// The folder of a model that `scripts/fetch-models` fetches; `None`, said loudly, when it is not there.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let home = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    let caches = path("XDG_CACHE_HOME")
        .filter(|_| !cfg!(target_os = "macos"))
        .or(path("HOME").map(|path| path.join(home)));
    let models = path("TTT_MODELS").or(caches.map(|caches| caches.join("ttt/models")));
    let found = models
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
