//! Which leaves' numbers are rotated, derived from the typed forward.
//!
//! Where a source pairs rotary dimensions otherwise, the rows of every linear map that feeds `rotate` are reordered
//! within each head, and so are the weights of a norm between the two.

use std::collections::HashMap;

use ttt_dsl::instance::path::join;
use ttt_dsl::instance::{
    Instance, InstanceBlock, InstanceLeaf, InstanceNode, evaluate_condition, evaluate_int,
};
use ttt_dsl::program::{Branch, CheckedBlock, CheckedForward, Program, Rearrangement, Value, ValueKind};

use super::slot::LINEAR;

use crate::error::{Error, Problem, codes};

/// The rows that are rotated as one, by the path of a leaf: `layer.0.attn.q` → the head's width.
pub(crate) type RotatedLeaves = HashMap<String, usize>;

/// Every leaf whose output is rotated.
pub(crate) fn rotated_leaves(program: &Program, instance: &Instance) -> Result<RotatedLeaves, Error> {
    let mut search = Search {
        program,
        found: RotatedLeaves::new(),
        problems: Vec::new(),
    };
    if let Some(model) = program.model(&instance.model) {
        search.block(&model.body, &instance.root, "");
        if let Some((name, block)) = &instance.head
            && let Some(head) = model.head(name)
        {
            search.block(&head.body, block, name);
        }
    }
    Error::unless_empty(search.problems, search.found)
}

struct Search<'a> {
    program: &'a Program,
    found: RotatedLeaves,
    problems: Vec<Problem>,
}

impl Search<'_> {
    fn block(&mut self, block: &CheckedBlock, instance: &InstanceBlock, path: &str) {
        if let Some(forward) = &block.forward {
            let trace = Trace {
                block,
                instance,
                path,
                bindings: bindings(forward),
            };
            trace.search(self);
        }
        for part in &instance.parts {
            let path = join(path, &part.name);
            self.node(&part.node, &path);
        }
    }

    fn node(&mut self, node: &InstanceNode, path: &str) {
        match node {
            InstanceNode::Absent | InstanceNode::Leaf(_) => {}
            InstanceNode::Block(instance) => {
                if let Some(block) = self.program.block(&instance.block) {
                    self.block(block, instance, path);
                }
            }
            InstanceNode::Repeat(copies) => {
                for (index, copy) in copies.iter().enumerate() {
                    self.node(copy, &join(path, &index.to_string()));
                }
            }
        }
    }
}

/// The values bound to a name and the statements that bind them, in order; a later one may read an earlier one.
type Bindings<'a> = HashMap<&'a str, Vec<(usize, &'a Value)>>;

/// The forward of one block, followed backwards from `rotate`.
struct Trace<'a> {
    block: &'a CheckedBlock,
    instance: &'a InstanceBlock,
    path: &'a str,
    bindings: Bindings<'a>,
}

