//! A run of a model.

use burn::module::Module;
use burn::tensor::{DType, Device, Tensor};
use indexmap::IndexMap;
use ttt_dsl::program::{CheckedInput, HeadInput};

use super::binding::{Arguments, Fill, bind};
use super::error::RunError;
use super::forward::{Forward, Signature};
use super::frame::{Frame, Run, Slot};
use super::head::DynHead;
use super::model::DynModel;
use super::path::PartPath;
use crate::context::Context;
use crate::fold::{fold_any, unfold_any};
use crate::loss::{HeadLoss, LossError};
use crate::tensor::AnyTensor;

impl DynModel {
    /// Runs the model, and its head when it was built with one, on inputs by name. Inputs with a default may be left
    /// out.
    ///
    /// A head that folds a dimension takes the model's inputs with it, after their first; the context's mask and
    /// positions are those of the folded inputs: `[B * C, T]` where the ids are `[B, C, T]`.
    ///
    /// The result holds the head's outputs and then the base's that exist, by name; a name that both have is the
    /// head's.
    pub fn run<N: Into<String>>(
        &self,
        cx: &mut Context,
        inputs: impl IntoIterator<Item = (N, AnyTensor)>,
    ) -> Result<IndexMap<String, AnyTensor>, RunError> {
        self.run_positions(cx, inputs, Positions::All)
    }

    /// The same where only the last position of the outputs matters: a head that treats every position alike, as one
    /// that scores the next token does, gets that position alone. Its outputs then have a sequence of one.
    pub fn run_last<N: Into<String>>(
        &self,
        cx: &mut Context,
        inputs: impl IntoIterator<Item = (N, AnyTensor)>,
    ) -> Result<IndexMap<String, AnyTensor>, RunError> {
        self.run_positions(cx, inputs, Positions::Last)
    }

    fn run_positions<N: Into<String>>(
        &self,
        cx: &mut Context,
        inputs: impl IntoIterator<Item = (N, AnyTensor)>,
        positions: Positions,
    ) -> Result<IndexMap<String, AnyTensor>, RunError> {
        let base = self.base().forward(&PartPath::Model)?;
        let head = self.head();
        let folded = head.and_then(|head| head.joint.folded.as_ref());
        let (args, given) = arguments(folded.unwrap_or(&base.signature), head, inputs)?;

        let mut run = Run { model: self, cx };
        let (mut slots, kept) = match folded {
            None => run.base(args)?,
            Some(folded) => run.folded_base(folded, args)?,
        };
        let mut outputs = match head {
            None => IndexMap::new(),
            Some(head) => {
                if matches!(positions, Positions::Last) && head.joint.positionwise {
                    slots = slots.into_iter().map(last_position).collect();
                }
                let args = self.head_arguments(head, &slots, &kept, given)?;
                run.cx.enter(head.name());
                let path = PartPath::Part(&PartPath::Model, head.name());
                let own = Frame::new(&mut run, &head.block, &path, args)?.outputs()?;
                run.cx.exit();
                named(head.block.forward(&path)?, own)
            }
        };
        for (name, tensor) in named(base, slots) {
            outputs.entry(name).or_insert(tensor);
        }
        Ok(outputs)
    }

    /// The base's outputs and inputs that the head takes, and what the caller gives to it.
    fn head_arguments(
        &self,
        head: &DynHead,
        base: &[Slot],
        inputs: &[AnyTensor],
        given: Arguments,
    ) -> Result<Arguments, RunError> {
        let mut given = given.into_iter();
        let arguments = head.joint.sources.iter().map(|source| match source {
            HeadInput::Given => Ok(given.next().flatten()),
            HeadInput::Input(index) => Ok(inputs.get(*index).cloned()),
            HeadInput::Output(index) => match base.get(*index) {
                Some(Slot::Tensor(tensor)) => Ok(Some(tensor.clone())),
                _ => Err(RunError::Program {
                    part: head.name().to_string(),
                    what: format!("output {index} of {} is missing", self.instance().model),
                }),
            },
        });
        arguments.collect()
    }

