//! Every tensor of a model and its heads, by path, before any number is known.

use indexmap::IndexMap;

use super::Checker;
use super::scope::{PartScope, Scope};
use super::specialise::Declaration;
use super::statics::{Facts, Formula, Names};
use crate::dim::Dimension;
use crate::place::Place;
use crate::spec::Tie;

/// The most parts that are listed; blocks within blocks double quickly.
pub(super) const PART_LIMIT: usize = 1 << 16;

/// What stands at a path.
#[derive(Debug)]
pub(super) enum Node {
    /// Parts by name, each with whether it is repeated, and the names that are reported in the body.
    Block(IndexMap<String, (Node, bool)>, Names),
    /// Tensors, as indices into [`Tensors::all`].
    Leaf(Vec<usize>),
    /// What a mistake that is already reported hides.
    Hidden,
}

/// One tensor; one of each copy of a repeated part.
#[derive(Debug)]
pub(super) struct Tensor {
    /// The path of its leaf, `h[i].attn.q`.
    pub(super) leaf: String,
    pub(super) name: String,
    /// The part in the user's source that it comes from.
    pub(super) place: Place,
    /// Where each segment of the path of its leaf is declared, as far as the user's source goes.
    pub(super) chain: Vec<Place>,
    /// Whether it never has storage of its own.
    pub(super) tied: bool,
    pub(super) condition: Formula,
    /// Nothing when a mistake in it is already reported.
    pub(super) shape: Option<Vec<Dimension>>,
}

/// The tensors of a model and its heads.
#[derive(Debug)]
pub(super) struct Tensors {
    pub(super) all: Vec<Tensor>,
    /// The model's parts, and each head under its name.
    pub(super) root: Node,
    /// What is known about the dimensions in the shapes.
    pub(super) facts: Facts,
}

impl Tensors {
    /// The shortest path that leads to a tensor, and to none beside it of which something does not hold; and where its
    /// last segment is declared.
    pub(super) fn widest(&self, index: usize, holds: impl Fn(usize) -> bool) -> (String, Place) {
        let tensor = &self.all[index];
        let ends = tensor.leaf.match_indices('.').map(|(end, _)| end);
        let paths = ends
            .chain([tensor.leaf.len()])
            .map(|end| &tensor.leaf[..end])
            .zip(&tensor.chain);
        let below = |path: &str, other: &Tensor| {
            let rest = other.leaf.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let whole = paths.clone().find(|(path, _)| {
            let mut all = self.all.iter().enumerate();
            all.all(|(other, tensor)| !below(path, tensor) || holds(other))
        });
        match whole {
            Some((path, place)) => (path.to_owned(), *place),
            None => (format!("{}.{}", tensor.leaf, tensor.name), tensor.place),
        }
    }
}

/// A body whose tensors are listed.
pub(super) struct Listed<'s, 'a> {
    pub(super) scope: &'s Scope<'a>,
    pub(super) ties: &'s [Tie],
    /// Where a head's name stands.
    pub(super) head: Option<Place>,
}

/// Where a listing stands.
#[derive(Clone)]
struct Position {
    path: String,
    place: Place,
    chain: Vec<Place>,
    condition: Formula,
    facts: Facts,
}

impl<'a> Checker<'a> {
    /// Lists the tensors of a base and of heads by name.
    pub(super) fn list_tensors(
        &mut self,
        base: &Listed<'_, 'a>,
        heads: &[(String, Listed<'_, 'a>)],
    ) -> Tensors {
        let mut all = Vec::new();
        let mut parts = self.list_body("", base, &mut all);
        let mut facts = base.scope.facts.clone();
        for (name, head) in heads {
            if parts.contains_key(name) {
                continue;
            }
            let inner = self.list_body(&format!("{name}."), head, &mut all);
            let names = head.scope.names.emptied();
            parts.insert(name.clone(), (Node::Block(inner, names), false));
            facts.keep_rewrites_of(head.scope.facts.clone());
        }
        Tensors {
            all,
            root: Node::Block(parts, base.scope.names.emptied()),
            facts,
        }
    }

