//! One operation written down.

use indexmap::IndexMap;

use super::unroll::{Unroller, lacks};
use super::wire::{Wire, names_of};
use super::{Layer, LayerWeight, Param};
use crate::instance::path::join;
use crate::instance::{InstanceError, InstanceLeaf};
use crate::spec::Leaf;

impl Unroller<'_> {
    /// The call of a leaf.
    pub(super) fn leaf(
        &mut self,
        leaf: &InstanceLeaf,
        path: &str,
        inputs: Vec<Wire>,
    ) -> Result<Wire, InstanceError> {
        let decl = self.program.leaf(&leaf.leaf).ok_or_else(|| lacks(&leaf.leaf))?;
        let name = self.unique(path);
        let outputs = output_values(decl, &name);
        let mut params: IndexMap<String, Param> = leaf
            .values
            .iter()
            .map(|(name, value)| (name.clone(), Param::Known(value.clone())))
            .collect();
        let inputs = names_of(inputs, &mut params);
        let weights = leaf.weights.iter().map(|weight| LayerWeight {
            path: join(path, &weight.name),
            shape: weight.shape.clone(),
            tied: weight.tied.clone(),
        });
        self.layers.push(Layer {
            name,
            kind: leaf.leaf.clone(),
            params,
            inputs,
            outputs: outputs.clone(),
            weights: weights.collect(),
        });
        Ok(Wire::of(outputs.into_iter().map(Wire::Value).collect()))
    }

    /// A function or an arithmetic operation of the body at `path`.
    pub(super) fn layer(
        &mut self,
        kind: &str,
        path: &str,
        mut params: IndexMap<String, Param>,
        inputs: Vec<Wire>,
    ) -> Wire {
        let name = self.unique(&join(path, kind));
        let inputs = names_of(inputs, &mut params);
        self.layers.push(Layer {
            name: name.clone(),
            kind: kind.into(),
            params,
            inputs,
            outputs: vec![name.clone()],
            weights: Vec::new(),
        });
        Wire::Value(name)
    }

    /// A name that no layer has.
    fn unique(&mut self, name: &str) -> String {
        let calls = self.calls.entry(name.to_string()).or_insert(0);
        *calls += 1;
        if *calls == 1 {
            name.to_string()
        } else {
            format!("{name}#{calls}")
        }
    }
}

/// The values that a leaf makes: one by the layer's own name, several by theirs.
fn output_values(leaf: &Leaf, layer: &str) -> Vec<String> {
    let outputs = leaf
        .signature
        .as_ref()
        .map_or(&[][..], |signature| &signature.outputs);
    let several = outputs.len() > 1;
    let names = outputs.iter().filter_map(|output| output.name.as_ref());
    match several {
        true => names.map(|name| format!("{layer}:{name}")).collect(),
        false => vec![layer.to_owned()],
    }
}
