//! From a program and numbers to an [`Instance`].

use std::sync::Arc;

use super::budget::Budget;
use super::error::{InstanceError, at, too_many_parts, unknown_callee, unknown_head, unknown_model};
use super::evaluate::{EvaluateError, evaluate, evaluate_condition, evaluate_size};
use super::mark;
use super::params::{conform, resolve_params};
use super::path::join;
use super::{
    Instance, InstanceBlock, InstanceLeaf, InstanceNode, InstancePart, InstanceWeight, Scalar, Values,
};
use crate::program::{Callee, CheckedBlock, CheckedHead, CheckedLet, CheckedModel, CheckedPart, Program};
use crate::spec::{DimItem, Expr, Leaf, LeafWeight, Let, Param, Path, Require, SegmentIndex, Tie};

/// Evaluates a model, perhaps with a head, with the params in `given` and the defaults of the others.
pub fn instantiate(
    program: &Program,
    model: &str,
    head: Option<&str>,
    given: &Values,
) -> Result<Instance, InstanceError> {
    let checked = program
        .model(model)
        .ok_or_else(|| unknown_model(program, model))?;
    let head = match head {
        None => None,
        Some(name) => Some(checked.head(name).ok_or_else(|| unknown_head(checked, name))?),
    };
    let base = Base::new(program, checked, given)?;
    base.with(head)
}

/// Evaluates a model once with each of its heads, and alone where it has none.
pub fn instantiate_heads(
    program: &Program,
    model: &CheckedModel,
    given: &Values,
) -> Result<Vec<Instance>, InstanceError> {
    let base = Base::new(program, model, given)?;
    match model.heads.as_slice() {
        [] => Ok(vec![base.with(None)?]),
        heads => heads.iter().map(|head| base.with(Some(head))).collect(),
    }
}

/// A model's own parts, which its heads share.
struct Base<'a> {
    evaluator: Evaluator<'a>,
    model: &'a CheckedModel,
    values: Values,
    root: InstanceBlock,
}

impl<'a> Base<'a> {
    fn new(program: &'a Program, model: &'a CheckedModel, given: &Values) -> Result<Base<'a>, InstanceError> {
        let values = resolve_params(program, model, given)?;
        let evaluator = Evaluator {
            program,
            budget: Budget::default(),
        };
        let root = evaluator.body(&model.body, values.clone(), "", None)?;
        Ok(Base {
            evaluator,
            model,
            values,
            root,
        })
    }

    fn with(&self, head: Option<&CheckedHead>) -> Result<Instance, InstanceError> {
        let head = match head {
            None => None,
            Some(head) => {
                let name = head.body.name.as_str();
                let evaluator = self.evaluator.clone();
                let block = evaluator.body(&head.body, self.root.values.clone(), name, Some(&self.root))?;
                Some((name.to_string(), block))
            }
        };
        let mut instance = Instance {
            model: self.model.body.name.clone(),
            values: self.values.clone(),
            root: self.root.clone(),
            head,
        };
        mark::mark(&mut instance, &self.model.transforms);
        Ok(instance)
    }
}

#[derive(Clone)]
struct Evaluator<'a> {
    program: &'a Program,
    budget: Budget,
}

