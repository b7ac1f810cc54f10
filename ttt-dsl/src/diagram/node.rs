//! The boxes: what is written on them, and how large they are.

use super::category::category;
use super::graph::{Argument, Graph, Node, NodeKind, Port, Tensor};
use super::line::{Line, Lines};
use super::shape::{bracketed, declared_sizes};
use super::width::{SMALL, TITLE, short, width};
use crate::instance::{InstanceError, InstanceLeaf, Scalar, Values};
use crate::place::Place;
use crate::program::{CheckedPart, Program};
use crate::spec::ElementType;

/// The height of a part, folded.
const PART: f64 = 46.0;
/// The height of a box with one line, and what a second adds.
const PILL: f64 = 26.0;
const SECOND: f64 = 15.0;
/// The width and height of the circle of an arithmetic operation.
const CIRCLE: f64 = 28.0;
/// The space to the left and right of a text.
const PADDING: f64 = 12.0;
/// The space that the sign for folding takes.
const SIGN: f64 = 16.0;

/// The program lacks what the instance has.
pub(super) fn lacks(name: &str) -> InstanceError {
    InstanceError {
        message: format!("the program and the instance disagree about `{name}`"),
        help: "make both from the same schema".into(),
        part: String::new(),
        place: Place::NOWHERE,
    }
}

impl Node {
    /// A box with one or two lines of text.
    pub(super) fn pill(
        id: String,
        kind: NodeKind,
        title: &str,
        subtitle: String,
        outputs: Vec<Port>,
    ) -> Node {
        let category = match kind {
            NodeKind::Input | NodeKind::Output => "outside",
            NodeKind::Weight => "linear",
            _ => category(title),
        };
        let second = if subtitle.is_empty() { 0.0 } else { SECOND };
        let text = width(title, SMALL).max(width(&subtitle, SMALL));
        Node {
            id,
            kind,
            part: None,
            title: title.to_string(),
            subtitle,
            category,
            repeat: None,
            parameters: 0,
            docs: Vec::new(),
            arguments: Vec::new(),
            tensors: Vec::new(),
            outputs,
            lines: Vec::new(),
            mark: String::new(),
            inner: None,
            size: (text + 2.0 * PADDING, PILL + second),
        }
    }

    /// A circle with the sign of an arithmetic operation.
    pub(super) fn circle(id: String, sign: &str, outputs: Vec<Port>) -> Node {
        Node {
            size: (CIRCLE, CIRCLE),
            ..Node::pill(id, NodeKind::Arithmetic, sign, String::new(), outputs)
        }
    }

    /// A part, with a body or without.
    pub(super) fn part(id: String, title: String, subtitle: String, inner: Option<Graph>) -> Node {
        let kind = match inner {
            Some(_) => NodeKind::Block,
            None => NodeKind::Leaf,
        };
        Node {
            inner,
            category: if kind == NodeKind::Block { "block" } else { "other" },
            ..Node::pill(id, kind, &title, subtitle, Vec::new())
        }
    }

    /// Finds the size, when everything is known that is written on a part.
    pub(super) fn sized(mut self) -> Node {
        let mut first = width(&self.title, TITLE);
        if let Some(copies) = self.repeat {
            first += width(&format!(" ×{copies}"), TITLE);
        }
        if self.parameters > 0 {
            first += width(&short(self.parameters), SMALL) + 2.0 * PADDING;
        }
        if self.inner.is_some() {
            first += SIGN;
        }
        self.mark = self.lines.first().map(mark).unwrap_or_default();
        let second = width(&self.subtitle, SMALL) + width(&self.mark, SMALL) + PADDING;
        let text = first.max(second);
        self.size = (text + 2.0 * PADDING + 4.0, PART);
        self
    }
}

/// `Linear [3072, 768]`; `Dropout 0.1` for a leaf without tensors.
pub(super) fn leaf_subtitle(leaf: &InstanceLeaf) -> String {
    let first = leaf.weights.first().map(|weight| sizes(&weight.shape));
    let argument = || leaf.values.values().next().map(Scalar::to_string);
    match first.or_else(argument) {
        Some(detail) => format!("{} {detail}", leaf.leaf),
        None => leaf.leaf.clone(),
    }
}

/// The tensors of a leaf.
pub(super) fn tensors(program: &Program, leaf: &InstanceLeaf) -> Vec<Tensor> {
    let declared = program.leaf(&leaf.leaf);
    let tensor = |weight: &crate::instance::InstanceWeight| {
        let declared = declared.and_then(|leaf| {
            let mut weights = leaf.weights.iter();
            weights.find(|declared| declared.name.as_str() == weight.name)
        });
        let nothing = Values::new();
        let symbolic = declared.map(|declared| declared_sizes(&declared.ty, &nothing));
        Tensor {
            name: weight.name.clone(),
            shape: bracketed(ElementType::Float, &symbolic.unwrap_or_default()),
            sizes: sizes(&weight.shape),
            tied: weight.tied.clone(),
            stored: None,
        }
    };
    leaf.weights.iter().map(tensor).collect()
}

/// What a part was called with.
pub(super) fn arguments(part: &CheckedPart, values: &Values) -> Vec<Argument> {
    let argument = |(name, expr): &(String, crate::spec::Expr)| Argument {
        name: name.clone(),
        written: expr.to_string(),
        value: values.get(name).map(Scalar::to_string).unwrap_or_default(),
    };
    part.args.iter().map(argument).collect()
}

/// The lines of a part: its own, and that of what it calls.
pub(super) fn lines(lines: &Lines, body: &str, part: &CheckedPart, callee: &str) -> Vec<Line> {
    let own = lines.part(body, &part.name, part.place);
    own.into_iter()
        .chain(lines.declaration(callee))
        .cloned()
        .collect()
}

/// `:14`; `std:3` for a line of the standard library.
fn mark(line: &Line) -> String {
    let file = if line.file.starts_with("std/") { "std" } else { "" };
    format!("{file}:{}", line.line)
}

fn sizes(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    bracketed(ElementType::Float, &sizes)
}