impl Trace<'_> {
    fn search(&self, search: &mut Search<'_>) {
        let Some(forward) = &self.block.forward else {
            return;
        };
        let mut rotated = Vec::new();
        let values = forward.statements.iter().map(|statement| &statement.value);
        for (statement, value) in values.chain(&forward.results).enumerate() {
            visit(value, &mut |value| {
                if let ValueKind::Function { name, inputs, .. } = &value.kind
                    && name == "rotate"
                {
                    rotated.extend(inputs.first().map(|input| (statement, input)));
                }
            });
        }
        for (statement, value) in rotated {
            self.follow(value, None, statement, search);
        }
    }

    /// The binding that a local of this statement reads.
    fn binding(&self, name: &str, statement: usize) -> Option<(usize, &Value)> {
        let bound = self.bindings.get(name)?;
        bound.iter().rfind(|(bound, _)| *bound < statement).copied()
    }

    /// Goes from a value of a statement to what it comes from. `width` is that of a head, once a `rearrange` has
    /// shown it.
    fn follow(&self, value: &Value, width: Option<usize>, statement: usize, search: &mut Search<'_>) {
        match &value.kind {
            ValueKind::Local { name, .. } => match self.binding(name, statement) {
                Some((bound, value)) => self.follow(value, width, bound, search),
                None => self.fail("an input of the block is rotated", search),
            },
            ValueKind::Rearrange { base, rearrangement } => {
                let width = width.or_else(|| self.head_width(base, rearrangement, statement));
                self.follow(base, width, statement, search);
            }
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => {
                let holds = evaluate_condition(condition, &self.instance.values);
                let branch = match (holds, otherwise) {
                    (Ok(true), _) => Some(then),
                    (Ok(false), otherwise) => otherwise.as_ref(),
                    (Err(_), _) => None,
                };
                if let Some(branch) = branch {
                    self.follow(&branch.result, width, statement, search);
                }
            }
            ValueKind::Part { part, args } => match self.instance.part(part) {
                Some(InstanceNode::Leaf(leaf)) => {
                    let width = self.leaf(part, leaf, width, search);
                    if leaf.leaf != LINEAR
                        && let Some(Some(base)) = args.first()
                    {
                        self.follow(base, width, statement, search);
                    }
                }
                _ => self.fail(&format!("`{part}`, which is rotated, is not a leaf"), search),
            },
            _ => self.fail("what is rotated is not the output of a linear map", search),
        }
    }

    /// Notes a leaf whose numbers are rotated, and gives the width of a head. The weights of a norm are as wide as what
    /// it normalises, which is one head unless a `rearrange` came between.
    fn leaf(
        &self,
        part: &str,
        leaf: &InstanceLeaf,
        width: Option<usize>,
        search: &mut Search<'_>,
    ) -> Option<usize> {
        let rows = *leaf.weights.first()?.shape.first()?;
        if leaf.leaf != LINEAR && leaf.weights.iter().any(|weight| weight.shape != [rows]) {
            self.fail(&format!("`{part}` is neither a linear map nor a norm"), search);
            return None;
        }
        let Some(width) = width.or((leaf.leaf != LINEAR).then_some(rows)) else {
            self.fail(&format!("no `rearrange` shows the heads of `{part}`"), search);
            return None;
        };
        if width == 0 || width % 2 != 0 || rows % width != 0 {
            self.fail(&format!("`{part}` does not divide into heads of {width}"), search);
            return None;
        }
        search.found.insert(join(self.path, part), width);
        Some(width)
    }

    /// The size of the last axis of the output, which is the last of those that the input's last dimension is made of.
    fn head_width(&self, base: &Value, rearrangement: &Rearrangement, statement: usize) -> Option<usize> {
        let [axis] = rearrangement.output.last()?.as_slice() else {
            return None;
        };
        let group = rearrangement.input.last()?;
        if group.last()? != axis {
            return None;
        }
        let given = |axis: &String| {
            let (_, expr) = rearrangement.sizes.iter().find(|(name, _)| name == axis)?;
            usize::try_from(evaluate_int(expr, &self.instance.values).ok()?).ok()
        };
        given(axis).or_else(|| {
            let others = group[..group.len() - 1].iter().map(given);
            let heads: usize = others.collect::<Option<Vec<_>>>()?.iter().product();
            let rows = self.output_width(base, statement)?;
            (heads > 0 && rows % heads == 0).then_some(rows / heads)
        })
    }

    /// The last dimension of the output of the leaf that a value comes from directly.
    fn output_width(&self, value: &Value, statement: usize) -> Option<usize> {
        match &value.kind {
            ValueKind::Part { part, .. } => match self.instance.part(part)? {
                InstanceNode::Leaf(leaf) => leaf.weights.first()?.shape.first().copied(),
                _ => None,
            },
            ValueKind::Local { name, .. } => {
                let (bound, value) = self.binding(name, statement)?;
                self.output_width(value, bound)
            }
            _ => None,
        }
    }

    fn fail(&self, what: &str, search: &mut Search<'_>) {
        let place = match self.path {
            "" => format!("in `{}`", self.block.name),
            path => format!("in `{}` at `{path}`", self.block.name),
        };
        search.problems.push(
            Problem::new(
                codes::ROTARY,
                format!("{what}, so the permutation for `rope: interleaved` cannot be derived"),
            )
            .found(place)
            .expected("rotate(rearrange(linear(x), …)), perhaps with a norm between")
            .help("write the forward this way, or convert the checkpoint to `rope: half` first"),
        );
    }
}

fn bindings(forward: &CheckedForward) -> Bindings<'_> {
    let mut bindings = Bindings::new();
    for (index, statement) in forward.statements.iter().enumerate() {
        let values: Vec<&Value> = match (&statement.value.kind, statement.tuple) {
            (ValueKind::Tuple(values), true) => values.iter().collect(),
            _ => vec![&statement.value; statement.names.len()],
        };
        for (name, value) in statement.names.iter().zip(values) {
            bindings.entry(name).or_default().push((index, value));
        }
    }
    bindings
}

/// Calls `each` with a value and every value in it.
fn visit<'a>(value: &'a Value, each: &mut dyn FnMut(&'a Value)) {
    each(value);
    match &value.kind {
        ValueKind::Local { .. } | ValueKind::Static(_) | ValueKind::Weight { .. } => {}
        ValueKind::Part { args, .. } => args.iter().flatten().for_each(|arg| visit(arg, each)),
        ValueKind::Function { inputs, .. } => inputs.iter().for_each(|input| visit(input, each)),
        ValueKind::Binary { lhs, rhs, .. } => {
            visit(lhs, each);
            visit(rhs, each);
        }
        ValueKind::Negate(base) => visit(base, each),
        ValueKind::Slice { base, .. } | ValueKind::Rearrange { base, .. } => visit(base, each),
        ValueKind::If { then, otherwise, .. } => {
            visit_branch(then, each);
            if let Some(otherwise) = otherwise {
                visit_branch(otherwise, each);
            }
        }
        ValueKind::Tuple(values) => values.iter().for_each(|value| visit(value, each)),
    }
}

fn visit_branch<'a>(branch: &'a Branch, each: &mut dyn FnMut(&'a Value)) {
    branch
        .statements
        .iter()
        .for_each(|statement| visit(&statement.value, each));
    visit(&branch.result, each);
}