impl Evaluator<'_> {
    /// Evaluates a body whose params are in `values`. `base` holds a head's base, whose tensors its ties may name.
    fn body(
        &self,
        block: &CheckedBlock,
        mut values: Values,
        path: &str,
        base: Option<&InstanceBlock>,
    ) -> Result<InstanceBlock, InstanceError> {
        for CheckedLet { name, value, .. } in &block.lets {
            let value = evaluate(value, &values).map_err(|error| at(error, path))?;
            values.insert(name.clone(), value);
        }
        require(&block.requires, &values, path)?;
        let mut parts = Vec::with_capacity(block.parts.len());
        for part in &block.parts {
            let node = self.part(part, &values, &join(path, &part.name))?;
            parts.push(InstancePart {
                name: part.name.clone(),
                node,
            });
        }
        let mut body = InstanceBlock {
            block: block.name.clone(),
            values,
            parts,
            recompute: false,
        };
        for tie in &block.ties {
            self.tie(tie, &mut body, path, base.is_some())?;
        }
        Ok(body)
    }

    fn part(&self, part: &CheckedPart, values: &Values, path: &str) -> Result<InstanceNode, InstanceError> {
        if let Some(condition) = &part.condition
            && !evaluate_condition(condition, values).map_err(|error| at(error, path))?
        {
            return Ok(InstanceNode::Absent);
        }
        let Some(count) = &part.count else {
            return self.callee(part, values, path);
        };
        let place = count.place;
        let count = evaluate_size(count, values).map_err(|error| at(error, path))?;
        self.budget
            .allows(count)
            .ok_or_else(|| too_many_parts(path, place))?;
        let before = self.budget.used();
        let mut values = values.clone();
        let mut copies: Vec<Arc<InstanceNode>> = Vec::new();
        for index in 0..count {
            if index == 1
                && let Some(first) = copies.first()
                && is_alike(part, first)
            {
                let parts = self.budget.used() - before;
                self.budget
                    .parts(parts.saturating_mul(count - 1))
                    .ok_or_else(|| too_many_parts(path, place))?;
                return Ok(InstanceNode::Repeat(vec![Arc::clone(first); count]));
            }
            if let Some(name) = &part.index {
                values.insert(name.clone(), Scalar::Int(index as i64));
            }
            let copy = self.callee(part, &values, &join(path, &index.to_string()))?;
            copies.push(Arc::new(copy));
        }
        Ok(InstanceNode::Repeat(copies))
    }

    fn callee(&self, part: &CheckedPart, values: &Values, path: &str) -> Result<InstanceNode, InstanceError> {
        self.budget
            .parts(1)
            .ok_or_else(|| too_many_parts(path, part.place))?;
        match &part.callee {
            Callee::Leaf(name) => {
                let leaf = self
                    .program
                    .leaf(name)
                    .ok_or_else(|| unknown_callee(name, path))?;
                let args = self.arguments(&leaf.params, part, values, path)?;
                self.leaf(leaf, args, path).map(InstanceNode::Leaf)
            }
            Callee::Block(name) => {
                let block = self
                    .program
                    .block(name)
                    .ok_or_else(|| unknown_callee(name, path))?;
                let args = self.arguments(&block.params, part, values, path)?;
                self.body(block, args, path, None).map(InstanceNode::Block)
            }
        }
    }

    fn arguments(
        &self,
        params: &[Param],
        part: &CheckedPart,
        values: &Values,
        path: &str,
    ) -> Result<Values, InstanceError> {
        let mut args = Values::new();
        for (param, (name, expr)) in params.iter().zip(&part.args) {
            let value = evaluate(expr, values).map_err(|error| at(error, path))?;
            args.insert(name.clone(), conform(self.program, param, value, path)?);
        }
        Ok(args)
    }

    fn leaf(&self, leaf: &Leaf, mut values: Values, path: &str) -> Result<InstanceLeaf, InstanceError> {
        for Let { name, value } in &leaf.lets {
            let value = evaluate(value, &values).map_err(|error| at(error, path))?;
            values.insert(name.text.clone(), value);
        }
        require(&leaf.requires, &values, path)?;
        let mut weights = Vec::with_capacity(leaf.weights.len());
        for weight in &leaf.weights {
            if let Some(condition) = &weight.condition
                && !evaluate_condition(condition, &values).map_err(|error| at(error, path))?
            {
                continue;
            }
            let shape = weight_shape(weight, &values).map_err(|error| at(error, path))?;
            weights.push(InstanceWeight {
                name: weight.name.text.clone(),
                shape,
                tied: None,
                frozen: false,
                encoding: None,
            });
        }
        Ok(InstanceLeaf {
            leaf: leaf.name.text.clone(),
            values,
            weights,
        })
    }

    /// Marks the tied tensor. The owner's path starts at the body's own path, unless a head names a part of its base.
    fn tie(
        &self,
        tie: &Tie,
        body: &mut InstanceBlock,
        path: &str,
        is_head: bool,
    ) -> Result<(), InstanceError> {
        if let Some(condition) = &tie.condition
            && !evaluate_condition(condition, &body.values).map_err(|error| at(error, path))?
        {
            return Ok(());
        }
        let own = body
            .parts
            .iter()
            .any(|part| Some(part.name.as_str()) == first(&tie.owner));
        let owner = path_text(&tie.owner, &body.values)?;
        let owner = if is_head && !own {
            owner
        } else {
            join(path, &owner)
        };
        if let Some(weight) = body.weight_mut(&tie.tied) {
            weight.tied = Some(owner);
        }
        Ok(())
    }
}

