//! The model, perhaps with one of its heads, as one graph.

use std::collections::HashMap;

use super::View;
use super::forward::{Drawer, Flow, Sheet};
use super::graph::{Node, NodeKind, Port};
use super::line::Lines;
use super::node::lacks;
use super::rows::arrange;
use super::shape::declared_port;
use crate::instance::{Instance, InstanceBlock, InstanceError, Values};
use crate::program::{CheckedForward, CheckedHead, CheckedModel, CheckedOutput, HeadInput, Program};

/// Draws an instance.
pub(super) fn view(
    program: &Program,
    model: &CheckedModel,
    instance: &Instance,
    lines: &Lines,
) -> Result<View, InstanceError> {
    let head = match &instance.head {
        Some((name, block)) => Some((model.head(name).ok_or_else(|| lacks(name))?, block)),
        None => None,
    };
    let forward = model.body.forward.as_ref().ok_or_else(|| lacks("forward"))?;
    let mut drawer = Drawer {
        program,
        lines,
        names: HashMap::new(),
    };
    let mut sheet = Sheet::new(&model.body, &instance.root, &model.body.name, "");
    let given = drawer.inputs(forward, head.map(|(head, _)| head), &mut sheet);
    let results = drawer.results(forward, &mut sheet)?;
    let read = match head {
        None => Vec::new(),
        Some((head, block)) => drawer.head(model, head, block, &given, &results, &mut sheet)?,
    };
    for (index, (output, result)) in forward.outputs.iter().zip(&results).enumerate() {
        if !read.contains(&index) {
            drawer.output(&output.name, result, &mut sheet);
        }
    }
    let losses = head.map(|(head, _)| head.losses.as_slice()).unwrap_or_default();
    Ok(View {
        head: head.map(|(head, _)| head.body.name.clone()),
        doc: head.map(|(head, _)| head.body.doc.clone()).unwrap_or_default(),
        parameters: instance.parameter_count(),
        losses: losses.iter().map(|loss| loss.name.clone()).collect(),
        graph: arrange(sheet.graph),
    })
}

impl Drawer<'_> {
    /// The model's inputs, folded where the head says so, and bound in the sheet. Gives them as the caller does.
    fn inputs(
        &mut self,
        forward: &CheckedForward,
        head: Option<&CheckedHead>,
        sheet: &mut Sheet,
    ) -> Vec<Flow> {
        let outer = head.map(|head| head.folded_forward(forward));
        let outer = outer.as_ref().unwrap_or(forward);
        let mut given = Vec::new();
        for (outer, inner) in outer.inputs.iter().zip(&forward.inputs) {
            let flow = self.input(outer, sheet);
            given.push(flow.clone());
            let port = declared_port("", &inner.ty, &sheet.instance.values);
            let flow = self.folded("fold", head, flow, port, sheet);
            sheet.locals.insert(inner.name.clone(), flow);
        }
        given
    }

    /// A value through the operation that folds the head's own dimension, or takes it out again.
    fn folded(
        &mut self,
        operation: &str,
        head: Option<&CheckedHead>,
        flow: Flow,
        port: Port,
        sheet: &mut Sheet,
    ) -> Flow {
        let Some(dimension) = head.and_then(|head| head.fold.clone()) else {
            return flow;
        };
        if matches!(flow, Flow::Absent) {
            return flow;
        }
        let id = self.unique(operation);
        let node = Node::pill(id, NodeKind::Operation, operation, dimension, vec![port]);
        sheet.add(node, &[flow])
    }

    /// The head as one node, and its outputs. Gives the indices of the model's outputs that it reads.
    fn head(
        &mut self,
        model: &CheckedModel,
        head: &CheckedHead,
        block: &InstanceBlock,
        given: &[Flow],
        results: &[Flow],
        sheet: &mut Sheet,
    ) -> Result<Vec<usize>, InstanceError> {
        let forward = head.body.forward.as_ref().ok_or_else(|| lacks("forward"))?;
        let mut inputs = Vec::new();
        let mut read = Vec::new();
        for (input, source) in forward.inputs.iter().zip(&head.inputs) {
            let port = declared_port("", &input.ty, &block.values);
            inputs.push(match source {
                HeadInput::Input(index) => given.get(*index).cloned().unwrap_or(Flow::Absent),
                HeadInput::Given => self.input(input, sheet),
                HeadInput::Output(index) => {
                    read.push(*index);
                    let flow = results.get(*index).cloned().unwrap_or(Flow::Absent);
                    self.folded("unfold", Some(head), flow, port, sheet)
                }
            });
        }
        let node = self.head_node(model, head, block)?;
        let flow = sheet.add(node, &inputs);
        let flows = match flow {
            Flow::Several(flows) => flows,
            flow => vec![flow],
        };
        for (output, flow) in existing(&forward.outputs, &block.values).zip(&flows) {
            self.output(&output.name, flow, sheet);
        }
        Ok(read)
    }

    fn head_node(
        &mut self,
        model: &CheckedModel,
        head: &CheckedHead,
        block: &InstanceBlock,
    ) -> Result<Node, InstanceError> {
        let name = &head.body.name;
        let body = format!("{}.{name}", model.body.name);
        let inner = self.body(&head.body, block, &body, name)?;
        let forward = head.body.forward.as_ref().ok_or_else(|| lacks("forward"))?;
        let outputs: Vec<&CheckedOutput> = existing(&forward.outputs, &block.values).collect();
        let several = outputs.len() > 1;
        let port = |output: &&CheckedOutput| {
            let name = if several { output.name.as_str() } else { "" };
            declared_port(name, &output.ty, &block.values)
        };
        let node = Node::part(self.unique(name), name.clone(), "head".into(), Some(inner));
        let node = Node {
            kind: NodeKind::Head,
            part: Some(name.clone()),
            category: "head",
            parameters: block.parameter_count(),
            docs: Some(head.body.doc.clone())
                .filter(|doc| !doc.is_empty())
                .into_iter()
                .collect(),
            lines: self.lines.declaration(&body).cloned().into_iter().collect(),
            outputs: outputs.iter().map(port).collect(),
            ..node
        };
        Ok(node.sized())
    }
}

/// The outputs whose condition holds.
fn existing<'a>(outputs: &'a [CheckedOutput], values: &'a Values) -> impl Iterator<Item = &'a CheckedOutput> {
    outputs.iter().filter(|output| {
        let condition = output.condition.as_ref();
        condition
            .is_none_or(|condition| crate::instance::evaluate_condition(condition, values).unwrap_or(true))
    })
}
