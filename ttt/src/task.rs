//! Tasks: which heads they take, and a model with its tokenizer.

use std::path::{Path, PathBuf};

use ttt_adapters::registry::Opened;
use ttt_runtime::Init;
use ttt_runtime::pipeline::TextModel;
use ttt_runtime::text::Tokenizer;

use crate::open::{LoadError, Opener, load};

/// What is done with a text, and the heads that can do it, the fittest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// The command's name.
    pub name: &'static str,
    /// The heads with the outputs that the task reads of each; the head `base` is none.
    pub heads: &'static [(&'static str, &'static str)],
}

/// A text goes on.
pub const GENERATE: Task = Task {
    name: "generate",
    heads: LANGUAGE_MODELS,
};

/// A conversation goes on.
pub const CHAT: Task = Task {
    name: "chat",
    heads: LANGUAGE_MODELS,
};

/// A text is scored.
pub const SCORE: Task = Task {
    name: "score",
    heads: LANGUAGE_MODELS,
};

const LANGUAGE_MODELS: &[(&str, &str)] = &[("lm", "logits")];

/// A text becomes a vector.
pub const EMBED: Task = Task {
    name: "embed",
    heads: &[("base", "last_hidden_state")],
};

/// A text gets a label.
pub const CLASSIFY: Task = Task {
    name: "classify",
    heads: &[("sequence_classification", "logits")],
};

/// Tokens get labels.
pub const TAG: Task = Task {
    name: "tag",
    heads: &[("token_classification", "logits")],
};

/// Masked tokens are guessed.
pub const FILL_MASK: Task = Task {
    name: "fill-mask",
    heads: &[("masked_lm", "logits"), ("pre_training", "prediction_logits")],
};

/// A question is answered from a text.
pub const ANSWER: Task = Task {
    name: "answer",
    heads: &[("question_answering", "start_logits")],
};

/// A text follows another, or not.
pub const NEXT_SENTENCE: Task = Task {
    name: "next-sentence",
    heads: &[
        ("next_sentence", "logits"),
        ("pre_training", "seq_relationship_logits"),
    ],
};

/// Why a source does not do a task.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The source or its tokenizer cannot be opened.
    #[error(transparent)]
    Open(#[from] ttt_adapters::Error),
    /// The model cannot be built or filled.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No head of the model does the task.
    #[error(
        "{}: {model} has no head for `{task}`\nhelp: it has {}; the task takes one named {}",
        path.display(), list(heads), list(expected)
    )]
    NoHead {
        /// The source.
        path: PathBuf,
        /// The model.
        model: String,
        /// The task.
        task: &'static str,
        /// The model's heads.
        heads: Vec<String>,
        /// The heads that do the task.
        expected: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_string(),
        names => names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

impl Task {
    /// The output that the task reads of an opened model; nothing when its head does not do the task.
    pub fn output(&self, opened: &Opened) -> Option<&'static str> {
        let own = opened.head.as_deref().unwrap_or("base");
        self.heads
            .iter()
            .find(|(head, _)| *head == own)
            .map(|(_, output)| *output)
    }
}

impl Opener {
    /// Opens a source with a head for the task: the caller's, else the checkpoint's own where it does the task, else the
    /// first of the task's that the model has.
    pub fn open_for(&self, path: &Path, task: Task) -> Result<Opened, TaskError> {
        let opened = self.open(path)?;
        if self.options.head.is_some() || task.output(&opened).is_some() {
            return Ok(opened);
        }
        let model = opened.program.model(&opened.model);
        let names = model
            .into_iter()
            .flat_map(|model| &model.heads)
            .map(|head| head.body.name.as_str());
        let heads: Vec<String> = names.map(str::to_string).collect();
        let fit = task
            .heads
            .iter()
            .map(|(head, _)| *head)
            .find(|head| *head == "base" || heads.iter().any(|name| name == head));
        match fit {
            Some(head) => Ok(self.open_with_head(path, head)?),
            None => Err(TaskError::NoHead {
                path: path.to_path_buf(),
                model: opened.model,
                task: task.name,
                heads,
                expected: task.heads.iter().map(|(head, _)| head.to_string()).collect(),
            }),
        }
    }
}

/// A loaded model with the tokenizer beside it.
pub fn text_model(opened: &Opened, path: &Path, init: &Init) -> Result<TextModel, TaskError> {
    let tokenizer = Tokenizer::open(&beside(path))?;
    Ok(TextModel::new(
        load(opened, init)?,
        tokenizer,
        opened.ctx(),
        &init.device,
    ))
}

/// Where a source's tokenizer is: in a directory or a GGUF file itself, else in the directory of the weights.
pub fn beside(path: &Path) -> PathBuf {
    let holds_its_own = path.is_dir()
        || path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"));
    match path.parent() {
        Some(parent) if !holds_its_own => parent.to_path_buf(),
        _ => path.to_path_buf(),
    }
}
