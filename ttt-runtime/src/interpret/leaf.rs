//! Leaves of an interpreted model.

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::tensor::{DType, Device, Tensor};
use indexmap::IndexMap;

use super::binding::Arguments;
use super::error::RunError;
use super::frame::Slot;
use super::path::PartPath;
use super::rank::with_rank;
use super::user_leaf::UserLeaf;
use crate::context::Context;
use crate::leaf::{
    Dropout, Embedding, LayerNorm, Linear, Matrix, RmsNorm, Rope, Stranger, Tensor3, Tensor4, Vector,
    WeightValue, look_up,
};
use crate::tensor::{AnyTensor, WrongTensor};

/// A leaf.
#[derive(Clone, Debug)]
pub(super) struct DynLeaf {
    /// Its module.
    pub module: LeafModule,
    /// Its tensors without storage of their own, with the path of the owner of each.
    pub tied: Vec<(String, String)>,
}

macro_rules! leaf_modules {
    ($($name:ident($module:ty)),+ $(,)?) => {
        /// The module of a leaf.
        #[derive(Clone, Debug)]
        pub(super) enum LeafModule {
            $($name($module),)+
        }

        impl LeafModule {
            fn kind(&self) -> &'static str {
                match self {
                    $(LeafModule::$name(_) => stringify!($name),)+
                }
            }
        }

        impl Module for LeafModule {
            fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
                match self {
                    $(LeafModule::$name(module) => module.collect_devices(devices),)+
                }
            }

            fn fork(self, device: &Device) -> Self {
                match self {
                    $(LeafModule::$name(module) => LeafModule::$name(module.fork(device)),)+
                }
            }

            fn to_device(self, device: &Device) -> Self {
                match self {
                    $(LeafModule::$name(module) => LeafModule::$name(module.to_device(device)),)+
                }
            }

            fn train(self) -> Self {
                match self {
                    $(LeafModule::$name(module) => LeafModule::$name(module.train()),)+
                }
            }

            fn valid(&self) -> Self {
                match self {
                    $(LeafModule::$name(module) => LeafModule::$name(module.valid()),)+
                }
            }

            fn materialize(self) -> Self {
                match self {
                    $(LeafModule::$name(module) => LeafModule::$name(module.materialize()),)+
                }
            }

            fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
                match self {
                    $(LeafModule::$name(module) => module.visit(visitor),)+
                }
            }

            fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
                match self {
                    $(LeafModule::$name(module) => LeafModule::$name(module.map(mapper)),)+
                }
            }
        }
    };
}

leaf_modules! {
    Linear(Linear),
    Embedding(Embedding),
    LayerNorm(LayerNorm),
    RmsNorm(RmsNorm),
    Dropout(Dropout),
    Rope(Rope),
    Vector(Vector),
    Matrix(Matrix),
    Tensor3(Tensor3),
    Tensor4(Tensor4),
    User(UserLeaf),
}

impl LeafModule {
    /// The leaf's name in the schema.
    pub fn name(&self) -> &str {
        match self {
            LeafModule::User(leaf) => &leaf.name,
            standard => standard.kind(),
        }
    }
}

/// What a leaf is called with besides its inputs.
pub(super) struct LeafCall<'a> {
    /// The leaf's path.
    pub part: &'a PartPath<'a>,
    /// How the first input reads in the schema, for errors.
    pub argument: &'a str,
    /// The tensors of the owners of tied ones, by the leaf's names.
    pub tied: Vec<(&'a str, TiedValue)>,
}

impl LeafCall<'_> {
    /// The matrix of the owner of `weight`, where it is tied.
    #[inline(never)]
    fn tied_weight(&mut self) -> Result<Option<WeightValue>, RunError> {
        let index = self.tied.iter().position(|(tensor, _)| *tensor == "weight");
        let owner = index.map(|index| self.tied.swap_remove(index).1.weight());
        owner.transpose().map_err(|wrong| wrong_tensor(self.part, wrong))
    }
}

/// The tensor of a tie's owner.
#[allow(
    clippy::large_enum_variant,
    reason = "one exists for the time of a call, and it is nearly always a matrix"
)]
pub(super) enum TiedValue {
    /// A matrix, perhaps in blocks.
    Weight(WeightValue),
    Tensor(AnyTensor),
}

