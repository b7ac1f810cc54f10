//! Checkpoints that a schema names, compared with it before anything runs.
//!
//! [`check`] reads what stands before the numbers of each ([`Header`]), or the lock that keeps it ([`Lock`]), plans how it
//! would fill the model exactly as loading does, and tells what does not fit at the line of the schema that is guilty.
//! No number is read.

mod comparison;
mod explanation;
mod finding;
mod header;
mod lock;
mod order;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ttt_dsl::diagnostic::{Report, Severity};
use ttt_dsl::program::Program;
use ttt_dsl::spec::Checkpoint;

use self::comparison::Comparison;
use self::finding::{report_error, report_problem};
use crate::error::{Problem, codes};
use crate::registry::ModelEntry;

pub use header::{Form, Header, Setting, StoredTensor};
pub use lock::{Lock, Locked, lock};
pub use settings::{MISSING, OFFLINE, Settings};

/// What comparing the checkpoints of a schema gives.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What does not fit.
    pub report: Report,
    /// Files small enough to be included in what is compiled, so that it is compiled again when they change.
    pub tracked: Vec<PathBuf>,
}

/// Compares every checkpoint that a schema names with the model that names it.
pub fn check(program: &Arc<Program>, settings: &Settings) -> Checked {
    let mut checked = Checked::default();
    for model in &program.models {
        for checkpoint in &model.checkpoints {
            let entry = ModelEntry { program, model };
            check_one(entry, checkpoint, settings, &mut checked);
        }
    }
    checked
}

fn check_one(entry: ModelEntry<'_>, checkpoint: &Checkpoint, settings: &Settings, checked: &mut Checked) {
    let path = settings.base.join(&checkpoint.path);
    let lock_path = Lock::path(&settings.base, &checkpoint.path);
    checked
        .tracked
        .extend(lock_path.is_file().then(|| lock_path.clone()));
    let lock = match lock_path.is_file() {
        true => Lock::read(&lock_path).map(Some),
        false => Ok(None),
    };
    let lock = match lock {
        Ok(lock) => lock,
        Err(error) => return report_error(error, checkpoint, &mut checked.report),
    };
    let is_present = !settings.offline && path.exists();
    let header = match (is_present, lock) {
        (false, Some(lock)) => lock.header,
        (false, None) => return missing(checkpoint, &lock_path, settings, checked),
        (true, lock) => {
            track(&path, &mut checked.tracked);
            let header = match Header::read(&path) {
                Ok(header) => header,
                Err(error) => return report_error(error, checkpoint, &mut checked.report),
            };
            if let Some(problem) = lock.and_then(|lock| lock.disagreement(&header)) {
                let problem = problem.file(lock_path);
                report_problem(problem, Severity::Error, checkpoint, &mut checked.report);
            }
            header
        }
    };
    let comparison = Comparison {
        entry,
        checkpoint,
        header: &header,
    };
    match comparison.problems() {
        Ok(warnings) => {
            for warning in warnings {
                report_problem(warning, Severity::Warning, checkpoint, &mut checked.report);
            }
        }
        Err(error) => report_error(error, checkpoint, &mut checked.report),
    }
}

fn missing(checkpoint: &Checkpoint, lock: &Path, settings: &Settings, checked: &mut Checked) {
    let message = match settings.offline {
        true => format!(
            "the checkpoint {:?} has no lock, and {OFFLINE}=1 asks for one",
            checkpoint.path
        ),
        false => format!(
            "the checkpoint {:?} is not there, and has no lock",
            checkpoint.path
        ),
    };
    let problem = Problem::new(codes::NO_CHECKPOINT, message)
        .file(lock)
        .help(format!(
            "fetch the checkpoint, or run `ttt lock` where it is and commit `.ttt`; {MISSING}=warn compiles without"
        ));
    report_problem(problem, settings.missing, checkpoint, &mut checked.report);
}

/// Notes the files of a checkpoint that are small: configurations and indices, and weights of tests.
fn track(path: &Path, tracked: &mut Vec<PathBuf>) {
    const SMALL: u64 = 1 << 20;
    let inside = ["config.json", "model.safetensors.index.json", "model.safetensors"];
    let candidates = inside
        .iter()
        .map(|name| path.join(name))
        .chain([path.to_path_buf()]);
    tracked.extend(candidates.filter(|file| {
        let metadata = std::fs::metadata(file);
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= SMALL)
    }));
}
