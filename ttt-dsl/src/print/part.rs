//! Parts, paths, ties, requires, losses.

use std::fmt;

use super::{condition, joined, quoted};
use crate::spec::{Loss, Part, PartCall, Path, Require, Segment, SegmentIndex, Tie};

/// What stands after a part's name and colon: `[|i| Block(dim); layers] if deep`.
pub(crate) fn part(part: &Part) -> String {
    let call = match (&part.count, &part.index) {
        (Some(count), Some(index)) => format!("[|{index}| {}; {count}]", part.call),
        (Some(count), None) => format!("[{}; {count}]", part.call),
        (None, _) => part.call.to_string(),
    };
    format!("{call}{}", condition(part.condition.as_ref()))
}

impl fmt::Display for PartCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.callee, joined(&self.args))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segments: Vec<String> = self.segments.iter().map(Segment::to_string).collect();
        f.write_str(&segments.join("."))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.index {
            None => write!(f, "{}", self.name),
            Some(SegmentIndex::Name(index)) => write!(f, "{}[{index}]", self.name),
            Some(SegmentIndex::Expr(index)) => write!(f, "{}[{index}]", self.name),
        }
    }
}

/// Without the word `tie`.
impl fmt::Display for Tie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} = {}{}",
            self.tied,
            self.owner,
            condition(self.condition.as_ref())
        )
    }
}

/// Without the word `require`.
impl fmt::Display for Require {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.condition)?;
        match &self.message {
            Some(message) => write!(f, ", {}", quoted(message)),
            None => Ok(()),
        }
    }
}

/// Without the word `loss`.
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.args.is_empty() {
            true => write!(f, "{}", self.name),
            false => write!(f, "{}({})", self.name, joined(&self.args)),
        }
    }
}
