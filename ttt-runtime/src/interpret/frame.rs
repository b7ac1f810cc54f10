//! The walk through one `forward`.

use std::fmt::Display;

use ttt_dsl::instance::{EvaluateError, Scalar, evaluate, evaluate_condition, evaluate_int, evaluate_size};
use ttt_dsl::program::{
    Branch, CheckedBlock, CheckedForward, CheckedStatement, Program, Rearrangement, SliceItem, Value,
    ValueKind,
};
use ttt_dsl::spec::{BinaryOp, Expr};

use super::binding::{Fill, bind, describe};
use super::block::{DynBlock, DynPart};
use super::error::RunError;
use super::function::{self, FunctionCall};
use super::model::DynModel;
use super::path::PartPath;
use super::scope::Scope;
use crate::context::Context;
use crate::op::{Axes, Slice, slice_any};
use crate::tensor::AnyTensor;

/// What all frames of one run share.
pub(super) struct Run<'r> {
    pub model: &'r DynModel,
    pub program: &'r Program,
    pub cx: &'r mut Context,
    pub fill: Fill,
}

/// A value.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are tensors; boxing each would allocate once per operation"
)]
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
    block: &'f CheckedBlock,
    pub node: &'f DynBlock,
    /// A head's base.
    base: Option<&'f DynBlock>,
    pub path: &'f PartPath<'f>,
    values: Scope<'f>,
    /// Inputs and `let`s; a later one of the same name shadows.
    locals: Vec<(&'f str, Slot)>,
}

impl<'f, 'r> Frame<'f, 'r> {
    pub fn new(
        run: &'f mut Run<'r>,
        block: &'f CheckedBlock,
        node: &'f DynBlock,
        base: Option<&'f DynBlock>,
        path: &'f PartPath<'f>,
    ) -> Frame<'f, 'r> {
        Frame {
            run,
            block,
            node,
            base,
            path,
            values: Scope::new(&node.values),
            locals: Vec::new(),
        }
    }

    /// One slot per output.
    pub fn forward(mut self, args: Vec<Option<AnyTensor>>) -> Result<Vec<Slot>, RunError> {
        let forward = self.checked_forward()?;
        let inputs = bind(self.path, forward, args, &mut self.values, &self.run.fill)?;
        for (input, tensor) in forward.inputs.iter().zip(inputs) {
            self.locals.push((&input.name, Slot::Tensor(tensor)));
        }
        self.statements(&forward.statements)?;
        forward.results.iter().map(|result| self.value(result)).collect()
    }

