//! The walk through one `forward`.

use std::fmt::Display;

use smallvec::SmallVec;
use ttt_dsl::instance::{EvaluateError, Scalar, evaluate, evaluate_condition, evaluate_int, evaluate_size};

use super::arithmetic;
use super::binding::{Arguments, bind, describe};
use super::block::{DynBlock, DynPart};
use super::error::RunError;
use super::forward::{
    Branch, FunctionNode, IfNode, Item, Node, Number, RearrangeNode, ScalarNode, Statement, Statics,
};
use super::function::FunctionCall;
use super::model::DynModel;
use super::path::PartPath;
use super::scope::Scope;
use crate::context::Context;
use crate::op::{Axes, Slice, slice_any};
use crate::tensor::AnyTensor;

/// What all frames of one run share.
pub(super) struct Run<'r> {
    pub model: &'r DynModel,
    pub cx: &'r mut Context,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// A tensor.
    Tensor(AnyTensor),
    /// Several values.
    Tuple(Vec<Slot>),
    /// A value whose condition does not hold, or that was moved out.
    Absent,
}

/// One call of the `forward` of a block, model or head.
pub(super) struct Frame<'f, 'r> {
    pub run: &'f mut Run<'r>,
    node: &'f DynBlock,
    pub path: &'f PartPath<'f>,
    scope: Scope<'f>,
    /// Inputs and `let`s.
    locals: Vec<Slot>,
}

impl<'f, 'r> Frame<'f, 'r> {
    /// A call with these arguments.
    pub fn new(
        run: &'f mut Run<'r>,
        node: &'f DynBlock,
        path: &'f PartPath<'f>,
        args: Arguments,
    ) -> Result<Frame<'f, 'r>, RunError> {
        let forward = node.forward(path)?;
        let (inputs, scope) = bind(path, &forward.signature, args, run.model)?;
        let mut locals = Vec::with_capacity(forward.locals);
        locals.extend(inputs.into_iter().map(Slot::Tensor));
        Ok(Frame {
            run,
            node,
            path,
            scope,
            locals,
        })
    }

    /// The inputs, with those that were left out; before [`Frame::outputs`].
    pub fn inputs(&self) -> Vec<AnyTensor> {
        let inputs = self.locals.iter().filter_map(|slot| match slot {
            Slot::Tensor(tensor) => Some(tensor.clone()),
            _ => None,
        });
        inputs.collect()
    }

    /// One slot per output.
    pub fn outputs(mut self) -> Result<Vec<Slot>, RunError> {
        let results = self.results_after_lets()?;
        self.values(results)
    }

    /// The output, or a tuple of several.
    pub fn output(mut self) -> Result<Slot, RunError> {
        match self.results_after_lets()? {
            [result] => self.value(result),
            results => self.values(results).map(Slot::Tuple),
        }
    }

