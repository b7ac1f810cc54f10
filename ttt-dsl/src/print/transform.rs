//! Transforms and path patterns.

use std::fmt;

use super::joined;
use crate::spec::{Action, Copies, PathPattern, PatternStep, Transform};

/// Without its semicolon.
impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = &self.pattern;
        match &self.action {
            Action::Freeze => write!(f, "freeze {pattern}"),
            Action::Train => write!(f, "train {pattern}"),
            Action::Recompute => write!(f, "recompute {pattern}"),
            Action::Quantize(encoding) => write!(f, "quantize {pattern}({})", encoding.name()),
            Action::Lora(args) => write!(f, "lora {pattern}({})", joined(args)),
            Action::Rename(name) => write!(f, "rename {pattern} => {name}"),
            Action::Replace(call) => write!(f, "replace {pattern} with {call}"),
        }
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(PatternStep::to_string).collect();
        f.write_str(&steps.join("."))
    }
}

impl fmt::Display for PatternStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternStep::Deep => f.write_str("**"),
            PatternStep::Any => f.write_str("*"),
            PatternStep::Named { names, copies } => {
                match names.as_slice() {
                    [only] => write!(f, "{only}")?,
                    names => write!(f, "{{{}}}", joined(names))?,
                }
                copies.map_or(Ok(()), |copies| write!(f, "[{copies}]"))
            }
        }
    }
}

impl fmt::Display for Copies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |bound: &Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
        match self {
            Copies::All => f.write_str("*"),
            Copies::One(only) => write!(f, "{only}"),
            Copies::Range(start, end) => write!(f, "{}:{}", bound(start), bound(end)),
        }
    }
}
