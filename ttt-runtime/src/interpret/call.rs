//! Calls of parts.

use indexmap::IndexMap;
use ttt_dsl::program::ValueType;

use super::block::DynPart;
use super::error::RunError;
use super::forward::PartCall;
use super::frame::{Frame, Slot};
use super::leaf::{DynLeaf, LeafCall, wrong_tensor};
use super::path::PartPath;
use crate::context::Context;
use crate::tensor::{AnyTensor, WrongTensor};

impl<'f> Frame<'f, '_> {
    /// A call of a part. A repeated one passes its first argument through every copy.
    pub fn part(&mut self, call: &'f PartCall) -> Result<Slot, RunError> {
        let (name, part) = self.find(call.part)?;
        let path = PartPath::Part(self.path, name);
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(arg.as_ref().map(|arg| self.tensor(arg)).transpose()?);
        }

        self.run.cx.enter(name);
        let outputs = match part {
            DynPart::Repeat(copies) => self.fold(copies, &path, &call.argument, args)?,
            part => self.call(part, &path, &call.argument, args)?,
        };
        self.run.cx.exit();
        let slot = joined(outputs).ok_or_else(|| self.inconsistent(format!("`{name}` has no output")))?;
        check_output(&path, &slot, &call.ty)?;
        Ok(slot)
    }

    fn fold(
        &mut self,
        copies: &'f [DynPart],
        path: &PartPath<'_>,
        argument: &str,
        mut args: Vec<Option<AnyTensor>>,
    ) -> Result<Vec<Slot>, RunError> {
        for (index, copy) in copies.iter().enumerate() {
            self.run.cx.enter(index);
            // The first argument moves through the copies; the others are there for each.
            let first = args.first_mut().and_then(Option::take);
            let others = args.iter().skip(1).cloned();
            let call = std::iter::once(first).chain(others).collect();
            let outputs = self.call(copy, &PartPath::Copy(path, index), argument, call)?;
            self.run.cx.exit();
            match (joined(outputs), args.first_mut()) {
                (Some(Slot::Tensor(tensor)), Some(first)) => *first = Some(tensor),
                _ => return Err(self.inconsistent(format!("`{path}` folds what is not one tensor"))),
            }
        }
        Ok(args.into_iter().take(1).flatten().map(Slot::Tensor).collect())
    }

    /// One call of a leaf or block. Its outputs are traced.
    fn call(
        &mut self,
        part: &'f DynPart,
        path: &PartPath<'_>,
        argument: &str,
        args: Vec<Option<AnyTensor>>,
    ) -> Result<Vec<Slot>, RunError> {
        match part {
            DynPart::Leaf(leaf) => {
                let outputs = self.leaf(leaf, path, argument, args)?;
                let outputs: Vec<Slot> = outputs.into_iter().map(Slot::Tensor).collect();
                let program = self.run.model.program();
                trace(self.run.cx, &outputs, || {
                    let leaf = program.leaf(leaf.module.name());
                    let signature = leaf.and_then(|leaf| leaf.signature.as_ref());
                    let names = signature.into_iter().flat_map(|signature| &signature.outputs);
                    names.map(|output| output.name.as_ref().map_or("output", |name| name.as_str()))
                });
                Ok(outputs)
            }
            DynPart::Block(node) => {
                let outputs = Frame::new(self.run, node, path, args)?.forward()?;
                trace(self.run.cx, &outputs, || {
                    let names = node.forward.iter().flat_map(|forward| &forward.outputs);
                    names.map(String::as_str)
                });
                Ok(outputs)
            }
            DynPart::Absent => Err(self.inconsistent(format!("`{path}` does not exist but is called"))),
            DynPart::Repeat(_) => Err(self.inconsistent(format!("`{path}` repeats a repetition"))),
        }
    }

    fn leaf(
        &mut self,
        leaf: &DynLeaf,
        path: &PartPath<'_>,
        argument: &str,
        args: Vec<Option<AnyTensor>>,
    ) -> Result<Vec<AnyTensor>, RunError> {
        let args: Option<Vec<AnyTensor>> = args.into_iter().collect();
        let args = args.ok_or_else(|| self.inconsistent(format!("`{path}` needs all its inputs")))?;
        let mut tied = IndexMap::new();
        for (tensor, owner) in &leaf.tied {
            let value = self.run.model.shared(owner);
            let value = value.ok_or_else(|| self.inconsistent(format!("`{owner}` does not exist")))?;
            tied.insert(tensor.clone(), value);
        }
        let call = LeafCall {
            part: path,
            argument,
            tied,
        };
        leaf.forward(self.run.cx, call, args)
    }
}

/// One output as itself, several as a tuple.
fn joined(mut outputs: Vec<Slot>) -> Option<Slot> {
    if outputs.len() > 1 {
        return Some(Slot::Tuple(outputs));
    }
    outputs.pop()
}

fn trace<'a, I: Iterator<Item = &'a str>>(cx: &mut Context, outputs: &[Slot], names: impl FnOnce() -> I) {
    if cx.trace.is_none() {
        return;
    }
    for (slot, name) in outputs.iter().zip(names()) {
        if let Slot::Tensor(tensor) = slot {
            cx.record_any((outputs.len() > 1).then_some(name), tensor);
        }
    }
}

/// Refuses outputs that are not of the type that was checked, as a user's leaf may give them.
fn check_output(path: &PartPath<'_>, slot: &Slot, ty: &ValueType) -> Result<(), RunError> {
    match (slot, ty) {
        (Slot::Tensor(tensor), ValueType::Tensor { element, shape }) => {
            if tensor.element() == *element && tensor.rank() == shape.len() {
                return Ok(());
            }
            let wrong = WrongTensor {
                expected_rank: shape.len(),
                expected_element: *element,
                found_rank: tensor.rank(),
                found_element: tensor.element(),
            };
            Err(wrong_tensor(path, wrong))
        }
        (Slot::Tuple(slots), ValueType::Tuple(types)) if slots.len() == types.len() => slots
            .iter()
            .zip(types)
            .try_for_each(|(slot, ty)| check_output(path, slot, ty)),
        (_, ValueType::Optional { inner, .. }) => match slot {
            Slot::Absent => Ok(()),
            slot => check_output(path, slot, inner),
        },
        _ => Err(RunError::Program {
            part: path.to_string(),
            what: "its outputs are not those of its signature".to_string(),
        }),
    }
}
