//! Parameters whose rank is known only when the program runs.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use crate::initial::{Init, Initial};
use crate::tensor::AnyTensor;

macro_rules! any_param {
    ($($variant:ident = $rank:literal),+) => {
        /// A parameter of any rank.
        #[derive(Clone, Debug)]
        pub(super) enum AnyParam {
            $($variant(Param<Tensor<$rank>>),)+
        }

        impl AnyParam {
            /// A parameter of these sizes; `None` when there are too many.
            pub fn new(shape: &[usize], initial: Initial, init: &Init) -> Option<AnyParam> {
                match shape.len() {
                    $($rank => <[usize; $rank]>::try_from(shape)
                        .ok()
                        .map(|shape| AnyParam::$variant(init.param(shape, initial))),)+
                    _ => None,
                }
            }

            /// Its value.
            pub fn value(&self) -> AnyTensor {
                match self {
                    $(AnyParam::$variant(param) => param.val().into(),)+
                }
            }
        }

        impl Module for AnyParam {
            fn collect_devices(&self, devices: Vec<Device>) -> Vec<Device> {
                match self {
                    $(AnyParam::$variant(param) => Module::collect_devices(param, devices),)+
                }
            }

            fn fork(self, device: &Device) -> Self {
                match self {
                    $(AnyParam::$variant(param) => AnyParam::$variant(Module::fork(param, device)),)+
                }
            }

            fn to_device(self, device: &Device) -> Self {
                match self {
                    $(AnyParam::$variant(param) => AnyParam::$variant(Module::to_device(param, device)),)+
                }
            }

            fn train(self) -> Self {
                match self {
                    $(AnyParam::$variant(param) => AnyParam::$variant(Module::train(param)),)+
                }
            }

            fn valid(&self) -> Self {
                match self {
                    $(AnyParam::$variant(param) => AnyParam::$variant(Module::valid(param)),)+
                }
            }

            fn materialize(self) -> Self {
                match self {
                    $(AnyParam::$variant(param) => AnyParam::$variant(Module::materialize(param)),)+
                }
            }

            fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
                match self {
                    $(AnyParam::$variant(param) => Module::visit(param, visitor),)+
                }
            }

            fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
                match self {
                    $(AnyParam::$variant(param) => AnyParam::$variant(Module::map(param, mapper)),)+
                }
            }
        }
    };
}

any_param!(Rank1 = 1, Rank2 = 2, Rank3 = 3, Rank4 = 4, Rank5 = 5, Rank6 = 6);