    /// Computes the `let`s, and gives the nodes of the results.
    fn results_after_lets(&mut self) -> Result<&'f [Node], RunError> {
        let forward = self.node.forward(self.path)?;
        self.statements(&forward.statements)?;
        Ok(&forward.results)
    }

    fn statements(&mut self, statements: &'f [Statement]) -> Result<(), RunError> {
        for statement in statements {
            match (statement.parts, self.value(&statement.value)?) {
                (Some(parts), Slot::Tuple(values)) if values.len() == parts => self.locals.extend(values),
                (None, value) => self.locals.push(value),
                _ => return Err(self.inconsistent("a `let` takes apart what is no tuple")),
            }
        }
        Ok(())
    }

    fn values(&mut self, nodes: &'f [Node]) -> Result<Vec<Slot>, RunError> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    /// Values nest, and so do the stack frames of this function: whatever computes one is not made part of it.
    fn value(&mut self, node: &'f Node) -> Result<Slot, RunError> {
        match node {
            Node::Local { index, last_use } => self.local(*index, *last_use),
            Node::Part(call) => self.part(call),
            Node::If(choice) => self.choice(choice),
            Node::Branch(branch) => self.branch(branch),
            Node::Absent => Ok(Slot::Absent),
            Node::Tuple(nodes) => self.values(nodes).map(Slot::Tuple),
            Node::Weight { .. }
            | Node::Function(_)
            | Node::Binary { .. }
            | Node::Scalar(_)
            | Node::Negate(_)
            | Node::Slice { .. }
            | Node::Rearrange(_) => self.computed(node).map(Slot::Tensor),
        }
    }

    #[inline(never)]
    fn computed(&mut self, node: &'f Node) -> Result<AnyTensor, RunError> {
        match node {
            Node::Weight { part, tensor } => self.weight(*part, tensor),
            Node::Function(call) => self.function(call),
            Node::Binary { op, sides } => {
                let [a, b] = sides.as_ref();
                let (a, b) = (self.tensor(a)?, self.tensor(b)?);
                arithmetic::binary(self.path, *op, a, b)
            }
            Node::Scalar(node) => self.scalar(node),
            Node::Negate(x) => {
                let x = self.tensor(x)?;
                arithmetic::negate(self.path, x)
            }
            Node::Slice { base, items } => self.slice(base, items),
            Node::Rearrange(node) => self.rearrange(node),
            Node::Local { .. }
            | Node::Part(_)
            | Node::If(_)
            | Node::Branch(_)
            | Node::Absent
            | Node::Tuple(_) => Err(self.inconsistent("a value that no operation computes")),
        }
    }

    #[inline(never)]
    fn choice(&mut self, choice: &'f IfNode) -> Result<Slot, RunError> {
        let holds = evaluate_condition(&choice.condition, &self.scope);
        match (holds.map_err(|error| self.bad_static(error))?, &choice.otherwise) {
            (true, _) => self.branch(&choice.then),
            (false, Some(otherwise)) => self.branch(otherwise),
            (false, None) => Ok(Slot::Absent),
        }
    }

    #[inline(never)]
    fn scalar(&mut self, node: &'f ScalarNode) -> Result<AnyTensor, RunError> {
        let x = self.tensor(&node.x)?;
        let number = self.number(&node.number)?;
        let dtype = || self.run.model.fill().dtype;
        arithmetic::scalar(self.path, node.op, x, &number, node.reversed, dtype)
    }

    #[inline(never)]
    fn local(&mut self, index: usize, last_use: bool) -> Result<Slot, RunError> {
        match self.locals.get_mut(index) {
            Some(slot) if last_use => Ok(std::mem::replace(slot, Slot::Absent)),
            Some(slot) => Ok(slot.clone()),
            None => Err(self.inconsistent("a value that has not been computed")),
        }
    }

    pub(super) fn tensor(&mut self, node: &'f Node) -> Result<AnyTensor, RunError> {
        match self.value(node)? {
            Slot::Tensor(tensor) => Ok(tensor),
            Slot::Tuple(_) => Err(self.inconsistent("several values where one belongs")),
            Slot::Absent => Err(self.inconsistent("a value that does not exist is used")),
        }
    }

    /// A branch's `let`s end with it.
    #[inline(never)]
    fn branch(&mut self, branch: &'f Branch) -> Result<Slot, RunError> {
        let outside = self.locals.len();
        self.statements(&branch.statements)?;
        let result = self.value(&branch.result);
        self.locals.truncate(outside);
        result
    }

    #[inline(never)]
    fn function(&mut self, call: &'f FunctionNode) -> Result<AnyTensor, RunError> {
        let inputs = call.inputs.iter().map(|input| self.tensor(input));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        let evaluated;
        let statics = match &call.statics {
            Statics::Known(statics) => statics,
            Statics::PerCall(statics) => {
                let values = statics.iter().map(|(param, expr)| {
                    let value = evaluate(expr, &self.scope).map_err(|error| self.bad_static(error))?;
                    Ok((param.clone(), value))
                });
                evaluated = values.collect::<Result<Vec<_>, RunError>>()?;
                &evaluated
            }
        };
        let call = FunctionCall {
            part: self.path,
            function: call.function,
            statics,
        };
        call.call(self.run.cx, inputs)
    }

    fn number(&self, number: &Number<Scalar>) -> Result<Scalar, RunError> {
        let number = number.get(&self.scope, evaluate);
        number.map_err(|error| self.bad_static(error))
    }

    #[inline(never)]
    fn slice(&mut self, base: &'f Node, items: &'f [Item]) -> Result<AnyTensor, RunError> {
        let x = self.tensor(base)?;
        let items = items
            .iter()
            .map(|item| self.slice_item(item))
            .collect::<Result<Vec<_>, _>>()?;
        let shape = x.sizes();
        if items.len() != shape.len() {
            return Err(self.inconsistent(format!(
                "a slice of {} dimensions of {}",
                items.len(),
                describe(&x)
            )));
        }
        for (item, size) in items.iter().zip(shape.iter()) {
            if let (Slice::At(index), None) = (item, item.bounds(*size)) {
                return Err(RunError::IndexOutOfRange {
                    part: self.path.to_string(),
                    index: *index,
                    size: *size,
                });
            }
        }
        Ok(slice_any(x, &items))
    }

    fn slice_item(&self, item: &Item) -> Result<Slice, RunError> {
        let index = |number: &Number<i64>| {
            let index = number.get(&self.scope, evaluate_int);
            index.map_err(|error| self.bad_static(error))
        };
        Ok(match item {
            Item::Whole => Slice::Whole,
            Item::Range { start, end } => Slice::Range {
                start: start.as_ref().map(index).transpose()?,
                end: end.as_ref().map(index).transpose()?,
            },
            Item::At(number) => Slice::At(index(number)?),
        })
    }

    #[inline(never)]
    fn rearrange(&mut self, node: &'f RearrangeNode) -> Result<AnyTensor, RunError> {
        let x = self.tensor(&node.base)?;
        let pattern = &node.pattern;
        let sizes = node.sizes.iter().map(|(axis, size)| {
            let size = size.get(&self.scope, evaluate_size);
            Ok((axis.as_str(), size.map_err(|error| self.bad_static(error))?))
        });
        let sizes = sizes.collect::<Result<SmallVec<[_; 4]>, RunError>>()?;
        let axes = Axes::new(&pattern.input, &pattern.output, &sizes, &x.sizes());
        let axes = axes.ok_or_else(|| RunError::Incompatible {
            part: self.path.to_string(),
            operation: format!("rearrange \"{}\"", pattern.pattern),
            shapes: vec![describe(&x)],
        })?;
        Ok(axes.apply(x))
    }

    /// A leaf's tensor, or the one that it is tied to.
    #[inline(never)]
    fn weight(&self, part: usize, tensor: &str) -> Result<AnyTensor, RunError> {
        let (name, part) = self.find(part)?;
        let found = match part {
            DynPart::Leaf(leaf) => match leaf.owner(tensor) {
                Some(owner) => self.run.model.tensor(owner),
                None => leaf.tensor(tensor),
            },
            _ => None,
        };
        found.ok_or_else(|| self.inconsistent(format!("`{name}.{tensor}` does not exist")))
    }

    /// A part and its name.
    pub(super) fn find(&self, index: usize) -> Result<(&'f str, &'f DynPart), RunError> {
        let part = self.node.parts.get(index);
        let (name, part) = part.ok_or_else(|| self.inconsistent("a part that is not there"))?;
        Ok((name, part))
    }

    #[cold]
    pub(super) fn inconsistent(&self, what: impl Display) -> RunError {
        RunError::Program {
            part: self.path.to_string(),
            what: what.to_string(),
        }
    }

    #[cold]
    fn bad_static(&self, error: EvaluateError) -> RunError {
        RunError::Static {
            part: self.path.to_string(),
            error,
        }
    }
}
