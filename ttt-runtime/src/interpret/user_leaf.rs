//! Leaves whose Rust code the user registers.

use std::fmt;
use std::sync::Arc;

use burn::module::{Module, ModuleMapper, ModuleVisitor};
use burn::tensor::Device;
use indexmap::IndexMap;
use ttt_dsl::instance::Values;

use super::param::AnyParam;
use crate::context::Context;
use crate::initial::Initial;
use crate::tensor::AnyTensor;

/// The Rust code of a leaf that a schema declares with a path: `leaf Gate(dim) = crate::Gate { … }`.
///
/// The leaf's tensors are those that the schema declares; the interpreter owns them, so they are trained, loaded and
/// saved under their paths like all others.
pub trait LeafFunction: Send + Sync {
    /// The values a tensor begins with.
    fn initial(&self, weight: &str, params: &Values) -> Initial;

    /// The outputs, in the order of the leaf's signature. `weights` holds the tensors by name, `inputs` the arguments
    /// in order. The message of an error is shown with the part's path.
    fn forward(
        &self,
        context: &mut Context,
        params: &Values,
        weights: &IndexMap<String, AnyTensor>,
        inputs: Vec<AnyTensor>,
    ) -> Result<Vec<AnyTensor>, String>;
}

/// A user's leaf with its parameters.
#[derive(Clone)]
pub(super) struct UserLeaf {
    /// The leaf's name.
    pub name: String,
    /// Its params.
    pub values: Values,
    /// Its tensors; those that are tied are not here.
    pub params: Vec<(String, AnyParam)>,
    /// Its code.
    pub function: Arc<dyn LeafFunction>,
}

impl fmt::Debug for UserLeaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(&self.name)
            .field("values", &self.values)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

impl UserLeaf {
    fn map_params(mut self, mut map: impl FnMut(&str, AnyParam) -> AnyParam) -> UserLeaf {
        self.params = self
            .params
            .into_iter()
            .map(|(name, param)| {
                let param = map(&name, param);
                (name, param)
            })
            .collect();
        self
    }

    fn container(&self) -> String {
        format!("Struct:{}", self.name)
    }
}

impl Module for UserLeaf {
    fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
        self.params
            .iter()
            .fold(devices, |devices, (_, param)| param.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        self.map_params(|_, param| param.fork(device))
    }

    fn to_device(self, device: &Device) -> Self {
        self.map_params(|_, param| param.to_device(device))
    }

    fn train(self) -> Self {
        self.map_params(|_, param| param.train())
    }

    fn valid(&self) -> Self {
        self.clone().map_params(|_, param| param.valid())
    }

    fn materialize(self) -> Self {
        self.map_params(|_, param| param.materialize())
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        let container = self.container();
        for (name, param) in &self.params {
            visitor.enter_module(name, &container);
            param.visit(visitor);
            visitor.exit_module(name, &container);
        }
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let container = self.container();
        self.map_params(|name, param| {
            mapper.enter_module(name, &container);
            let param = param.map(mapper);
            mapper.exit_module(name, &container);
            param
        })
    }
}
