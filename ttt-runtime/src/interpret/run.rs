//! A run of a model.

use burn::tensor::{DType, Device};
use indexmap::IndexMap;
use ttt_dsl::program::{CheckedBlock, CheckedForward, CheckedHead, CheckedModel, HeadInput};

use super::binding::{Fill, bind};
use super::error::RunError;
use super::frame::{Frame, Run, Slot};
use super::model::DynModel;
use crate::context::Context;
use crate::tensor::AnyTensor;

impl DynModel {
    /// Runs the model, and its head when it was built with one, on inputs by name. Inputs with a default may be left
    /// out.
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
        let program = self.program().clone();
        let model = program
            .model(&self.instance().model)
            .ok_or_else(|| missing(&self.instance().model))?;
        let forward = forward_of(&model.body)?;
        let fill = self.fill();
        // A head may take the same inputs, so what was left out is filled in for both.
        let mut values = self.base().values.clone();
        let args = bind("", forward, arguments(forward, inputs)?, &mut values, &fill)?;
        let args: Vec<Option<AnyTensor>> = args.into_iter().map(Some).collect();
        let kept = args.clone();

        let mut run = Run {
            model: self,
            program: &program,
            cx,
            fill,
        };
        let mut base = Frame::new(&mut run, &model.body, self.base(), None, "").forward(args)?;
        let mut outputs = match self.head() {
            None => IndexMap::new(),
            Some((name, block)) => {
                let head = model.head(name).ok_or_else(|| missing(name))?;
                if matches!(positions, Positions::Last) && head.is_positionwise(&program) {
                    base = base.into_iter().map(last_position).collect();
                }
                let args = head_arguments(model, head, &base, &kept)?;
                run.cx.enter(name);
                let slots = Frame::new(&mut run, &head.body, block, Some(self.base()), name).forward(args)?;
                run.cx.exit();
                named(forward_of(&head.body)?, slots)
            }
        };
        for (name, tensor) in named(forward, base) {
            outputs.entry(name).or_insert(tensor);
        }
        Ok(outputs)
    }

    /// Where the model's parameters are and in which precision.
    fn fill(&self) -> Fill {
        use burn::module::Module;
        let device = self.devices().into_iter().next().unwrap_or_else(Device::flex);
        Fill {
            device,
            dtype: self.dtype(),
        }
    }

    fn dtype(&self) -> DType {
        let first = self
            .instance()
            .tensors()
            .into_iter()
            .find(|slot| slot.tied.is_none());
        let tensor = first.and_then(|slot| self.tensor(&slot.path));
        tensor.map_or(DType::F32, |tensor| tensor.dtype())
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

/// One argument per input of the model.
fn arguments<N: Into<String>>(
    forward: &CheckedForward,
    inputs: impl IntoIterator<Item = (N, AnyTensor)>,
) -> Result<Vec<Option<AnyTensor>>, RunError> {
    let mut args: Vec<Option<AnyTensor>> = forward.inputs.iter().map(|_| None).collect();
    for (name, tensor) in inputs {
        let name = name.into();
        let index = forward.inputs.iter().position(|input| input.name == name);
        match index.and_then(|index| args.get_mut(index)) {
            Some(arg) => *arg = Some(tensor),
            None => {
                let expected = forward
                    .inputs
                    .iter()
                    .map(|input| format!("{}: {}", input.name, input.ty));
                return Err(RunError::UnknownInput {
                    input: name,
                    expected: expected.collect(),
                });
            }
        }
    }
    for (input, arg) in forward.inputs.iter().zip(&args) {
        if arg.is_none() && input.default.is_none() {
            return Err(RunError::MissingInput {
                input: input.name.clone(),
                expected: input.ty.to_string(),
            });
        }
    }
    Ok(args)
}

/// The base's outputs and inputs that the head takes.
fn head_arguments(
    model: &CheckedModel,
    head: &CheckedHead,
    base: &[Slot],
    inputs: &[Option<AnyTensor>],
) -> Result<Vec<Option<AnyTensor>>, RunError> {
    let arguments = head.inputs.iter().map(|input| match input {
        HeadInput::Input(index) => Ok(inputs.get(*index).cloned().flatten()),
        HeadInput::Output(index) => match base.get(*index) {
            Some(Slot::Tensor(tensor)) => Ok(Some(tensor.clone())),
            _ => Err(missing(&format!("output {index} of {}", model.body.name))),
        },
    });
    arguments.collect()
}

/// The outputs that exist, by name.
fn named(forward: &CheckedForward, slots: Vec<Slot>) -> IndexMap<String, AnyTensor> {
    let outputs = forward.outputs.iter().zip(slots);
    let outputs = outputs.filter_map(|(output, slot)| match slot {
        Slot::Tensor(tensor) => Some((output.name.clone(), tensor)),
        _ => None,
    });
    outputs.collect()
}

fn forward_of(block: &CheckedBlock) -> Result<&CheckedForward, RunError> {
    block
        .forward
        .as_ref()
        .ok_or_else(|| missing(&format!("the forward of {}", block.name)))
}

fn missing(what: &str) -> RunError {
    RunError::Program {
        part: String::new(),
        what: format!("{what} is missing"),
    }
}
