//! Paths of the parts that run.

use std::fmt;

/// The path of a part, put together only where something tells it: an error.
#[derive(Clone, Copy, Debug)]
pub(super) enum PartPath<'p> {
    /// The model itself.
    Model,
    /// A part of what has this path.
    Part(&'p PartPath<'p>, &'p str),
    /// One copy of a repeated part.
    Copy(&'p PartPath<'p>, usize),
}

impl fmt::Display for PartPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartPath::Model => Ok(()),
            PartPath::Part(PartPath::Model, name) => f.write_str(name),
            PartPath::Part(parent, name) => write!(f, "{parent}.{name}"),
            PartPath::Copy(parent, index) => write!(f, "{parent}.{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_those_of_tensors_do() {
        let layers = PartPath::Part(&PartPath::Model, "h");
        let layer = PartPath::Copy(&layers, 3);
        assert_eq!(PartPath::Part(&layer, "attn").to_string(), "h.3.attn");
        assert_eq!(PartPath::Model.to_string(), "");
    }
}