    fn list_body(
        &mut self,
        prefix: &str,
        body: &Listed<'_, 'a>,
        all: &mut Vec<Tensor>,
    ) -> IndexMap<String, (Node, bool)> {
        let mut nodes = IndexMap::new();
        for (name, part) in &body.scope.parts {
            let Some(part) = part else {
                nodes.insert(name.clone(), (Node::Hidden, false));
                continue;
            };
            let position = Position {
                path: format!("{prefix}{name}"),
                place: part.place,
                chain: body.head.into_iter().collect(),
                condition: Formula::Known(true),
                facts: body.scope.facts.clone(),
            };
            let node = self.list_part(part, &position, body.ties, name, all);
            nodes.insert(name.clone(), (node, part.repeated));
        }
        nodes
    }

    fn list_part(
        &mut self,
        part: &PartScope<'a>,
        outer: &Position,
        ties: &[Tie],
        name: &str,
        all: &mut Vec<Tensor>,
    ) -> Node {
        self.listed += 1;
        if self.listed > PART_LIMIT {
            return Node::Hidden;
        }
        let mut position = outer.clone();
        if part.repeated {
            position.path.push_str("[i]");
        }
        if !part.place.is_nowhere() {
            position.place = part.place;
        }
        position.chain.push(position.place);
        if let Some(condition) = &part.condition {
            let Some(formula) = condition.formula.clone() else {
                return Node::Hidden;
            };
            position.facts.assume(&formula);
            position.condition = Formula::all([position.condition, formula]);
        }
        match &part.callee {
            Declaration::Leaf(_) => self.list_leaf(part, position, ties, name, all),
            Declaration::Block(block) if block.body.incomplete => Node::Hidden,
            Declaration::Block(block) => {
                let mut nodes = IndexMap::new();
                for inner in &block.body.parts {
                    let inner_name = inner.name.text.clone();
                    // A second part of one name is reported where it is declared.
                    if nodes.contains_key(&inner_name) {
                        continue;
                    }
                    let Some(entered) = self.enter(&part.names, inner, &mut position.facts) else {
                        nodes.insert(inner_name, (Node::Hidden, false));
                        continue;
                    };
                    let inner_position = Position {
                        path: format!("{}.{inner_name}", position.path),
                        ..position.clone()
                    };
                    let node = self.list_part(&entered, &inner_position, &block.body.ties, &inner_name, all);
                    nodes.insert(inner_name, (node, entered.repeated));
                }
                Node::Block(nodes, self.reported_in(block.name.as_str()))
            }
        }
    }

    fn list_leaf(
        &mut self,
        part: &PartScope<'a>,
        mut position: Position,
        ties: &[Tie],
        name: &str,
        all: &mut Vec<Tensor>,
    ) -> Node {
        let mut indices = Vec::new();
        for weight in part.callee.weights() {
            let own = weight.condition.as_ref().and_then(|condition| {
                self.silently(&part.names, &mut position.facts, |evaluator| {
                    evaluator.condition(condition)
                })
            });
            let condition = Formula::all([position.condition.clone(), own.unwrap_or(Formula::Known(true))]);
            if condition == Formula::Known(false) {
                continue;
            }
            let tied = ties.iter().any(|tie| {
                let segments: Vec<&str> = tie
                    .tied
                    .segments
                    .iter()
                    .map(|segment| segment.name.as_str())
                    .collect();
                tie.condition.is_none() && segments == [name, weight.name.as_str()]
            });
            indices.push(all.len());
            all.push(Tensor {
                leaf: position.path.clone(),
                name: weight.name.text.clone(),
                place: position.place,
                chain: position.chain.clone(),
                tied,
                condition,
                shape: self.weight_shape(&part.names, &mut position.facts, weight),
            });
        }
        Node::Leaf(indices)
    }
}
