//! Who feeds whom.

use indexmap::IndexMap;

use super::{Connection, Layer, PlanInput};

/// Every value on its way from what makes it to each layer that reads it.
pub(super) fn connections(inputs: &[PlanInput], layers: &[Layer]) -> Vec<Connection> {
    let mut makers: IndexMap<&str, &str> = inputs
        .iter()
        .map(|input| (input.name.as_str(), input.name.as_str()))
        .collect();
    let mut connections = Vec::new();
    for layer in layers {
        for value in &layer.inputs {
            // A tensor used by its name comes from no layer.
            if let Some(from) = makers.get(value.as_str()) {
                connections.push(Connection {
                    from: from.to_string(),
                    to: layer.name.clone(),
                    value: value.clone(),
                });
            }
        }
        makers.extend(
            layer
                .outputs
                .iter()
                .map(|output| (output.as_str(), layer.name.as_str())),
        );
    }
    connections
}