impl TiedValue {
    fn weight(self) -> Result<WeightValue, WrongTensor> {
        match self {
            TiedValue::Weight(weight) => Ok(weight),
            TiedValue::Tensor(tensor) => tensor.float::<2>().map(WeightValue::from),
        }
    }

    /// The bytes of its storage.
    pub fn bytes(&self) -> usize {
        match self {
            TiedValue::Weight(WeightValue::Numbers(numbers)) => {
                numbers.shape().num_elements() * numbers.dtype().size()
            }
            TiedValue::Weight(WeightValue::Packed(packed)) => packed.bytes().len(),
            TiedValue::Tensor(tensor) => tensor.shape().iter().product::<usize>() * tensor.dtype().size(),
        }
    }

    /// The precision of what is computed with it.
    pub fn dtype(&self) -> DType {
        match self {
            TiedValue::Weight(WeightValue::Numbers(numbers)) => numbers.dtype(),
            TiedValue::Weight(WeightValue::Packed(_)) => DType::F32,
            TiedValue::Tensor(tensor) => tensor.dtype(),
        }
    }

    fn tensor(self) -> AnyTensor {
        match self {
            TiedValue::Weight(weight) => Tensor::from(weight).into(),
            TiedValue::Tensor(tensor) => tensor,
        }
    }
}

impl DynLeaf {
    /// The same leaf with another module.
    pub fn map_module(self, map: impl FnOnce(LeafModule) -> LeafModule) -> DynLeaf {
        DynLeaf {
            module: map(self.module),
            tied: self.tied,
        }
    }

    /// The path of the owner of a tied tensor.
    pub fn owner(&self, tensor: &str) -> Option<&str> {
        let tied = self.tied.iter().find(|(name, _)| name == tensor);
        tied.map(|(_, owner)| owner.as_str())
    }

    /// The matrix of a linear map or a table, unless a tie took it away.
    fn weight(&self) -> Option<WeightValue> {
        let weight = match &self.module {
            LeafModule::Linear(leaf) => &leaf.weight,
            LeafModule::Embedding(leaf) => &leaf.weight,
            _ => return None,
        };
        (!weight.is_released()).then(|| weight.value())
    }

    /// One of its own tensors as another leaf reads it.
    pub fn shared(&self, name: &str) -> Option<TiedValue> {
        match (self.weight(), name) {
            (Some(weight), "weight") => Some(TiedValue::Weight(weight)),
            _ => self.tensor(name).map(TiedValue::Tensor),
        }
    }

    /// One of its own tensors. Blocks are unpacked.
    pub fn tensor(&self, name: &str) -> Option<AnyTensor> {
        match (&self.module, name) {
            (LeafModule::Linear(_) | LeafModule::Embedding(_), "weight") => {
                self.weight().map(|weight| Tensor::from(weight).into())
            }
            (LeafModule::Linear(leaf), "bias") => leaf.bias.as_ref().map(|bias| bias.val().into()),
            (LeafModule::LayerNorm(leaf), "weight") => Some(leaf.weight.val().into()),
            (LeafModule::LayerNorm(leaf), "bias") => leaf.bias.as_ref().map(|bias| bias.val().into()),
            (LeafModule::RmsNorm(leaf), "weight") => Some(leaf.weight.val().into()),
            (LeafModule::Vector(leaf), "value") => Some(leaf.value.val().into()),
            (LeafModule::Matrix(leaf), "value") => Some(leaf.value.val().into()),
            (LeafModule::Tensor3(leaf), "value") => Some(leaf.value.val().into()),
            (LeafModule::Tensor4(leaf), "value") => Some(leaf.value.val().into()),
            (LeafModule::User(leaf), _) => {
                let param = leaf.params.iter().find(|(param, _)| param == name);
                param.map(|(_, param)| param.value())
            }
            _ => None,
        }
    }

