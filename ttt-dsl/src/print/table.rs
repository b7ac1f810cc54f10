//! Entries of config and weights tables.

use std::fmt;

use super::{joined, quoted};
use crate::spec::{
    Agreement, Checkpoint, ConfigEntry, Expect, HeadChoice, LinearLayout, Literal, RopePairing, Source, Step,
    Target, WeightsEntry, WeightsOptions,
};

/// What stands after the param and the colon.
pub(crate) fn sources(entry: &ConfigEntry) -> String {
    entry
        .sources
        .iter()
        .map(Source::to_string)
        .collect::<Vec<_>>()
        .join(" or ")
}

/// What stands after the arrow.
pub(crate) fn target(entry: &WeightsEntry) -> String {
    let steps: String = entry.steps.iter().map(|step| format!(" via {step}")).collect();
    format!("{}{steps}", entry.target)
}

/// The options that differ from their defaults, each with its value.
pub(crate) fn options(options: &WeightsOptions) -> Vec<(&'static str, String)> {
    let linear = match options.linear {
        LinearLayout::OutIn => None,
        LinearLayout::InOut => Some(("linear", "in_out".to_owned())),
    };
    let rope = match options.rope {
        RopePairing::Half => None,
        RopePairing::Interleaved => Some(("rope", "interleaved".to_owned())),
    };
    let prefix = options.prefix.as_ref().map(|prefix| ("prefix", quoted(prefix)));
    [linear, rope, prefix].into_iter().flatten().collect()
}

/// What a checkpoint's line says beside its path, each with its word.
pub(super) fn choices(checkpoint: &Checkpoint) -> Vec<(&'static str, String)> {
    let preset = checkpoint
        .preset
        .as_ref()
        .map(|name| ("preset", name.to_string()));
    let head = checkpoint.head.as_ref().map(|head| ("head", head.to_string()));
    let layout = checkpoint
        .layout
        .as_ref()
        .map(|name| ("layout", name.to_string()));
    [preset, head, layout].into_iter().flatten().collect()
}

/// Without the word `checkpoint`.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.path))?;
        choices(self)
            .iter()
            .try_for_each(|(word, name)| write!(f, " {word} {name}"))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Key { key, .. } => f.write_str(&quoted(key)),
            Source::Length { key, .. } => write!(f, "len({})", quoted(key)),
            Source::Present { tensor, .. } => write!(f, "present({})", quoted(tensor)),
            Source::Absent { tensor, .. } => write!(f, "absent({})", quoted(tensor)),
            Source::Unset(value) => write!(f, "none({value})"),
            Source::Value(value) => write!(f, "{value}"),
        }
    }
}

/// Without the word `also`.
impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", quoted(&self.key), self.value)
    }
}

/// Without the word `expect`.
impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.values.iter().map(Literal::to_string).collect();
        write!(f, "{} = {}", quoted(&self.key), values.join(" | "))?;
        match &self.message {
            Some(message) => write!(f, ", {}", quoted(message)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Int(value) => write!(f, "{value}"),
            Literal::Float(value) => write!(f, "{value:?}"),
            Literal::Text(text) => f.write_str(&quoted(text)),
        }
    }
}

impl fmt::Display for HeadChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeadChoice::Base => f.write_str("base"),
            HeadChoice::Head(name) => write!(f, "{name}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Path(path) => write!(f, "{path}"),
            Target::Fused(paths) => write!(f, "({})", joined(paths)),
            Target::Same(path) => write!(f, "same({path})"),
            Target::Factors(path) => write!(f, "factors({path})"),
            Target::Skip => f.write_str("skip"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Transpose => f.write_str("transpose"),
            Step::Add(value) => write!(f, "add({value:?})"),
        }
    }
}
