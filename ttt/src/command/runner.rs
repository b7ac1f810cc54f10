//! A source opened for a task.

use std::path::{Path, PathBuf};

use ttt::Opened;
use ttt::pipeline::TextModel;
use ttt::task::Task;

use super::run::init;
use super::{Failure, source};
use crate::cli::{Precision, Source};

/// An opened source, its model and its tokenizer.
pub struct Opening {
    pub opened: Opened,
    pub text: TextModel,
    /// The directory or file with what is beside the weights.
    pub beside: PathBuf,
}

/// Opens a source for a task, and says what may be wrong with it.
pub fn open(args: &Source, dtype: Precision, task: Task) -> Result<Opening, Failure> {
    let path = source::resolve(&args.path)?;
    let opened = source::opener(&args.choice).open_for(&path, task)?;
    has_head(&opened, &path)?;
    source::warn(&opened);
    if opened.weights.is_none() {
        return Err(no_weights(&path));
    }
    let text = ttt::text_model(&opened, &path, &init(dtype))?;
    Ok(Opening {
        opened,
        text,
        beside: ttt::task::beside(&path),
    })
}

/// Refuses a head that would start from fresh numbers: what it gave would look like a result and mean nothing.
fn has_head(opened: &Opened, path: &Path) -> Result<(), Failure> {
    let (Some(head), Some(report)) = (&opened.head, &opened.report) else {
        return Ok(());
    };
    let of_head = |tensor: &&String| {
        let rest = tensor.strip_prefix(head.as_str());
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let fresh: Vec<&str> = report.fresh.iter().filter(of_head).map(String::as_str).collect();
    if fresh.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}: the checkpoint has no numbers for the head `{head}`: {}",
        path.display(),
        fresh.join(", ")
    ))
    .help("name a checkpoint that was trained with this head; `ttt check SRC` tells the head that one has"))
}

pub fn no_weights(path: &Path) -> Failure {
    Failure::new(format!("{}: there are no weights to run", path.display()))
        .help("name a checkpoint: a directory, a .safetensors or a .gguf file")
}