    /// Its output, or a tuple of several.
    pub fn forward(&self, cx: &mut Context, call: LeafCall, args: Arguments) -> Result<Slot, RunError> {
        if let LeafModule::User(leaf) = &self.module {
            return user(leaf, cx, call, args);
        }
        let part = call.part;
        let x = args.into_iter().next().flatten();
        let x = x.ok_or_else(|| inconsistent(part, "it needs all its inputs"))?;
        let output = match &self.module {
            LeafModule::Linear(leaf) => linear(leaf, call, x),
            LeafModule::Embedding(leaf) => embedding(leaf, call, x),
            LeafModule::Rope(leaf) => return rope(leaf, part, x),
            LeafModule::LayerNorm(leaf) => with_rank!(x.rank(), part, D => {
                Ok(leaf.forward(float::<D>(part, x)?).into())
            }),
            LeafModule::RmsNorm(leaf) => with_rank!(x.rank(), part, D => {
                Ok(leaf.forward(float::<D>(part, x)?).into())
            }),
            LeafModule::Dropout(leaf) => with_rank!(x.rank(), part, D => {
                Ok(leaf.forward(cx, float::<D>(part, x)?).into())
            }),
            _ => Err(inconsistent(part, "a leaf without a forward")),
        };
        output.map(Slot::Tensor)
    }
}

fn float<const D: usize>(part: &PartPath<'_>, x: AnyTensor) -> Result<Tensor<D>, RunError> {
    x.float().map_err(|wrong| wrong_tensor(part, wrong))
}

#[inline(never)]
fn rope(leaf: &Rope, part: &PartPath<'_>, positions: AnyTensor) -> Result<Slot, RunError> {
    let (cos, sin) = leaf.forward(positions.int().map_err(|wrong| wrong_tensor(part, wrong))?);
    Ok(Slot::Tuple(vec![
        Slot::Tensor(cos.into()),
        Slot::Tensor(sin.into()),
    ]))
}

#[inline(never)]
fn linear(leaf: &Linear, call: LeafCall, x: AnyTensor) -> Result<AnyTensor, RunError> {
    let part = call.part;
    if call.tied.is_empty() {
        return with_rank!(x.rank(), part, D => Ok(leaf.forward(float::<D>(part, x)?).into()));
    }
    tied_linear(leaf, call, x)
}

#[inline(never)]
fn tied_linear(leaf: &Linear, mut call: LeafCall, x: AnyTensor) -> Result<AnyTensor, RunError> {
    let part = call.part;
    let weight = call.tied_weight()?.unwrap_or_else(|| leaf.weight());
    with_rank!(x.rank(), part, D => Ok(leaf.forward_with(float::<D>(part, x)?, weight).into()))
}

#[inline(never)]
fn embedding(leaf: &Embedding, mut call: LeafCall, ids: AnyTensor) -> Result<AnyTensor, RunError> {
    let part = call.part;
    let weight = call.tied_weight()?.unwrap_or_else(|| leaf.weight());
    with_rank!(ids.rank(), part, D => {
        const E: usize = D + 1;
        let ids = ids.int::<D>().map_err(|wrong| wrong_tensor(part, wrong))?;
        let [entries, _] = weight.dims();
        if let Some(Stranger { id, at }) = Stranger::find(&ids, entries) {
            return Err(RunError::IdOutOfRange {
                part: part.to_string(),
                input: call.argument.to_string(),
                id,
                at,
                entries,
            });
        }
        Ok(look_up::<D, E>(ids, weight).into())
    })
}

#[inline(never)]
fn user(leaf: &UserLeaf, cx: &mut Context, call: LeafCall, args: Arguments) -> Result<Slot, RunError> {
    let inputs: Option<Vec<AnyTensor>> = args.into_iter().collect();
    let inputs = inputs.ok_or_else(|| inconsistent(call.part, "it needs all its inputs"))?;
    let mut weights: IndexMap<String, AnyTensor> = leaf
        .params
        .iter()
        .map(|(name, param)| (name.clone(), param.value()))
        .collect();
    let tied = call.tied.into_iter();
    weights.extend(tied.map(|(name, value)| (name.to_string(), value.tensor())));
    let outputs = leaf.function.forward(cx, &leaf.values, &weights, inputs);
    let outputs = outputs.map_err(|message| RunError::Leaf {
        part: call.part.to_string(),
        message,
    })?;
    let mut outputs: Vec<Slot> = outputs.into_iter().map(Slot::Tensor).collect();
    Ok(match outputs.len() {
        1 => outputs.swap_remove(0),
        _ => Slot::Tuple(outputs),
    })
}

#[cold]
pub(super) fn wrong_tensor(part: &PartPath<'_>, wrong: WrongTensor) -> RunError {
    RunError::WrongTensor {
        part: part.to_string(),
        wrong,
    }
}

#[cold]
fn inconsistent(part: &PartPath<'_>, what: &str) -> RunError {
    RunError::Program {
        part: part.to_string(),
        what: what.to_string(),
    }
}