    /// What the head is trained with, from what [`DynModel::run`] gave and the labels by name: the sum of its losses, of
    /// one number.
    ///
    /// Labels of tokens do not count where they are -100, nor where the context's attention mask is false.
    ///
    /// # Errors
    ///
    /// When the model has no head with a loss, or a label is missing, unknown or does not fit the outputs.
    pub fn loss<N: Into<String>>(
        &self,
        cx: &Context,
        outputs: &IndexMap<String, AnyTensor>,
        labels: impl IntoIterator<Item = (N, AnyTensor)>,
    ) -> Result<Tensor<1>, LossError> {
        let instance = self.instance();
        let head = self.head().ok_or_else(|| LossError::None {
            model: instance.model.clone(),
        })?;
        let loss = HeadLoss {
            program: self.program(),
            model: &instance.model,
            head: head.name(),
            values: &instance.values,
        };
        let outputs = outputs
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor.clone()));
        loss.of(cx, outputs, labels)
    }

    /// Where the model's parameters are and in which precision: as the first of them.
    pub(super) fn fill(&self) -> Fill {
        let devices = self
            .first_leaf()
            .map(|leaf| leaf.module.collect_devices(Vec::new()));
        let value = self.first.as_deref().and_then(|path| self.shared(path));
        Fill {
            device: devices.into_iter().flatten().next().unwrap_or_else(Device::flex),
            dtype: value.map_or(DType::F32, |value| value.dtype()),
        }
    }
}

impl Run<'_> {
    /// The base's outputs, and its inputs with those that were left out.
    fn base(&mut self, args: Arguments) -> Result<(Vec<Slot>, Vec<AnyTensor>), RunError> {
        let model = self.model;
        let frame = Frame::new(self, model.base(), &PartPath::Model, args)?;
        let kept = frame.inputs();
        Ok((frame.outputs()?, kept))
    }

    /// The same with a dimension of the inputs folded into their first while the base runs.
    fn folded_base(
        &mut self,
        signature: &Signature,
        args: Arguments,
    ) -> Result<(Vec<Slot>, Vec<AnyTensor>), RunError> {
        let (kept, _) = bind(&PartPath::Model, signature, args, self.model)?;
        let leading = leading(&kept);
        let args = kept.iter().cloned().map(|arg| match leading {
            Some(_) => Some(fold_any(arg)),
            None => Some(arg),
        });
        let (slots, _) = self.base(args.collect())?;
        let slots = slots.into_iter().map(|slot| unfolded(slot, leading));
        Ok((slots.collect(), kept.into_vec()))
    }
}

/// Which positions of a sequence a head is given.
#[derive(Clone, Copy)]
enum Positions {
    All,
    Last,
}

/// The last position of a sequence's vectors.
fn last_position(slot: Slot) -> Slot {
    match slot {
        Slot::Tensor(tensor) if tensor.rank() == 3 => {
            let shape = tensor.shape();
            let last = shape[1].saturating_sub(1)..shape[1];
            Slot::Tensor(tensor.narrow(&[0..shape[0], last, 0..shape[2]]))
        }
        slot => slot,
    }
}

/// One argument per input of the model, and one per input of the head's own.
fn arguments<N: Into<String>>(
    signature: &Signature,
    head: Option<&DynHead>,
    inputs: impl IntoIterator<Item = (N, AnyTensor)>,
) -> Result<(Arguments, Arguments), RunError> {
    let own = head.into_iter().flat_map(DynHead::given_inputs);
    let declared = signature.inputs.iter().chain(own);
    let declared: Vec<&CheckedInput> = declared.map(|input| &input.declared).collect();
    let mut args: Arguments = declared.iter().map(|_| None).collect();
    for (name, tensor) in inputs {
        let name = name.into();
        let index = declared.iter().position(|input| input.name == name);
        match index.and_then(|index| args.get_mut(index)) {
            Some(arg) => *arg = Some(tensor),
            None => {
                let expected = declared
                    .iter()
                    .map(|input| format!("{}: {}", input.name, input.ty));
                return Err(RunError::UnknownInput {
                    input: name,
                    expected: expected.collect(),
                });
            }
        }
    }
    for (input, arg) in declared.iter().zip(&args) {
        if arg.is_none() && input.default.is_none() {
            return Err(RunError::MissingInput {
                input: input.name.clone(),
                expected: input.ty.to_string(),
            });
        }
    }
    let given = args.drain(signature.inputs.len()..).collect();
    Ok((args, given))
}

/// The two sizes that a head's dimension is folded of.
fn leading(args: &[AnyTensor]) -> Option<[usize; 2]> {
    match args.first()?.shape().as_slice() {
        [first, second, ..] => Some([*first, *second]),
        _ => None,
    }
}

fn unfolded(slot: Slot, leading: Option<[usize; 2]>) -> Slot {
    match (slot, leading) {
        (Slot::Tensor(tensor), Some(leading)) => Slot::Tensor(unfold_any(tensor, leading)),
        (slot, _) => slot,
    }
}

/// The outputs that exist, by name.
fn named(forward: &Forward, slots: Vec<Slot>) -> IndexMap<String, AnyTensor> {
    let outputs = forward.outputs.iter().zip(slots);
    let outputs = outputs.filter_map(|(name, slot)| match slot {
        Slot::Tensor(tensor) => Some((name.clone(), tensor)),
        _ => None,
    });
    outputs.collect()
}
