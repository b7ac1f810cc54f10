//! Nodes and edges, one graph per body.

use serde::Serialize;

use super::Line;

/// What flows where in one body.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Graph {
    /// Inputs, parts, operations, outputs.
    pub nodes: Vec<Node>,
    /// Values on their way.
    pub edges: Vec<Edge>,
    /// The nodes by their indices, from the top down, and from left to right.
    pub rows: Vec<Vec<usize>>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// What the body is given.
    Input,
    /// What the body gives.
    Output,
    /// A call of a leaf.
    Leaf,
    /// A call of a block; `inner` is its body.
    Block,
    /// The head of the view; `inner` is its body.
    Head,
    /// A function.
    Operation,
    /// Arithmetic of two tensors, drawn as a small circle.
    Arithmetic,
    /// A tensor used by its name.
    Weight,
}

/// A box of the picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// Unique in its view: the part's path, `#2` for a second call; for operations the body's path and the function.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// The path of the part, for parts: `h.0.attn.q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// What is written on it.
    pub title: String,
    /// The leaf or block; what is written under or behind the title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// What its colour stands for.
    pub category: &'static str,
    /// How many copies it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<usize>,
    /// How many numbers are stored in all copies; tied tensors count where they are stored.
    pub parameters: usize,
    /// Documentation of the part, and of what it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub docs: Vec<String>,
    /// What it was called with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Argument>,
    /// Its own tensors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tensors: Vec<Tensor>,
    /// The values that it makes.
    pub outputs: Vec<Port>,
    /// Where it is written: the part in its body, then what it calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
    /// The number of its first line, short: `:14`, `std:3`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mark: String,
    /// Its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner: Option<Graph>,
    /// The least width and the height, folded, in pixels.
    pub size: (f64, f64),
}

/// A static argument.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Argument {
    /// The callee's param.
    pub name: String,
    /// Its value as it was written or filled in.
    pub written: String,
    /// Its value, when it is known before a call.
    pub value: String,
}

/// A tensor of a leaf.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tensor {
    /// Its name: `weight`.
    pub name: String,
    /// Its shape over the names of the leaf's params: `[out_dim, in_dim]`.
    pub shape: String,
    /// Its sizes: `[3072, 768]`.
    pub sizes: String,
    /// The tensor that it reads instead of storage of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tied: Option<String>,
    /// What a checkpoint has for it: `F16 from wte.weight`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
}

/// A value that a node makes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Port {
    /// Its name, where the node makes several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its symbolic shape: `[B, T, dim]`.
    pub shape: String,
    /// The shape with numbers where they are known: `[B, T, 768]`.
    pub sizes: String,
    /// The width of its label in pixels.
    pub width: f64,
}

/// A value on its way from one node to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edge {
    /// The index of the node that makes it.
    pub from: usize,
    /// Which of its outputs.
    pub output: usize,
    /// The index of the node that reads it.
    pub to: usize,
    /// Which of its inputs.
    pub input: usize,
    /// On which side it passes the rows between, if there are any.
    pub side: Side,
}

/// Where an edge runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// From one row to the next.
    Straight,
    /// To the left of the rows between.
    Left,
    /// To the right of them.
    Right,
}

impl Graph {
    /// How many inputs of a node are fed.
    pub fn inputs_of(&self, node: usize) -> usize {
        self.edges.iter().filter(|edge| edge.to == node).count()
    }

    /// Calls `visit` with every node, of inner graphs too, the outer first.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        for node in &self.nodes {
            visit(node);
            if let Some(inner) = &node.inner {
                inner.visit(visit);
            }
        }
    }
}
