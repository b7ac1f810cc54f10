//! What a checkpoint holds, noted at the tensors of a diagram.

use super::{Diagram, Graph};
use crate::instance::path::join;

impl Diagram {
    /// Notes at every tensor what a checkpoint has for it, by the tensor's path: `F16 from wte.weight`, `fresh`. Of copies
    /// that are alike, the first speaks for all.
    pub fn note_stored(&mut self, stored: &dyn Fn(&str) -> Option<String>) {
        self.views
            .iter_mut()
            .for_each(|view| note(&mut view.graph, stored));
    }
}

fn note(graph: &mut Graph, stored: &dyn Fn(&str) -> Option<String>) {
    for node in &mut graph.nodes {
        let part = node.part.as_deref().map(first_copy).unwrap_or_default();
        for tensor in &mut node.tensors {
            tensor.stored = stored(&join(&part, &tensor.name));
        }
        if let Some(inner) = &mut node.inner {
            note(inner, stored);
        }
    }
}

/// `h.0.attn` for `h[i].attn`, `h.4.attn` for `h[4..8].attn`.
fn first_copy(part: &str) -> String {
    let mut path = String::new();
    for piece in part.split('[') {
        match piece.split_once(']') {
            None => path.push_str(piece),
            Some((index, rest)) => {
                let first = index.split("..").next().unwrap_or_default();
                path.push_str(&format!(".{}{rest}", if first == "i" { "0" } else { first }));
            }
        }
    }
    path
}
