//! Calls of parts.

use ttt_dsl::program::ValueType;

use super::binding::Arguments;
use super::block::DynPart;
use super::error::RunError;
use super::forward::PartCall;
use super::frame::{Frame, Slot};
use super::leaf::{DynLeaf, LeafCall, LeafModule, TiedValue, wrong_tensor};
use super::path::PartPath;
use crate::context::Context;
use crate::tensor::WrongTensor;

impl<'f> Frame<'f, '_> {
    /// A call of a part. A repeated one passes its first argument through every copy.
    #[inline(never)]
    pub fn part(&mut self, call: &'f PartCall) -> Result<Slot, RunError> {
        let (name, part) = self.find(call.part)?;
        let path = PartPath::Part(self.path, name);
        let mut args = Arguments::new();
        for arg in &call.args {
            args.push(arg.as_ref().map(|arg| self.tensor(arg)).transpose()?);
        }

        self.run.cx.enter(name);
        let output = match part {
            DynPart::Repeat(copies) => self.fold(copies, &path, call, args)?,
            part => self.call(part, &path, call, args)?,
        };
        self.run.cx.exit();
        Ok(output)
    }

    #[inline(never)]
    fn fold(
        &mut self,
        copies: &'f [DynPart],
        path: &PartPath<'_>,
        call: &PartCall,
        mut args: Arguments,
    ) -> Result<Slot, RunError> {
        for (index, copy) in copies.iter().enumerate() {
            self.run.cx.enter(index);
            // The first argument moves through the copies; the others are there for each.
            let first = args.first_mut().and_then(Option::take);
            let others = args.iter().skip(1).cloned();
            let given = std::iter::once(first).chain(others).collect();
            let output = self.call(copy, &PartPath::Copy(path, index), call, given)?;
            self.run.cx.exit();
            match (output, args.first_mut()) {
                (Slot::Tensor(tensor), Some(first)) => *first = Some(tensor),
                _ => return Err(self.inconsistent(format!("`{path}` folds what is not one tensor"))),
            }
        }
        let first = args.into_iter().next().flatten();
        let first = first.ok_or_else(|| self.inconsistent(format!("`{path}` folds nothing")))?;
        Ok(Slot::Tensor(first))
    }

    /// One call of a leaf or block. Its outputs are traced.
    fn call(
        &mut self,
        part: &'f DynPart,
        path: &PartPath<'_>,
        call: &PartCall,
        args: Arguments,
    ) -> Result<Slot, RunError> {
        match part {
            DynPart::Leaf(leaf) => {
                let output = self.leaf(leaf, path, call, args)?;
                let program = self.run.model.program();
                trace(self.run.cx, &output, || {
                    let leaf = program.leaf(leaf.module.name());
                    let signature = leaf.and_then(|leaf| leaf.signature.as_ref());
                    let names = signature.into_iter().flat_map(|signature| &signature.outputs);
                    names.map(|output| output.name.as_ref().map_or("output", |name| name.as_str()))
                });
                Ok(output)
            }
            DynPart::Block(node) => {
                let output = Frame::new(self.run, node, path, args)?.output()?;
                trace(self.run.cx, &output, || {
                    let names = node.forward.iter().flat_map(|forward| &forward.outputs);
                    names.map(String::as_str)
                });
                Ok(output)
            }
            DynPart::Absent => Err(self.inconsistent(format!("`{path}` does not exist but is called"))),
            DynPart::Repeat(_) => Err(self.inconsistent(format!("`{path}` repeats a repetition"))),
        }
    }

    #[inline(never)]
    fn leaf(
        &mut self,
        leaf: &DynLeaf,
        path: &PartPath<'_>,
        call: &PartCall,
        args: Arguments,
    ) -> Result<Slot, RunError> {
        let given = LeafCall {
            part: path,
            argument: &call.argument,
            tied: self.tied(&leaf.tied)?,
        };
        let output = leaf.forward(self.run.cx, given, args)?;
        // The checker knows what all others give.
        if let LeafModule::User(_) = leaf.module {
            check_output(path, &output, &call.ty)?;
        }
        Ok(output)
    }

    /// The tensors of the owners of tied ones.
    #[inline(never)]
    fn tied<'t>(&self, tied: &'t [(String, String)]) -> Result<Vec<(&'t str, TiedValue)>, RunError> {
        let values = tied.iter().map(|(tensor, owner)| {
            let value = self.run.model.shared(owner);
            let value = value.ok_or_else(|| self.inconsistent(format!("`{owner}` does not exist")))?;
            Ok((tensor.as_str(), value))
        });
        values.collect()
    }
}

fn trace<'a, I: Iterator<Item = &'a str>>(cx: &mut Context, output: &Slot, names: impl FnOnce() -> I) {
    if cx.trace.is_none() {
        return;
    }
    match output {
        Slot::Tensor(tensor) => cx.record_any(None, tensor),
        Slot::Tuple(slots) => {
            for (slot, name) in slots.iter().zip(names()) {
                if let Slot::Tensor(tensor) = slot {
                    cx.record_any(Some(name), tensor);
                }
            }
        }
        Slot::Absent => {}
    }
}

/// Refuses outputs of a user's leaf that are not of the type that was checked.
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
        (slot, ty) => Err(RunError::Leaf {
            part: path.to_string(),
            message: format!(
                "the number of its outputs is {}, expected {}",
                given(slot),
                declared(ty)
            ),
        }),
    }
}

fn given(slot: &Slot) -> usize {
    match slot {
        Slot::Tuple(slots) => slots.len(),
        Slot::Tensor(_) => 1,
        Slot::Absent => 0,
    }
}

fn declared(ty: &ValueType) -> usize {
    match ty {
        ValueType::Tuple(types) => types.len(),
        _ => 1,
    }
}
