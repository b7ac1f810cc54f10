//! An interpreted model, as a Burn module.

use std::fmt;
use std::sync::Arc;

use burn::module::{
    Content, DisplaySettings, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor,
};
use burn::tensor::Device;
use ttt_dsl::instance::Instance;
use ttt_dsl::program::Program;

use super::block::{DynBlock, DynPart};
use super::head::DynHead;
use super::leaf::{DynLeaf, TiedValue};
use crate::tensor::AnyTensor;

/// A model that was built from a schema while the program runs; perhaps with one of its heads.
///
/// It is a Burn module like an expanded one: optimizers, records and parameter groups see the same paths.
#[derive(Clone)]
pub struct DynModel {
    program: Arc<Program>,
    instance: Arc<Instance>,
    /// The path of the first tensor with storage of its own.
    pub(super) first: Option<Arc<str>>,
    base: DynBlock,
    head: Option<DynHead>,
}

impl DynModel {
    pub(super) fn new(
        program: Arc<Program>,
        instance: Instance,
        base: DynBlock,
        head: Option<DynHead>,
    ) -> DynModel {
        let mut tensors = instance.tensors().into_iter();
        let first = tensors.find(|slot| slot.tied.is_none());
        DynModel {
            program,
            first: first.map(|slot| slot.path.into()),
            instance: Arc::new(instance),
            base,
            head,
        }
    }

    /// The schema.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The schema evaluated with this model's numbers.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The leaf of the first tensor with storage of its own.
    pub(super) fn first_leaf(&self) -> Option<&DynLeaf> {
        let (part, _) = self.first.as_deref()?.rsplit_once('.')?;
        self.leaf(part)
    }

    pub(super) fn base(&self) -> &DynBlock {
        &self.base
    }

    pub(super) fn head(&self) -> Option<&DynHead> {
        self.head.as_ref()
    }

    /// The tensor of this path, which must have storage of its own.
    pub(super) fn tensor(&self, path: &str) -> Option<AnyTensor> {
        let (part, tensor) = path.rsplit_once('.')?;
        self.leaf(part)?.tensor(tensor)
    }

    /// The bytes that the tensor of this path takes, which must have storage of its own.
    pub fn tensor_bytes(&self, path: &str) -> Option<usize> {
        self.shared(path).map(|value| value.bytes())
    }

    /// The same as another leaf reads it.
    pub(super) fn shared(&self, path: &str) -> Option<TiedValue> {
        let (part, tensor) = path.rsplit_once('.')?;
        self.leaf(part)?.shared(tensor)
    }

    fn leaf(&self, path: &str) -> Option<&DynLeaf> {
        let mut steps = path.split('.');
        let first = steps.next()?;
        let mut part = match (self.base.part(first), &self.head) {
            (Some(part), _) => part,
            (None, Some(head)) if head.name() == first => head.block.part(steps.next()?)?,
            (None, _) => return None,
        };
        for step in steps {
            part = match part {
                DynPart::Block(block) => block.part(step)?,
                DynPart::Repeat(copies) => copies.get(step.parse::<usize>().ok()?)?,
                DynPart::Leaf(_) | DynPart::Absent => return None,
            };
        }
        match part {
            DynPart::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }

    fn map_blocks(self, mut map: impl FnMut(DynBlock) -> DynBlock) -> DynModel {
        DynModel {
            base: map(self.base),
            head: self.head.map(|head| head.map_block(&mut map)),
            program: self.program,
            instance: self.instance,
            first: self.first,
        }
    }

    fn container(&self) -> String {
        format!("Struct:{}", self.instance.model)
    }
}

impl fmt::Debug for DynModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynModel")
            .field("model", &self.instance.model)
            .field("base", &self.base)
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

/// The base's parameters stand under their own paths, the head's under its name.
impl Module for DynModel {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        let devices = self.base.collect_devices(devices);
        match &self.head {
            Some(head) => head.block.collect_devices(devices),
            None => devices,
        }
    }

    fn fork(self, device: &Device) -> Self {
        self.map_blocks(|block| block.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        self.map_blocks(|block| block.to_device(device))
    }

    fn train(self) -> Self {
        self.map_blocks(Module::train)
    }

    fn valid(&self) -> Self {
        self.clone().map_blocks(|block| block.valid())
    }

    fn materialize(self) -> Self {
        self.map_blocks(Module::materialize)
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.base.visit(visitor);
        if let Some(head) = &self.head {
            let container = self.container();
            visitor.enter_module(head.name(), &container);
            head.block.visit(visitor);
            visitor.exit_module(head.name(), &container);
        }
    }

    fn map<M: ModuleMapper>(mut self, mapper: &mut M) -> Self {
        let container = self.container();
        self.base = self.base.map(mapper);
        self.head = self.head.map(|head| {
            let name = head.name().to_string();
            mapper.enter_module(&name, &container);
            let head = head.map_block(|block| block.map(mapper));
            mapper.exit_module(&name, &container);
            head
        });
        self
    }
}

impl ModuleDisplayDefault for DynModel {
    fn content(&self, content: Content) -> Option<Content> {
        let mut content = content.set_top_level_type(&self.instance.model);
        for (name, value) in &self.instance.values {
            content = content.add_debug_attribute(name, &format_args!("{value}"));
        }
        content.optional()
    }

    fn num_params(&self) -> usize {
        Module::num_params(self)
    }
}

impl ModuleDisplay for DynModel {}

impl fmt::Display for DynModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&ModuleDisplay::format(self, DisplaySettings::new()))
    }
}