    fn checked_forward(&self) -> Result<&'f CheckedForward, RunError> {
        let forward = self.block.forward.as_ref();
        forward.ok_or_else(|| self.inconsistent(format!("`{}` has no forward", self.block.name)))
    }

    fn statements(&mut self, statements: &'f [CheckedStatement]) -> Result<(), RunError> {
        for statement in statements {
            let value = self.value(&statement.value)?;
            match (statement.tuple, value) {
                (true, Slot::Tuple(values)) if values.len() == statement.names.len() => {
                    self.locals
                        .extend(statement.names.iter().map(String::as_str).zip(values));
                }
                (false, value) => {
                    let name = statement.names.first();
                    let name = name.ok_or_else(|| self.inconsistent("a `let` without a name"))?;
                    self.locals.push((name, value));
                }
                _ => return Err(self.inconsistent("a `let` takes apart what is no tuple")),
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &'f Value) -> Result<Slot, RunError> {
        match &value.kind {
            ValueKind::Local { name, last_use } => self.local(name, *last_use),
            ValueKind::Static(_) => Err(self.inconsistent("a number where a tensor belongs")),
            ValueKind::Weight { part, tensor } => self.weight(part, tensor).map(Slot::Tensor),
            ValueKind::Part { part, args } => self.part(part, args, value),
            ValueKind::Function {
                name,
                inputs,
                statics,
                ..
            } => self.function(name, inputs, statics).map(Slot::Tensor),
            ValueKind::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs).map(Slot::Tensor),
            ValueKind::Negate(x) => {
                let x = self.tensor(x)?;
                function::negate(self.path, x).map(Slot::Tensor)
            }
            ValueKind::Slice { base, items } => self.slice(base, items).map(Slot::Tensor),
            ValueKind::Rearrange { base, rearrangement } => {
                self.rearrange(base, rearrangement).map(Slot::Tensor)
            }
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => {
                let holds =
                    evaluate_condition(condition, &self.values).map_err(|error| self.bad_static(error))?;
                match (holds, otherwise) {
                    (true, _) => self.branch(then),
                    (false, Some(otherwise)) => self.branch(otherwise),
                    (false, None) => Ok(Slot::Absent),
                }
            }
            ValueKind::Tuple(values) => {
                let values: Result<_, _> = values.iter().map(|value| self.value(value)).collect();
                values.map(Slot::Tuple)
            }
        }
    }

    fn local(&mut self, name: &str, last_use: bool) -> Result<Slot, RunError> {
        let found = self.locals.iter_mut().rev().find(|(local, _)| *local == name);
        match found {
            Some((_, slot)) if last_use => Ok(std::mem::replace(slot, Slot::Absent)),
            Some((_, slot)) => Ok(slot.clone()),
            None => Err(self.inconsistent(format!("`{name}` has no value"))),
        }
    }

    pub(super) fn tensor(&mut self, value: &'f Value) -> Result<AnyTensor, RunError> {
        match self.value(value)? {
            Slot::Tensor(tensor) => Ok(tensor),
            Slot::Tuple(_) => Err(self.inconsistent("several values where one belongs")),
            Slot::Absent => Err(self.inconsistent("a value that does not exist is used")),
        }
    }

    /// A branch's `let`s end with it.
    fn branch(&mut self, branch: &'f Branch) -> Result<Slot, RunError> {
        let outside = self.locals.len();
        self.statements(&branch.statements)?;
        let result = self.value(&branch.result);
        self.locals.truncate(outside);
        result
    }

    fn function(
        &mut self,
        name: &'f str,
        inputs: &'f [Value],
        statics: &'f [(String, Expr)],
    ) -> Result<AnyTensor, RunError> {
        let inputs = inputs
            .iter()
            .map(|input| self.tensor(input))
            .collect::<Result<Vec<_>, _>>()?;
        let mut values = Vec::with_capacity(statics.len());
        for (param, expr) in statics {
            let value = evaluate(expr, &self.values).map_err(|error| self.bad_static(error))?;
            values.push((param.as_str(), value));
        }
        let call = FunctionCall {
            part: self.path,
            name,
            statics: values,
        };
        call.call(self.run.cx, inputs)
    }

    fn binary(&mut self, op: BinaryOp, lhs: &'f Value, rhs: &'f Value) -> Result<AnyTensor, RunError> {
        let dtype = self.run.fill.dtype;
        match (&lhs.kind, &rhs.kind) {
            (ValueKind::Static(number), _) => {
                let x = self.tensor(rhs)?;
                function::scalar(self.path, op, x, &self.number(number)?, true, dtype)
            }
            (_, ValueKind::Static(number)) => {
                let x = self.tensor(lhs)?;
                function::scalar(self.path, op, x, &self.number(number)?, false, dtype)
            }
            _ => {
                let (a, b) = (self.tensor(lhs)?, self.tensor(rhs)?);
                function::binary(self.path, op, a, b)
            }
        }
    }

    fn number(&self, expr: &Expr) -> Result<Scalar, RunError> {
        evaluate(expr, &self.values).map_err(|error| self.bad_static(error))
    }

    fn slice(&mut self, base: &'f Value, items: &'f [SliceItem]) -> Result<AnyTensor, RunError> {
        let x = self.tensor(base)?;
        let items = items
            .iter()
            .map(|item| self.slice_item(item))
            .collect::<Result<Vec<_>, _>>()?;
        let shape = x.shape();
        if items.len() != shape.len() {
            return Err(self.inconsistent(format!(
                "a slice of {} dimensions of {}",
                items.len(),
                describe(&x)
            )));
        }
        for (item, size) in items.iter().zip(&shape) {
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

    fn slice_item(&self, item: &SliceItem) -> Result<Slice, RunError> {
        let index = |expr| evaluate_int(expr, &self.values).map_err(|error| self.bad_static(error));
        Ok(match item {
            SliceItem::Whole => Slice::Whole,
            SliceItem::Range { start, end } => Slice::Range {
                start: start.as_ref().map(index).transpose()?,
                end: end.as_ref().map(index).transpose()?,
            },
            SliceItem::At(expr) => Slice::At(index(expr)?),
        })
    }

    fn rearrange(
        &mut self,
        base: &'f Value,
        rearrangement: &'f Rearrangement,
    ) -> Result<AnyTensor, RunError> {
        let x = self.tensor(base)?;
        let mut sizes = Vec::with_capacity(rearrangement.sizes.len());
        for (axis, expr) in &rearrangement.sizes {
            let size = evaluate_size(expr, &self.values).map_err(|error| self.bad_static(error))?;
            sizes.push((axis.as_str(), size));
        }
        let axes = Axes::new(&rearrangement.input, &rearrangement.output, &sizes, &x.shape());
        let axes = axes.ok_or_else(|| RunError::Incompatible {
            part: self.path.to_string(),
            operation: format!("rearrange \"{}\"", rearrangement.pattern),
            shapes: vec![describe(&x)],
        })?;
        Ok(axes.apply(x))
    }

    /// A leaf's tensor, or the one that it is tied to.
    fn weight(&self, part: &str, tensor: &str) -> Result<AnyTensor, RunError> {
        let found = match self.find(part)? {
            DynPart::Leaf(leaf) => match leaf.owner(tensor) {
                Some(owner) => self.run.model.tensor(owner),
                None => leaf.tensor(tensor),
            },
            _ => None,
        };
        found.ok_or_else(|| self.inconsistent(format!("`{part}.{tensor}` does not exist")))
    }

    pub(super) fn find(&self, part: &str) -> Result<&'f DynPart, RunError> {
        let own = self.node.part(part);
        let found = own.or_else(|| self.base.and_then(|base| base.part(part)));
        found.ok_or_else(|| self.inconsistent(format!("there is no part `{part}`")))
    }

    pub(super) fn inconsistent(&self, what: impl Display) -> RunError {
        RunError::Program {
            part: self.path.to_string(),
            what: what.to_string(),
        }
    }

    fn bad_static(&self, error: EvaluateError) -> RunError {
        RunError::Static {
            part: self.path.to_string(),
            error,
        }
    }
}
