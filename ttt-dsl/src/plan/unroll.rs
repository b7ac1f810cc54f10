//! Walks the typed forwards of an instance and writes down every operation.

use indexmap::IndexMap;

use super::connection::connections;
use super::wire::{Wire, name_outputs};
use super::{Layer, Metadata, Param, Plan, PlanInput};
use crate::instance::path::join;
use crate::instance::{Instance, InstanceBlock, InstanceError, InstanceNode};
use crate::place::Place;
use crate::program::{
    Branch, CheckedBlock, CheckedForward, CheckedHead, CheckedInput, CheckedStatement, HeadInput, Program,
};

/// The plan of an instance.
pub(super) fn unroll(program: &Program, instance: &Instance) -> Result<Plan, InstanceError> {
    let model = program
        .model(&instance.model)
        .ok_or_else(|| lacks(&instance.model))?;
    let forward = model.body.forward.as_ref().ok_or_else(|| lacks("forward"))?;
    let mut unroller = Unroller {
        program,
        layers: Vec::new(),
        calls: IndexMap::new(),
    };
    let head = match &instance.head {
        Some((name, block)) => Some((model.head(name).ok_or_else(|| lacks(name))?, block)),
        None => None,
    };
    let inputs = inputs(forward, head.map(|(head, _)| head));
    let given: Vec<Wire> = forward
        .inputs
        .iter()
        .map(|input| Wire::Value(input.name.clone()))
        .collect();
    let fold = head.and_then(|(head, _)| head.fold.as_deref());
    let folded = unroller.folded("fold", fold, given.clone());
    let base = unroller.body(&model.body, &instance.root, "", folded)?;
    let base = unroller.folded("unfold", fold, base);
    let mut outputs = IndexMap::new();
    if let Some((head, block)) = head {
        unroller.head(head, block, &given, &base, &mut outputs)?;
    }
    let losses = head.map(|(head, _)| head.losses.as_slice()).unwrap_or_default();
    name_outputs(forward, base, &mut outputs);
    Ok(Plan {
        model: instance.model.clone(),
        head: instance.head.as_ref().map(|(name, _)| name.clone()),
        params: instance.values.clone(),
        connections: connections(&inputs, &unroller.layers),
        inputs,
        outputs,
        layers: unroller.layers,
        metadata: Metadata {
            producer: concat!("ttt ", env!("CARGO_PKG_VERSION")).into(),
            version: 1,
            parameters: instance.parameter_count(),
            doc: model.body.doc.clone(),
            losses: losses.iter().map(|loss| loss.name.clone()).collect(),
        },
    })
}

/// What a caller gives: the model's inputs, and those of the head beside.
fn inputs(forward: &CheckedForward, head: Option<&CheckedHead>) -> Vec<PlanInput> {
    let folded = head.map(|head| head.folded_forward(forward));
    let base = folded.as_ref().unwrap_or(forward).inputs.iter();
    let own = head.into_iter().flat_map(CheckedHead::given_inputs);
    let input = |input: &CheckedInput| PlanInput {
        name: input.name.clone(),
        ty: input.ty.to_string(),
        default: input.default,
    };
    base.chain(own).map(input).collect()
}

/// Goes through an instance and collects layers.
pub(super) struct Unroller<'a> {
    pub(super) program: &'a Program,
    pub(super) layers: Vec<Layer>,
    /// How often each name was used.
    pub(super) calls: IndexMap<String, usize>,
}

/// A body in the course of its forward.
pub(super) struct Scope<'a> {
    pub(super) instance: &'a InstanceBlock,
    pub(super) path: &'a str,
    pub(super) locals: IndexMap<String, Wire>,
}

