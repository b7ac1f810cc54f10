//! The results of a computation against its signature.

use super::ForwardChecker;
use super::shape::{same_type, type_text};
use crate::diagnostic::codes;
use crate::program::{CheckedOutput, CheckedStatement, Value, ValueKind, ValueType};
use crate::spec::{Expr, ExprKind, Output, Signature};

impl ForwardChecker<'_, '_> {
    /// The declared outputs.
    pub(super) fn outputs(&mut self, signature: &Signature) -> Option<Vec<CheckedOutput>> {
        let outputs = signature.outputs.iter().map(|output| CheckedOutput {
            name: output_name(output),
            ty: output.ty.clone(),
            condition: output.condition.clone(),
        });
        Some(outputs.collect())
    }

    /// One value per output. A value of several is first taken apart by a statement.
    pub(super) fn results(
        &mut self,
        signature: &Signature,
        result: &Expr,
        statements: &mut Option<Vec<CheckedStatement>>,
    ) -> Option<Vec<Value>> {
        let declared: Vec<Option<ValueType>> = signature
            .outputs
            .iter()
            .map(|output| self.output_type_of(output))
            .collect();
        if signature.outputs.iter().any(|output| !output.ty.is_whole()) {
            self.value(result);
            return None;
        }
        let values = match (&result.kind, signature.outputs.len()) {
            (ExprKind::Tuple(items), count) if items.len() == count => {
                items.iter().map(|item| self.value(item)).collect::<Vec<_>>()
            }
            (_, 1) => vec![self.value(result)],
            _ => self.take_result_apart(signature, result, statements)?,
        };
        let mut checked = Vec::new();
        let known = self.reported();
        for ((output, declared), value) in signature.outputs.iter().zip(declared).zip(values) {
            let (Some(declared), Some(value)) = (declared, value) else {
                continue;
            };
            // What keeps one output from fitting often keeps the others too.
            if self.reported() == known && self.fits_output(output, &declared, &value) {
                checked.push(value);
            }
        }
        (checked.len() == signature.outputs.len()).then_some(checked)
    }

    fn output_type_of(&mut self, output: &Output) -> Option<ValueType> {
        let ty = self.own_type(&output.ty);
        let condition = match &output.condition {
            None => return ty,
            Some(condition) => condition,
        };
        let formula = self.evaluator().condition(condition);
        formula.and(ty).map(|ty| ValueType::Optional {
            condition: Box::new(condition.clone()),
            inner: Box::new(ty),
        })
    }

    fn take_result_apart(
        &mut self,
        signature: &Signature,
        result: &Expr,
        statements: &mut Option<Vec<CheckedStatement>>,
    ) -> Option<Vec<Option<Value>>> {
        let value = self.value(result)?;
        let count = signature.outputs.len();
        let types = match &value.ty {
            ValueType::Tuple(types) if types.len() == count => types.clone(),
            other => {
                let message = format!(
                    "the signature has {count} outputs, the result is {}",
                    type_text(other)
                );
                let known = self.reported();
                self.error(codes::OUTPUT_COUNT, result.place, message)
                    .help("several values are written `(a, b)`")
                    .related(signature.place, "declared here");
                self.explain(known, &[&value]);
                return None;
            }
        };
        let names: Vec<String> = signature.outputs.iter().map(output_name).collect();
        let locals = names.iter().zip(types).map(|(name, ty)| {
            Some(Value {
                kind: ValueKind::Local {
                    name: name.clone(),
                    last_use: false,
                },
                ty,
                place: result.place,
            })
        });
        let locals = locals.collect();
        if let Some(statements) = statements {
            statements.push(CheckedStatement {
                names,
                tuple: true,
                value,
            });
        }
        Some(locals)
    }

    fn fits_output(&mut self, output: &Output, declared: &ValueType, value: &Value) -> bool {
        if self.same_output(declared, &value.ty) {
            return true;
        }
        let promised = match &output.name {
            Some(name) => format!("output `{name}`"),
            None => "the output".to_owned(),
        };
        let message = format!(
            "{promised} is {}, the result is {}",
            type_text(declared),
            type_text(&value.ty)
        );
        let help = match (declared, &value.ty) {
            (ValueType::Optional { condition, inner }, found) if same_type(&self.facts, inner, found) => {
                format!(
                    "the output exists only if `{}`; give it an `if` with that condition",
                    self.text(condition)
                )
            }
            (_, ValueType::Optional { condition, .. }) => {
                format!(
                    "the value exists only if `{}`; the output must say so too",
                    self.text(condition)
                )
            }
            (declared, found) => self.type_difference(declared, found),
        };
        let known = self.reported();
        self.error(codes::OUTPUT, value.place, message)
            .help(help)
            .related(output.ty.place, "declared here");
        self.explain(known, &[value]);
        false
    }

    /// Optional values are the same when their conditions are, however they are written.
    fn same_output(&mut self, declared: &ValueType, found: &ValueType) -> bool {
        match (declared, found) {
            (
                ValueType::Optional {
                    condition: a,
                    inner: left,
                },
                ValueType::Optional {
                    condition: b,
                    inner: right,
                },
            ) => {
                let a = self.evaluator().condition(a);
                let b = self.evaluator().condition(b);
                a == b && same_type(&self.facts, left, right)
            }
            _ => same_type(&self.facts, declared, found),
        }
    }

    fn text(&mut self, condition: &Expr) -> String {
        let formula = self.evaluator().condition(condition);
        formula.map_or_else(String::new, |formula| formula.to_string())
    }
}

fn output_name(output: &Output) -> String {
    output
        .name
        .as_ref()
        .map_or_else(|| "output".to_owned(), |name| name.text.clone())
}
