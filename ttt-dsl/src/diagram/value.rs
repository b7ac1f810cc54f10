//! The forms of a value, each as the nodes that compute it.

use super::forward::{Drawer, Flow, Sheet, ports};
use super::graph::{Node, NodeKind};
use super::shape::port;
use crate::instance::path::join;
use crate::instance::{InstanceError, Scalar, evaluate, evaluate_condition};
use crate::program::{SliceItem, Value, ValueKind, ValueType};
use crate::spec::{BinaryOp, Expr, Param};
use crate::standard;

impl Drawer<'_> {
    pub(super) fn value(&mut self, value: &Value, sheet: &mut Sheet) -> Result<Flow, InstanceError> {
        match &value.kind {
            ValueKind::Local { name, .. } => Ok(sheet.locals.get(name).cloned().unwrap_or(Flow::Absent)),
            ValueKind::Static(expr) => Ok(Flow::Number(static_text(expr, sheet))),
            ValueKind::Weight { part, tensor } => Ok(self.weight(part, tensor, &value.ty, sheet)),
            ValueKind::Part { part, args } => {
                let mut inputs = Vec::with_capacity(args.len());
                for arg in args {
                    inputs.push(match arg {
                        Some(arg) => self.value(arg, sheet)?,
                        None => Flow::Absent,
                    });
                }
                self.call(part, inputs, &value.ty, sheet)
            }
            ValueKind::Function {
                name,
                inputs,
                statics,
                ..
            } => {
                let inputs = self.values(inputs, sheet)?;
                let detail = function_detail(name, statics, sheet);
                Ok(self.operation(name, detail, &inputs, &value.ty, sheet))
            }
            ValueKind::Binary { op, lhs, rhs } => {
                let inputs = [self.value(lhs, sheet)?, self.value(rhs, sheet)?];
                Ok(self.arithmetic(*op, inputs, &value.ty, sheet))
            }
            ValueKind::Negate(operand) => {
                let inputs = [self.value(operand, sheet)?];
                Ok(self.operation("negate", String::new(), &inputs, &value.ty, sheet))
            }
            ValueKind::Slice { base, items } => {
                let inputs = [self.value(base, sheet)?];
                let items: Vec<String> = items.iter().map(slice_item).collect();
                let detail = format!("[{}]", items.join(", "));
                Ok(self.operation("slice", detail, &inputs, &value.ty, sheet))
            }
            ValueKind::Rearrange { base, rearrangement } => {
                let inputs = [self.value(base, sheet)?];
                let detail = rearrangement.pattern.replace("->", "→");
                Ok(self.operation("rearrange", detail, &inputs, &value.ty, sheet))
            }
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => match (holds(condition, sheet)?, otherwise) {
                (true, _) => self.branch(then, sheet),
                (false, Some(otherwise)) => self.branch(otherwise, sheet),
                (false, None) => Ok(Flow::Absent),
            },
            ValueKind::Tuple(values) => self.values(values, sheet).map(Flow::Several),
        }
    }

    fn values(&mut self, values: &[Value], sheet: &mut Sheet) -> Result<Vec<Flow>, InstanceError> {
        values.iter().map(|value| self.value(value, sheet)).collect()
    }

    /// A function of the body at hand.
    pub(super) fn operation(
        &mut self,
        name: &str,
        detail: String,
        inputs: &[Flow],
        ty: &ValueType,
        sheet: &mut Sheet,
    ) -> Flow {
        let id = self.unique(&join(sheet.path, name));
        let mut node = Node::pill(id, NodeKind::Operation, name, detail, ports(ty, &[], sheet));
        node.docs = standard_function(name)
            .map(|function| function.doc.clone())
            .into_iter()
            .collect();
        node.lines = self.lines.declaration(name).cloned().into_iter().collect();
        sheet.add(node, inputs)
    }

    /// A circle for two tensors; a box that names the number for a tensor and a number.
    fn arithmetic(&mut self, op: BinaryOp, inputs: [Flow; 2], ty: &ValueType, sheet: &mut Sheet) -> Flow {
        let sign = sign(op);
        let outputs = ports(ty, &[], sheet);
        let id = self.unique(&join(sheet.path, sign));
        let title = match &inputs {
            [Flow::Number(number), _] => format!("{number} {sign}"),
            [_, Flow::Number(number)] => format!("{sign} {number}"),
            _ => return sheet.add(Node::circle(id, sign, outputs), &inputs),
        };
        let node = Node::pill(id, NodeKind::Operation, &title, String::new(), outputs);
        sheet.add(node, &inputs)
    }

    /// A tensor that the body names; one node however often it does.
    fn weight(&mut self, part: &str, tensor: &str, ty: &ValueType, sheet: &mut Sheet) -> Flow {
        let name = format!("{part}.{tensor}");
        if let Some(flow) = sheet.locals.get(&name) {
            return flow.clone();
        }
        let path = join(sheet.path, &name);
        let outputs = port("", ty, &sheet.instance.values).into_iter().collect();
        let mut node = Node::pill(
            self.unique(&path),
            NodeKind::Weight,
            &name,
            String::new(),
            outputs,
        );
        let declared = sheet.checked.parts.iter().find(|declared| declared.name == part);
        let place = declared.map(|declared| declared.place).unwrap_or_default();
        node.part = Some(join(sheet.path, part));
        node.parameters = sheet.instance.part(part).map_or(0, |node| node.parameter_count());
        node.lines = self
            .lines
            .part(sheet.body, part, place)
            .cloned()
            .into_iter()
            .collect();
        let flow = sheet.add(node, &[]);
        sheet.locals.insert(name, flow.clone());
        flow
    }
}

fn holds(condition: &Expr, sheet: &Sheet) -> Result<bool, InstanceError> {
    evaluate_condition(condition, &sheet.instance.values).map_err(|error| InstanceError {
        message: error.message,
        help: "a condition must be decided when the model is built".into(),
        part: sheet.path.to_string(),
        place: error.place,
    })
}

fn standard_function(name: &str) -> Option<&'static crate::spec::Function> {
    let mut functions = standard::library().functions.iter();
    functions.find(|function| function.name.as_str() == name)
}

/// The static arguments that differ from the function's defaults: `causal`, `axis 1`, `gelu_tanh`.
fn function_detail(name: &str, statics: &[(String, Expr)], sheet: &Sheet) -> String {
    let params = standard_function(name).map_or(&[][..], |function| &function.params);
    let default = |name: &str| {
        params
            .iter()
            .find(|param: &&Param| param.name.as_str() == name)?
            .default
            .as_ref()
    };
    let told = statics.iter().filter_map(|(name, expr)| {
        let value = evaluate(expr, &sheet.instance.values);
        if default(name).is_some_and(|default| evaluate(default, &sheet.instance.values) == value) {
            return None;
        }
        Some(match value {
            Ok(Scalar::Bool(true)) => name.clone(),
            Ok(Scalar::Variant(variant)) => variant,
            Ok(value) => format!("{name} {value}"),
            Err(_) => format!("{name} {expr}"),
        })
    });
    told.collect::<Vec<_>>().join(", ")
}

fn static_text(expr: &Expr, sheet: &Sheet) -> String {
    match evaluate(expr, &sheet.instance.values) {
        Ok(value @ (Scalar::Int(_) | Scalar::Float(_))) => value.to_string(),
        _ => expr.to_string(),
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

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "−",
        BinaryOp::Multiply => "×",
        BinaryOp::Divide => "÷",
        _ => "?",
    }
}
