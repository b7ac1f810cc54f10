//! Waiting for files to change.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::{Failure, interrupt};

/// How long files must stay as they are before they are read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(150);
/// How often Ctrl-C is looked for.
const PATIENCE: Duration = Duration::from_millis(200);

/// Watches files and folders.
pub struct Watch {
    /// Ends watching when it is dropped.
    _watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Watch {
    /// Watches each file, or everything that stands in each folder. A file may be replaced by one of its name, as editors
    /// do it, or not be there yet.
    pub fn new(paths: &[PathBuf]) -> Result<Watch, Failure> {
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender).map_err(failure)?;
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for path in paths {
            let path = place(path).map_err(|error| Failure::file(path, error))?;
            let folder = match path.is_dir() {
                true => path.clone(),
                false => path.parent().map(Path::to_path_buf).unwrap_or_default(),
            };
            watcher
                .watch(&folder, RecursiveMode::NonRecursive)
                .map_err(failure)?;
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
        Ok(Watch {
            _watcher: watcher,
            events,
            files,
            folders,
        })
    }

    /// Waits until something has changed and nothing changes any more; `false` when Ctrl-C was pressed instead.
    pub fn changed(&self) -> Result<bool, Failure> {
        let mut changed_at: Option<Instant> = None;
        loop {
            if interrupt::interrupted() {
                return Ok(false);
            }
            let patience = match changed_at {
                Some(at) => QUIET.saturating_sub(at.elapsed()),
                None => PATIENCE,
            };
            if patience.is_zero() {
                return Ok(true);
            }
            match self.events.recv_timeout(patience) {
                Ok(event) => {
                    if self.concerns(&event.map_err(failure)?) {
                        changed_at = Some(Instant::now());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new("files are watched no longer"));
                }
            }
        }
    }

    /// Whether an event changes what is watched. Reading, which checking itself does, changes nothing.
    fn concerns(&self, event: &Event) -> bool {
        let changes = !matches!(
            event.kind,
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_))
        );
        let watched = |path: &PathBuf| {
            self.files.contains(path)
                || path
                    .parent()
                    .is_some_and(|folder| self.folders.iter().any(|own| own == folder))
        };
        changes && event.paths.iter().any(watched)
    }
}

/// The whole path; of what is not there yet, the first part of the path that is missing.
fn place(path: &Path) -> std::io::Result<PathBuf> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match (path.exists(), parent, path.file_name()) {
        (false, Some(parent), Some(name)) if parent.exists() => Ok(std::fs::canonicalize(parent)?.join(name)),
        (false, Some(parent), Some(_)) => place(parent),
        _ => std::fs::canonicalize(path),
    }
}

fn failure(error: notify::Error) -> Failure {
    Failure::new(format!("files cannot be watched: {error}")).help("run `ttt check` without --watch")
}