impl Unroller<'_> {
    fn head(
        &mut self,
        head: &CheckedHead,
        block: &InstanceBlock,
        given: &[Wire],
        base: &[Wire],
        outputs: &mut IndexMap<String, String>,
    ) -> Result<(), InstanceError> {
        let declared = head.body.forward.iter().flat_map(|forward| &forward.inputs);
        let pick = |(source, input): (&HeadInput, &CheckedInput)| match source {
            HeadInput::Output(index) => base.get(*index).cloned().unwrap_or(Wire::Absent),
            HeadInput::Input(index) => given.get(*index).cloned().unwrap_or(Wire::Absent),
            HeadInput::Given => Wire::Value(input.name.clone()),
        };
        let inputs = head.inputs.iter().zip(declared).map(pick).collect();
        let results = self.body(&head.body, block, &head.body.name, inputs)?;
        if let Some(forward) = &head.body.forward {
            name_outputs(forward, results, outputs);
        }
        Ok(())
    }

    /// Every value with the head's own dimension folded into its first, or out of it again.
    fn folded(&mut self, operation: &str, dimension: Option<&str>, wires: Vec<Wire>) -> Vec<Wire> {
        let Some(name) = dimension else {
            return wires;
        };
        let params = IndexMap::from([("dimension".to_string(), Param::PerCall(name.to_string()))]);
        let fold = |wire: Wire| match wire {
            Wire::Absent => Wire::Absent,
            wire => self.layer(operation, "", params.clone(), vec![wire]),
        };
        wires.into_iter().map(fold).collect()
    }

    fn body(
        &mut self,
        block: &CheckedBlock,
        instance: &InstanceBlock,
        path: &str,
        inputs: Vec<Wire>,
    ) -> Result<Vec<Wire>, InstanceError> {
        let forward = block.forward.as_ref().ok_or_else(|| lacks("forward"))?;
        let names = forward.inputs.iter().map(|input| input.name.clone());
        let mut scope = Scope {
            instance,
            path,
            locals: names.zip(inputs).collect(),
        };
        self.statements(&forward.statements, &mut scope)?;
        forward
            .results
            .iter()
            .map(|result| self.value(result, &mut scope))
            .collect()
    }

    fn statements(
        &mut self,
        statements: &[CheckedStatement],
        scope: &mut Scope,
    ) -> Result<(), InstanceError> {
        for statement in statements {
            let value = self.value(&statement.value, scope)?;
            match value {
                Wire::Tuple(values) if statement.tuple => {
                    scope.locals.extend(statement.names.iter().cloned().zip(values));
                }
                value => {
                    scope
                        .locals
                        .extend(statement.names.first().map(|name| (name.clone(), value)));
                }
            }
        }
        Ok(())
    }

    pub(super) fn branch(&mut self, branch: &Branch, scope: &mut Scope) -> Result<Wire, InstanceError> {
        let outer = scope.locals.clone();
        self.statements(&branch.statements, scope)?;
        let result = self.value(&branch.result, scope)?;
        scope.locals = outer;
        Ok(result)
    }

    pub(super) fn node(
        &mut self,
        node: &InstanceNode,
        path: &str,
        mut inputs: Vec<Wire>,
    ) -> Result<Wire, InstanceError> {
        match node {
            InstanceNode::Absent => Ok(Wire::Absent),
            InstanceNode::Leaf(leaf) => self.leaf(leaf, path, inputs),
            InstanceNode::Block(instance) => {
                let block = self
                    .program
                    .block(&instance.block)
                    .ok_or_else(|| lacks(&instance.block))?;
                self.body(block, instance, path, inputs).map(Wire::of)
            }
            InstanceNode::Repeat(copies) => {
                for (index, copy) in copies.iter().enumerate() {
                    let first = self.node(copy, &join(path, &index.to_string()), inputs.clone())?;
                    if let Some(threaded) = inputs.first_mut() {
                        *threaded = first;
                    }
                }
                Ok(inputs.into_iter().next().unwrap_or(Wire::Absent))
            }
        }
    }
}

/// The program lacks what the instance has.
pub(super) fn lacks(name: &str) -> InstanceError {
    InstanceError {
        message: format!("the program and the instance disagree about `{name}`"),
        help: "make both from the same schema".into(),
        part: String::new(),
        place: Place::NOWHERE,
    }
}
