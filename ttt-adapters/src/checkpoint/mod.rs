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
mod locking;
mod order;
mod presence;
mod settings;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ttt_dsl::diagnostic::{Report, Severity};
use ttt_dsl::program::Program;
use ttt_dsl::spec::Checkpoint;

use self::comparison::Comparison;
use self::finding::{report_error, report_problem};
use crate::error::{Problem, codes};
use crate::hf;
use crate::registry::ModelEntry;

pub use header::{Form, Header, Setting, StoredTensor};
pub use lock::Lock;
pub use locking::{Locked, lock, lock_spec};
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
    checked.tracked.sort();
    checked.tracked.dedup();
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
    let present = match settings.offline {
        true => Ok(None),
        false => presence::read(&path),
    };
    if matches!(present, Ok(Some(_))) {
        track(&path, &mut checked.tracked);
    }
    let header = match (present, lock) {
        (Err(error), _) => return report_error(error, checkpoint, &mut checked.report),
        (Ok(None), None) => return missing(checkpoint, &lock_path, settings, checked),
        (Ok(None), Some(lock)) => lock.header,
        (Ok(Some(header)), lock) => {
            if let Some(problem) = lock.and_then(|lock| lock.disagreement(&header)) {
                let problem = problem.file(lock_path);
                report_problem(problem, Severity::Error, checkpoint, &mut checked.report);
            }
            header
        }
    };
    compare(entry, checkpoint, &header, &mut checked.report);
}

fn compare(entry: ModelEntry<'_>, checkpoint: &Checkpoint, header: &Header, report: &mut Report) {
    let written = Path::new(&checkpoint.path);
    let config_path = match header.form {
        Form::HuggingFace if !written.ends_with(hf::CONFIG) => written.join(hf::CONFIG),
        _ => written.to_path_buf(),
    };
    let comparison = Comparison {
        entry,
        checkpoint,
        header,
        config_path: &config_path,
    };
    match comparison.problems() {
        Ok(warnings) => {
            for warning in warnings {
                report_problem(warning, Severity::Warning, checkpoint, report);
            }
        }
        Err(error) => report_error(error, checkpoint, report),
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
    let inside = hf::WEIGHTS_FILES.into_iter().chain([hf::CONFIG]);
    let candidates = inside.map(|name| path.join(name)).chain([path.to_path_buf()]);
    tracked.extend(candidates.filter(|file| {
        let metadata = std::fs::metadata(file);
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= SMALL)
    }));
}
