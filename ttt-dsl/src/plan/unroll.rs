//! Walks the typed forwards of an instance and writes down every operation.

use indexmap::IndexMap;

use super::{Connection, Layer, LayerWeight, Metadata, Param, Plan, PlanInput};
use crate::instance::{
    Instance, InstanceBlock, InstanceError, InstanceLeaf, InstanceNode, Values, evaluate, evaluate_condition,
};
use crate::place::Place;
use crate::program::{
    Branch, CheckedBlock, CheckedForward, CheckedHead, CheckedInput, CheckedStatement, HeadInput, Program,
    SliceItem, Value, ValueKind,
};
use crate::spec::{BinaryOp, Expr};

/// The values that a language expression stands for: one, several, or none where an optional one is absent.
#[derive(Clone)]
enum Wire {
    Value(String),
    /// A number in arithmetic.
    Number(Param),
    Tuple(Vec<Wire>),
    Absent,
}

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

struct Unroller<'a> {
    program: &'a Program,
    layers: Vec<Layer>,
    /// How often each name was used.
    calls: IndexMap<String, usize>,
}

/// A body in the course of its forward.
struct Scope<'a> {
    instance: &'a InstanceBlock,
    path: &'a str,
    locals: IndexMap<String, Wire>,
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

    fn value(&mut self, value: &Value, scope: &mut Scope) -> Result<Wire, InstanceError> {
        match &value.kind {
            ValueKind::Local { name, .. } => Ok(scope.locals.get(name).cloned().unwrap_or(Wire::Absent)),
            ValueKind::Static(expr) => Ok(Wire::Number(static_param(expr, &scope.instance.values))),
            ValueKind::Weight { part, tensor } => {
                Ok(Wire::Value(join(scope.path, &format!("{part}.{tensor}"))))
            }
            ValueKind::Part { part, args } => {
                let mut inputs = Vec::with_capacity(args.len());
                for arg in args {
                    inputs.push(match arg {
                        Some(arg) => self.value(arg, scope)?,
                        None => Wire::Absent,
                    });
                }
                let instance = scope.instance;
                let node = instance.part(part).ok_or_else(|| lacks(part))?;
                self.node(node, &join(scope.path, part), inputs)
            }
            ValueKind::Function {
                name,
                inputs,
                statics,
                ..
            } => {
                let inputs = self.values(inputs, scope)?;
                let params = statics.iter();
                let params = params
                    .map(|(name, expr)| (name.clone(), static_param(expr, &scope.instance.values)))
                    .collect();
                Ok(self.layer(name, scope.path, params, inputs))
            }
            ValueKind::Binary { op, lhs, rhs } => {
                let inputs = vec![self.value(lhs, scope)?, self.value(rhs, scope)?];
                Ok(self.layer(operation(*op), scope.path, IndexMap::new(), inputs))
            }
            ValueKind::Negate(operand) => {
                let inputs = vec![self.value(operand, scope)?];
                Ok(self.layer("negate", scope.path, IndexMap::new(), inputs))
            }
            ValueKind::Slice { base, items } => {
                let inputs = vec![self.value(base, scope)?];
                let items: Vec<String> = items.iter().map(slice_item).collect();
                let params = IndexMap::from([("index".into(), Param::PerCall(items.join(", ")))]);
                Ok(self.layer("slice", scope.path, params, inputs))
            }
            ValueKind::Rearrange { base, rearrangement } => {
                let inputs = vec![self.value(base, scope)?];
                let mut params =
                    IndexMap::from([("pattern".into(), Param::PerCall(rearrangement.pattern.clone()))]);
                let sizes = rearrangement.sizes.iter();
                params.extend(
                    sizes.map(|(name, expr)| (name.clone(), static_param(expr, &scope.instance.values))),
                );
                Ok(self.layer("rearrange", scope.path, params, inputs))
            }
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => {
                let holds =
                    evaluate_condition(condition, &scope.instance.values).map_err(|error| InstanceError {
                        message: error.message,
                        help: "a condition must be decided when the model is built".into(),
                        part: scope.path.to_string(),
                        place: error.place,
                    })?;
                match (holds, otherwise) {
                    (true, _) => self.branch(then, scope),
                    (false, Some(otherwise)) => self.branch(otherwise, scope),
                    (false, None) => Ok(Wire::Absent),
                }
            }
            ValueKind::Tuple(values) => self.values(values, scope).map(Wire::Tuple),
        }
    }

    fn values(&mut self, values: &[Value], scope: &mut Scope) -> Result<Vec<Wire>, InstanceError> {
        values.iter().map(|value| self.value(value, scope)).collect()
    }

    fn branch(&mut self, branch: &Branch, scope: &mut Scope) -> Result<Wire, InstanceError> {
        let outer = scope.locals.clone();
        self.statements(&branch.statements, scope)?;
        let result = self.value(&branch.result, scope)?;
        scope.locals = outer;
        Ok(result)
    }

    fn node(
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
                let mut results = self.body(block, instance, path, inputs)?;
                Ok(if results.len() == 1 {
                    results.remove(0)
                } else {
                    Wire::Tuple(results)
                })
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

    fn leaf(&mut self, leaf: &InstanceLeaf, path: &str, inputs: Vec<Wire>) -> Result<Wire, InstanceError> {
        let decl = self.program.leaf(&leaf.leaf).ok_or_else(|| lacks(&leaf.leaf))?;
        let name = self.unique(path);
        let outputs: Vec<String> = match decl
            .signature
            .as_ref()
            .map(|signature| signature.outputs.as_slice())
        {
            Some([]) | Some([_]) | None => vec![name.clone()],
            Some(several) => several
                .iter()
                .map(|output| {
                    format!(
                        "{name}:{}",
                        output.name.as_ref().map(|name| name.as_str()).unwrap_or_default()
                    )
                })
                .collect(),
        };
        let mut params: IndexMap<String, Param> = leaf
            .values
            .iter()
            .map(|(name, value)| (name.clone(), Param::Known(value.clone())))
            .collect();
        let inputs = wires(inputs, &mut params);
        let weights = leaf.weights.iter().map(|weight| LayerWeight {
            path: format!("{path}.{}", weight.name),
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
        let mut outputs: Vec<Wire> = outputs.into_iter().map(Wire::Value).collect();
        Ok(if outputs.len() == 1 {
            outputs.remove(0)
        } else {
            Wire::Tuple(outputs)
        })
    }

    fn layer(
        &mut self,
        kind: &str,
        path: &str,
        mut params: IndexMap<String, Param>,
        inputs: Vec<Wire>,
    ) -> Wire {
        let name = self.unique(&join(path, kind));
        let inputs = wires(inputs, &mut params);
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

/// The names of the tensors among `inputs`; numbers join the params as `scalar`.
fn wires(inputs: Vec<Wire>, params: &mut IndexMap<String, Param>) -> Vec<String> {
    let mut names = Vec::new();
    for input in inputs {
        match input {
            Wire::Value(name) => names.push(name),
            Wire::Number(param) => {
                params.insert("scalar".into(), param);
            }
            Wire::Tuple(inner) => names.extend(wires(inner, params)),
            Wire::Absent => {}
        }
    }
    names
}

fn name_outputs(forward: &CheckedForward, results: Vec<Wire>, outputs: &mut IndexMap<String, String>) {
    for (output, result) in forward.outputs.iter().zip(results) {
        if let Wire::Value(value) = result {
            outputs.entry(output.name.clone()).or_insert(value);
        }
    }
}

fn connections(inputs: &[PlanInput], layers: &[Layer]) -> Vec<Connection> {
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

fn static_param(expr: &Expr, values: &Values) -> Param {
    let mut known = true;
    expr.visit_names(&mut |name| {
        // Names that begin with a capital are bound by each call.
        known &= values.contains_key(name.as_str()) || !name.as_str().starts_with(char::is_uppercase);
    });
    match evaluate(expr, values) {
        Ok(value) if known => Param::Known(value),
        _ => Param::PerCall(expr.to_string()),
    }
}

fn slice_item(item: &SliceItem) -> String {
    let bound = |bound: &Option<Expr>| bound.as_ref().map(Expr::to_string).unwrap_or_default();
    match item {
        SliceItem::Whole => ":".into(),
        SliceItem::Range { start, end } => format!("{}:{}", bound(start), bound(end)),
        SliceItem::At(index) => index.to_string(),
    }
}

fn operation(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "add",
        BinaryOp::Subtract => "subtract",
        BinaryOp::Multiply => "multiply",
        BinaryOp::Divide => "divide",
        BinaryOp::Remainder => "remainder",
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::And
        | BinaryOp::Or => "compare",
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_string()
    } else {
        format!("{path}.{name}")
    }
}

fn lacks(name: &str) -> InstanceError {
    InstanceError {
        message: format!("the program and the instance disagree about `{name}`"),
        help: "make both from the same schema".into(),
        part: String::new(),
        place: Place::NOWHERE,
    }
}