impl InstanceBlock {
    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&InstanceNode> {
        self.parts
            .iter()
            .find(|part| part.name == name)
            .map(|part| &part.node)
    }

    fn weight_mut(&mut self, path: &Path) -> Option<&mut InstanceWeight> {
        let [part, tensor] = path.segments.as_slice() else {
            return None;
        };
        let part = self
            .parts
            .iter_mut()
            .find(|candidate| candidate.name == part.name.as_str())?;
        match &mut part.node {
            InstanceNode::Leaf(leaf) => leaf
                .weights
                .iter_mut()
                .find(|weight| weight.name == tensor.name.as_str()),
            _ => None,
        }
    }
}

/// Whether all copies of a part are what the first is: no argument has the copy's number, and no tie names a path in it.
fn is_alike(part: &CheckedPart, first: &InstanceNode) -> bool {
    let mut is_numbered = false;
    for (_, expr) in &part.args {
        expr.visit_names(&mut |name| is_numbered |= part.index.as_deref() == Some(name.as_str()));
    }
    !is_numbered && !has_ties(first)
}

fn has_ties(node: &InstanceNode) -> bool {
    match node {
        InstanceNode::Absent => false,
        InstanceNode::Leaf(leaf) => leaf.weights.iter().any(|weight| weight.tied.is_some()),
        InstanceNode::Block(block) => block.parts.iter().any(|part| has_ties(&part.node)),
        InstanceNode::Repeat(copies) => copies.iter().any(|copy| has_ties(copy)),
    }
}

fn weight_shape(weight: &LeafWeight, values: &Values) -> Result<Vec<usize>, EvaluateError> {
    weight
        .ty
        .dims
        .iter()
        .filter_map(|item| match item {
            DimItem::Rest => None,
            DimItem::Dim(expr) => Some(evaluate_size(expr, values)),
        })
        .collect()
}

fn require(requires: &[Require], values: &Values, path: &str) -> Result<(), InstanceError> {
    for require in requires {
        if evaluate_condition(&require.condition, values).map_err(|error| at(error, path))? {
            continue;
        }
        let condition = &require.condition;
        let message = match &require.message {
            Some(message) => format!("`{condition}` does not hold: {message}"),
            None => format!("`{condition}` does not hold"),
        };
        let help = format!("here {}", named_values(&require.condition, values).join(", "));
        return Err(InstanceError {
            message,
            help,
            part: path.to_string(),
            place: require.condition.place,
        });
    }
    Ok(())
}

/// `dim = 770`, for every name that an expression mentions.
fn named_values(expr: &Expr, values: &Values) -> Vec<String> {
    let mut names = Vec::new();
    expr.visit_names(&mut |name| {
        if let Some(value) = values.get(name.as_str()) {
            let text = format!("{name} = {value}");
            if !names.contains(&text) {
                names.push(text);
            }
        }
    });
    names
}

fn path_text(path: &Path, values: &Values) -> Result<String, InstanceError> {
    let mut text = String::new();
    for segment in &path.segments {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(segment.name.as_str());
        match &segment.index {
            None => {}
            Some(SegmentIndex::Name(name)) => {
                let index = values
                    .get(name.as_str())
                    .map(Scalar::to_string)
                    .unwrap_or_default();
                text.push_str(&format!(".{index}"));
            }
            Some(SegmentIndex::Expr(expr)) => {
                let index = evaluate_size(expr, values).map_err(|error| at(error, ""))?;
                text.push_str(&format!(".{index}"));
            }
        }
    }
    Ok(text)
}

fn first(path: &Path) -> Option<&str> {
    path.segments.first().map(|segment| segment.name.as_str())
}
