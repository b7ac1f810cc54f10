//! From a typed forward to a graph.

use std::collections::HashMap;
use std::sync::Arc;

use super::category::category;
use super::graph::{Edge, Graph, Node, NodeKind, Port, Side};
use super::line::Lines;
use super::node::{arguments, lacks, leaf_subtitle, lines, tensors};
use super::rows::arrange;
use super::shape::{declared_port, port};
use crate::instance::path::join;
use crate::instance::{InstanceBlock, InstanceError, InstanceNode, evaluate_condition};
use crate::program::{
    Branch, CheckedBlock, CheckedForward, CheckedInput, CheckedPart, CheckedStatement, Program, ValueType,
};

/// What a local stands for.
#[derive(Clone, Debug)]
pub(super) enum Flow {
    /// An output of a node.
    Value(usize, usize),
    /// A number in arithmetic.
    Number(String),
    /// Several values.
    Several(Vec<Flow>),
    /// A value that does not exist under these params.
    Absent,
}

impl Flow {
    /// One value as itself, several as such.
    pub(super) fn of(mut flows: Vec<Flow>) -> Flow {
        match flows.len() {
            1 => flows.remove(0),
            _ => Flow::Several(flows),
        }
    }
}

/// Draws the bodies of one view.
pub(super) struct Drawer<'a> {
    pub(super) program: &'a Program,
    pub(super) lines: &'a Lines,
    /// How often each name was used.
    pub(super) names: HashMap<String, usize>,
}

/// A body that is being drawn.
pub(super) struct Sheet<'a> {
    pub(super) checked: &'a CheckedBlock,
    pub(super) instance: &'a InstanceBlock,
    /// The name under which lines of the body are found.
    pub(super) body: &'a str,
    pub(super) path: &'a str,
    pub(super) locals: HashMap<String, Flow>,
    pub(super) graph: Graph,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(
        checked: &'a CheckedBlock,
        instance: &'a InstanceBlock,
        body: &'a str,
        path: &'a str,
    ) -> Sheet<'a> {
        Sheet {
            checked,
            instance,
            body,
            path,
            locals: HashMap::new(),
            graph: Graph::default(),
        }
    }

    /// Adds a node that reads these values, and gives what it makes.
    pub(super) fn add(&mut self, node: Node, inputs: &[Flow]) -> Flow {
        let to = self.graph.nodes.len();
        let outputs = node.outputs.len();
        self.graph.nodes.push(node);
        let mut read = Vec::new();
        inputs.iter().for_each(|input| values_of(input, &mut read));
        let edges = read.into_iter().enumerate();
        self.graph.edges.extend(edges.map(|(input, (from, output))| Edge {
            from,
            output,
            to,
            input,
            side: Side::Straight,
        }));
        Flow::of((0..outputs).map(|output| Flow::Value(to, output)).collect())
    }
}

fn values_of(flow: &Flow, values: &mut Vec<(usize, usize)>) {
    match flow {
        Flow::Value(node, output) => values.push((*node, *output)),
        Flow::Several(flows) => flows.iter().for_each(|flow| values_of(flow, values)),
        Flow::Number(_) | Flow::Absent => {}
    }
}

impl<'a> Drawer<'a> {
    /// The graph of a block's body.
    pub(super) fn body(
        &mut self,
        checked: &CheckedBlock,
        instance: &InstanceBlock,
        body: &str,
        path: &str,
    ) -> Result<Graph, InstanceError> {
        let forward = checked.forward.as_ref().ok_or_else(|| lacks("forward"))?;
        let mut sheet = Sheet::new(checked, instance, body, path);
        for input in &forward.inputs {
            let flow = self.input(input, &mut sheet);
            sheet.locals.insert(input.name.clone(), flow);
        }
        let results = self.results(forward, &mut sheet)?;
        for (output, result) in forward.outputs.iter().zip(&results) {
            self.output(&output.name, result, &mut sheet);
        }
        Ok(arrange(sheet.graph))
    }

