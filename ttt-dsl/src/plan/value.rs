//! The forms of a value, each as the layers that compute it.

use indexmap::IndexMap;

use super::Param;
use super::unroll::{Scope, Unroller, lacks};
use super::wire::Wire;
use crate::instance::path::join;
use crate::instance::{InstanceError, Values, evaluate, evaluate_condition};
use crate::program::{SliceItem, Value, ValueKind};
use crate::spec::{BinaryOp, Expr};

impl Unroller<'_> {
    pub(super) fn value(&mut self, value: &Value, scope: &mut Scope) -> Result<Wire, InstanceError> {
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
