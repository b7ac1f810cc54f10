//! Matrices that stand in leaves, and that ties may share.

use burn::module::{
    Content, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor, Param, ParamId,
};
use burn::tensor::{Device, Tensor};

use super::Packed;
use crate::initial::{Init, Initial};
use crate::load;

/// A matrix of a leaf, `[rows, columns]`: a parameter, or blocks that a checkpoint was loaded as.
///
/// It has one path and one parameter, whichever it is: blocks are seen as the numbers that they stand for, which are made
/// when somebody reads them.
#[derive(Clone, Debug)]
pub struct Weight {
    storage: Storage,
}

#[derive(Clone, Debug)]
enum Storage {
    Numbers(Param<Tensor<2>>),
    Packed(ParamId, Packed),
    /// Tied to another tensor.
    Released,
}

/// What a weight is in a forward pass.
#[derive(Clone, Debug)]
pub enum WeightValue {
    /// Numbers.
    Numbers(Tensor<2>),
    /// Blocks, which are multiplied as they are.
    Packed(Packed),
}

impl Weight {
    /// A parameter that begins like this.
    pub fn new(shape: [usize; 2], initial: Initial, init: &Init) -> Weight {
        Weight::from(init.param(shape, initial))
    }

    /// What it is now.
    ///
    /// # Panics
    ///
    /// When it was released. The checker only lets a tied weight be read through its owner.
    #[expect(
        clippy::panic,
        reason = "a schema that reads a released weight is refused before it runs"
    )]
    pub fn value(&self) -> WeightValue {
        match &self.storage {
            Storage::Numbers(param) => WeightValue::Numbers(param.val()),
            Storage::Packed(_, packed) => WeightValue::Packed(packed.clone()),
            Storage::Released => panic!("a tied weight is read through its owner"),
        }
    }

    /// Whether a tie took it away.
    pub fn is_released(&self) -> bool {
        matches!(self.storage, Storage::Released)
    }

    /// Drops the storage: it is tied to another tensor.
    pub fn release(&mut self) {
        self.storage = Storage::Released;
    }

    /// Blocks whose results go elsewhere.
    fn moved(self, device: impl FnOnce(&Device) -> Device) -> Weight {
        match self.storage {
            Storage::Packed(id, packed) => {
                let device = device(packed.device());
                Weight {
                    storage: Storage::Packed(id, packed.to_device(&device)),
                }
            }
            _ => self,
        }
    }

    fn mapped(self, numbers: impl FnOnce(Param<Tensor<2>>) -> Param<Tensor<2>>) -> Weight {
        match self.storage {
            Storage::Numbers(param) => Weight::from(numbers(param)),
            _ => self,
        }
    }
}

impl From<Param<Tensor<2>>> for Weight {
    fn from(param: Param<Tensor<2>>) -> Weight {
        Weight {
            storage: Storage::Numbers(param),
        }
    }
}

impl WeightValue {
    /// `[rows, columns]`
    pub fn dims(&self) -> [usize; 2] {
        match self {
            WeightValue::Numbers(numbers) => numbers.dims(),
            WeightValue::Packed(packed) => packed.dims(),
        }
    }
}

impl From<Tensor<2>> for WeightValue {
    fn from(numbers: Tensor<2>) -> WeightValue {
        WeightValue::Numbers(numbers)
    }
}

/// Blocks are unpacked.
impl From<WeightValue> for Tensor<2> {
    fn from(value: WeightValue) -> Tensor<2> {
        match value {
            WeightValue::Numbers(numbers) => numbers,
            WeightValue::Packed(packed) => packed.numbers(),
        }
    }
}

impl Module for Weight {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        match &self.storage {
            Storage::Numbers(param) => param.collect_devices(devices),
            Storage::Packed(_, packed) => packed.collect_devices(devices),
            Storage::Released => devices,
        }
    }

    fn fork(self, device: &Device) -> Self {
        self.moved(|own| device.clone().with_autodiff_context_from(own))
            .mapped(|param| param.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        self.moved(|own| device.clone().with_autodiff_context_from(own))
            .mapped(|param| param.to_device(device))
    }

    fn train(self) -> Self {
        self.moved(|device| device.clone().autodiff())
            .mapped(Module::train)
    }

    fn valid(&self) -> Self {
        let weight = self.clone().moved(|device| device.clone().without_autodiff());
        weight.mapped(|param| param.valid())
    }

    fn materialize(self) -> Self {
        self.mapped(Module::materialize)
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        match &self.storage {
            Storage::Numbers(param) => Module::visit(param, visitor),
            Storage::Packed(id, packed) => Module::visit(&packed.param(*id), visitor),
            Storage::Released => {}
        }
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let (param, before) = match self.storage {
            Storage::Numbers(param) => (Module::map(param, mapper), None),
            Storage::Packed(id, packed) => (Module::map(packed.param(id), mapper), Some(packed)),
            Storage::Released => return self,
        };
        let id = param.id;
        // Blocks stay where the numbers that they stand for were left as they are, be it that somebody read them.
        let packed = load::handed_over(id).or_else(|| before.filter(|packed| packed.stands_for(&param)));
        match packed {
            Some(packed) => Weight {
                storage: Storage::Packed(id, packed),
            },
            None => Weight::from(param),
        }
    }
}

impl ModuleDisplayDefault for Weight {
    fn content(&self, content: Content) -> Option<Content> {
        match &self.storage {
            Storage::Numbers(param) => ModuleDisplayDefault::content(param, content),
            Storage::Packed(_, packed) => content
                .set_top_level_type("Packed")
                .add_debug_attribute("format", &packed.format())
                .add_debug_attribute("shape", &packed.dims())
                .optional(),
            Storage::Released => None,
        }
    }
}

impl ModuleDisplay for Weight {}