    pub(super) fn input(&mut self, input: &CheckedInput, sheet: &mut Sheet) -> Flow {
        let port = declared_port("", &input.ty, &sheet.instance.values);
        let default = input.default.map(|default| format!("= {default}"));
        let id = self.unique(&join(sheet.path, &format!("→{}", input.name)));
        let subtitle = default.unwrap_or_default();
        let node = Node::pill(id, NodeKind::Input, &input.name, subtitle, vec![port]);
        sheet.add(node, &[])
    }

    pub(super) fn output(&mut self, name: &str, flow: &Flow, sheet: &mut Sheet) {
        if matches!(flow, Flow::Value(..)) {
            let id = self.unique(&join(sheet.path, &format!("{name}→")));
            let node = Node::pill(id, NodeKind::Output, name, String::new(), Vec::new());
            sheet.add(node, std::slice::from_ref(flow));
        }
    }

    /// Draws the statements, and gives the results.
    pub(super) fn results(
        &mut self,
        forward: &CheckedForward,
        sheet: &mut Sheet,
    ) -> Result<Vec<Flow>, InstanceError> {
        self.statements(&forward.statements, sheet)?;
        forward
            .results
            .iter()
            .map(|result| self.value(result, sheet))
            .collect()
    }

    fn statements(
        &mut self,
        statements: &[CheckedStatement],
        sheet: &mut Sheet,
    ) -> Result<(), InstanceError> {
        for statement in statements {
            let names = statement.names.iter().cloned();
            match self.value(&statement.value, sheet)? {
                Flow::Several(flows) if statement.tuple => sheet.locals.extend(names.zip(flows)),
                flow => sheet
                    .locals
                    .extend(names.take(1).map(|name| (name, flow.clone()))),
            }
        }
        Ok(())
    }

    pub(super) fn branch(&mut self, branch: &Branch, sheet: &mut Sheet) -> Result<Flow, InstanceError> {
        let outer = sheet.locals.clone();
        self.statements(&branch.statements, sheet)?;
        let result = self.value(&branch.result, sheet)?;
        sheet.locals = outer;
        Ok(result)
    }

    /// The call of a part. Copies that are alike are one node.
    pub(super) fn call(
        &mut self,
        name: &str,
        mut inputs: Vec<Flow>,
        ty: &ValueType,
        sheet: &mut Sheet,
    ) -> Result<Flow, InstanceError> {
        let checked = sheet.checked;
        let part = checked.parts.iter().find(|part| part.name == name);
        let part = part.ok_or_else(|| lacks(name))?;
        let node = sheet.instance.part(name).ok_or_else(|| lacks(name))?;
        let InstanceNode::Repeat(copies) = node else {
            let drawn = self.part(part, node, name, ty, sheet)?;
            let flow = drawn.map_or(Flow::Absent, |node| sheet.add(node, &inputs));
            return Ok(spread(flow, ty, sheet));
        };
        let mut start = 0;
        for run in copies.chunk_by(|left, right| Arc::ptr_eq(left, right) || left == right) {
            let Some(first) = run.first() else { continue };
            let segment = match (start, run.len()) {
                (_, length) if length == copies.len() => format!("{name}[i]"),
                (start, 1) => format!("{name}[{start}]"),
                (start, length) => format!("{name}[{start}..{}]", start + length),
            };
            start += run.len();
            if let Some(mut drawn) = self.part(part, first, &segment, ty, sheet)? {
                drawn.repeat = Some(run.len());
                drawn.parameters = drawn.parameters.saturating_mul(run.len());
                if run.len() == copies.len() {
                    drawn.title = name.to_string();
                }
                let flow = sheet.add(drawn.sized(), &inputs);
                if let Some(threaded) = inputs.first_mut() {
                    *threaded = flow;
                }
            }
        }
        Ok(inputs.into_iter().next().unwrap_or(Flow::Absent))
    }

