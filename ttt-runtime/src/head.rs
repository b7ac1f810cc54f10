//! Models with a head, as Burn modules.

/// Implements Burn's module traits for a struct of a model and its head:
/// `headed_module!(Gpt2Lm { base, lm });`, where the struct has exactly these two fields and is `Clone` and `Debug`.
///
/// The base's parameters keep their paths, the head's stand under the head's name: `wte.weight`, `lm.logits.weight`.
#[macro_export]
macro_rules! headed_module {
    ($name:ident { $base:ident, $head:ident }) => {
        impl $crate::burn::module::Module for $name {
            fn collect_devices(
                &self,
                devices: ::std::vec::Vec<$crate::burn::tensor::Device>,
            ) -> ::std::vec::Vec<$crate::burn::tensor::Device> {
                let devices = $crate::burn::module::Module::collect_devices(&self.$base, devices);
                $crate::burn::module::Module::collect_devices(&self.$head, devices)
            }

            fn fork(self, device: &$crate::burn::tensor::Device) -> Self {
                Self {
                    $base: $crate::burn::module::Module::fork(self.$base, device),
                    $head: $crate::burn::module::Module::fork(self.$head, device),
                }
            }

            fn to_device(self, device: &$crate::burn::tensor::Device) -> Self {
                Self {
                    $base: $crate::burn::module::Module::to_device(self.$base, device),
                    $head: $crate::burn::module::Module::to_device(self.$head, device),
                }
            }

            fn train(self) -> Self {
                Self {
                    $base: $crate::burn::module::Module::train(self.$base),
                    $head: $crate::burn::module::Module::train(self.$head),
                }
            }

            fn valid(&self) -> Self {
                Self {
                    $base: $crate::burn::module::Module::valid(&self.$base),
                    $head: $crate::burn::module::Module::valid(&self.$head),
                }
            }

            fn materialize(self) -> Self {
                Self {
                    $base: $crate::burn::module::Module::materialize(self.$base),
                    $head: $crate::burn::module::Module::materialize(self.$head),
                }
            }

            fn visit<V: $crate::burn::module::ModuleVisitor>(&self, visitor: &mut V) {
                $crate::burn::module::Module::visit(&self.$base, visitor);
                visitor.enter_module(stringify!($head), concat!("Struct:", stringify!($name)));
                $crate::burn::module::Module::visit(&self.$head, visitor);
                visitor.exit_module(stringify!($head), concat!("Struct:", stringify!($name)));
            }

            fn map<M: $crate::burn::module::ModuleMapper>(self, mapper: &mut M) -> Self {
                let base = $crate::burn::module::Module::map(self.$base, mapper);
                mapper.enter_module(stringify!($head), concat!("Struct:", stringify!($name)));
                let head = $crate::burn::module::Module::map(self.$head, mapper);
                mapper.exit_module(stringify!($head), concat!("Struct:", stringify!($name)));
                Self {
                    $base: base,
                    $head: head,
                }
            }
        }

        impl $crate::burn::module::ModuleDisplayDefault for $name {
            fn content(
                &self,
                content: $crate::burn::module::Content,
            ) -> ::std::option::Option<$crate::burn::module::Content> {
                content
                    .set_top_level_type(stringify!($name))
                    .add(stringify!($base), &self.$base)
                    .add(stringify!($head), &self.$head)
                    .optional()
            }

            fn num_params(&self) -> usize {
                $crate::burn::module::Module::num_params(self)
            }
        }

        impl $crate::burn::module::ModuleDisplay for $name {}

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let settings = $crate::burn::module::DisplaySettings::new();
                f.write_str(&$crate::burn::module::ModuleDisplay::format(self, settings))
            }
        }
    };
}