    /// The node of one call; none for a part that does not exist.
    fn part(
        &mut self,
        part: &CheckedPart,
        node: &InstanceNode,
        segment: &str,
        ty: &ValueType,
        sheet: &Sheet,
    ) -> Result<Option<Node>, InstanceError> {
        let path = join(sheet.path, segment);
        let id = self.unique(&path);
        let (mut drawn, values, callee, names, doc) = match node {
            InstanceNode::Absent | InstanceNode::Repeat(_) => return Ok(None),
            InstanceNode::Leaf(leaf) => {
                let declared = self.program.leaf(&leaf.leaf).ok_or_else(|| lacks(&leaf.leaf))?;
                let mut drawn = Node::part(id, segment.to_string(), leaf_subtitle(leaf), None);
                drawn.category = category(&leaf.leaf);
                drawn.tensors = tensors(self.program, leaf);
                let outputs = declared.signature.iter().flat_map(|signature| &signature.outputs);
                let names: Vec<String> = outputs
                    .map(|output| {
                        output
                            .name
                            .as_ref()
                            .map(|name| name.text.clone())
                            .unwrap_or_default()
                    })
                    .collect();
                (drawn, &leaf.values, &leaf.leaf, names, declared.doc.clone())
            }
            InstanceNode::Block(block) => {
                let program = self.program;
                let declared = program.block(&block.block).ok_or_else(|| lacks(&block.block))?;
                let inner = self.body(declared, block, &block.block, &path)?;
                let drawn = Node::part(id, segment.to_string(), block.block.clone(), Some(inner));
                let outputs = declared.forward.iter().flat_map(|forward| &forward.outputs);
                let names: Vec<String> = outputs.map(|output| output.name.clone()).collect();
                (drawn, &block.values, &block.block, names, declared.doc.clone())
            }
        };
        drawn.part = Some(path);
        drawn.parameters = node.parameter_count();
        drawn.arguments = arguments(part, values);
        drawn.lines = lines(self.lines, sheet.body, part, callee);
        drawn.docs = [part.doc.clone(), doc]
            .into_iter()
            .filter(|doc| !doc.is_empty())
            .collect();
        drawn.outputs = ports(ty, &names, sheet);
        Ok(Some(drawn.sized()))
    }

    /// A name that no node of the view has.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let uses = self.names.entry(name.to_string()).or_insert(0);
        *uses += 1;
        match *uses {
            1 => name.to_string(),
            uses => format!("{name}#{uses}"),
        }
    }
}

/// The values that a call makes, with gaps where one does not exist.
fn spread(flow: Flow, ty: &ValueType, sheet: &Sheet) -> Flow {
    let ValueType::Tuple(types) = ty else {
        return flow;
    };
    let mut made = match flow {
        Flow::Several(flows) => flows.into_iter(),
        flow => vec![flow].into_iter(),
    };
    let flows = types.iter().map(|ty| match exists(ty, sheet) {
        true => made.next().unwrap_or(Flow::Absent),
        false => Flow::Absent,
    });
    Flow::Several(flows.collect())
}

fn exists(ty: &ValueType, sheet: &Sheet) -> bool {
    match ty {
        ValueType::Optional { condition, .. } => {
            evaluate_condition(condition, &sheet.instance.values).unwrap_or(true)
        }
        _ => true,
    }
}

/// The labels of what a call makes; names only where there are several.
pub(super) fn ports(ty: &ValueType, names: &[String], sheet: &Sheet) -> Vec<Port> {
    let values = &sheet.instance.values;
    match ty {
        ValueType::Tuple(types) => {
            let names = names.iter().map(String::as_str).chain(std::iter::repeat(""));
            let ports = types.iter().zip(names).filter(|(ty, _)| exists(ty, sheet));
            ports.filter_map(|(ty, name)| port(name, ty, values)).collect()
        }
        ty => port("", ty, values).into_iter().collect(),
    }
}
