//! The forms of a value.

use super::ForwardChecker;
use super::shape::type_text;
use crate::check::statics::is_static_function;
use crate::check::walk::visit;
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{CheckedStatement, Value, ValueKind, ValueType};
use crate::spec::{BinaryOp, ElementType, Expr, ExprKind, Name, Pattern, Statement, UnaryOp};

impl ForwardChecker<'_, '_> {
    pub(super) fn value(&mut self, expr: &Expr) -> Option<Value> {
        if self.is_static(expr) {
            return self.static_value(expr);
        }
        let place = expr.place;
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, place),
            ExprKind::Call { callee, args } => self.call(callee, args, place),
            ExprKind::Binary { op, lhs, rhs } => match op {
                BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                    self.binary(*op, lhs, rhs, place)
                }
                _ => {
                    self.visit_operands(&[lhs, rhs]);
                    self.not_a_value(place, "tensors are not compared")
                }
            },
            ExprKind::Unary { op, operand } => match op {
                UnaryOp::Negate => self.negate(operand, place),
                UnaryOp::Not => {
                    self.visit_operands(&[operand]);
                    self.not_a_value(place, "tensors are not negated with `!`")
                }
            },
            ExprKind::Index { base, items } => self.index(base, items, place),
            ExprKind::Field { part, tensor } => self.weight(part, tensor, place),
            ExprKind::Tuple(items) => self.tuple(items, place),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.branches(condition, then, otherwise.as_deref(), place),
            ExprKind::List(_) => {
                self.not_a_value(place, "a list is an argument of `concat` and nothing else")
            }
            ExprKind::Text(_) => {
                self.not_a_value(place, "a text is the pattern of `rearrange` and nothing else")
            }
            ExprKind::Block { .. } => self.not_a_value(place, "braces belong to an `if`"),
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) => self.static_value(expr),
        }
    }

    /// The value when it is a tensor that always exists; else a report.
    pub(super) fn tensor(&mut self, value: &Value) -> Option<(ElementType, Vec<Dimension>)> {
        match &value.ty {
            ValueType::Tensor { element, shape } => Some((*element, shape.clone())),
            ValueType::Optional { .. } => {
                let known = self.reported();
                self.error(codes::OPTIONAL, value.place, "this value may be missing")
                    .help("give the `if` an `else`, or use the value inside the `if`");
                self.explain(known, &[value]);
                None
            }
            other => {
                let message = format!("expected a tensor, found {}", type_text(other));
                let help = match other {
                    ValueType::Tuple(_) => "take the values apart first, as in `let (a, b) = …;`",
                    _ => "a static number only scales or shifts a tensor",
                };
                let known = self.reported();
                self.error(codes::NOT_A_TENSOR, value.place, message).help(help);
                self.explain(known, &[value]);
                None
            }
        }
    }

    /// Types the statements; nothing when one of them has a mistake.
    pub(super) fn statements(&mut self, statements: &[Statement]) -> Option<Vec<CheckedStatement>> {
        let checked: Vec<Option<CheckedStatement>> = statements
            .iter()
            .map(|statement| self.statement(statement))
            .collect();
        checked.into_iter().collect()
    }

    fn statement(&mut self, statement: &Statement) -> Option<CheckedStatement> {
        let value = self.value(&statement.value);
        let value = value.filter(|value| self.is_no_number(value));
        if names_of(&statement.pattern).iter().any(Name::is_missing) {
            // Any name may have been bound here.
            self.locals.values_mut().for_each(|ty| *ty = None);
            self.names.may_lack_names();
            return None;
        }
        let declared = statement.ty.as_ref().map(|ty| self.own_type(ty));
        match &statement.pattern {
            Pattern::Name(name) => {
                let found = value.as_ref().map(|value| value.ty.clone());
                let known = self.reported();
                let ty = match declared {
                    None => found,
                    // A declared type is believed, so that one mistake is not reported again at every use.
                    Some(declared) => self.declared(declared, found, statement),
                };
                value.iter().for_each(|value| self.explain(known, &[value]));
                self.locals.insert(name.text.clone(), ty);
                self.places.insert(name.text.clone(), name.place);
                Some(CheckedStatement {
                    names: vec![name.text.clone()],
                    tuple: false,
                    value: value?,
                })
            }
            Pattern::Tuple(names) => {
                let types = self.take_apart(names, value.as_ref());
                if types.is_none() {
                    // The pattern may lack a name.
                    self.names.may_lack_names();
                }
                for (index, name) in names.iter().enumerate() {
                    let ty = types.as_ref().and_then(|types| types.get(index).cloned());
                    self.locals.insert(name.text.clone(), ty);
                    self.places.insert(name.text.clone(), name.place);
                }
                Some(CheckedStatement {
                    names: names.iter().map(|name| name.text.clone()).collect(),
                    tuple: true,
                    value: types.and(value)?,
                })
            }
        }
    }

    /// Whether a value that gets a name, or is one of several, is no number; else a report.
    pub(super) fn is_no_number(&mut self, value: &Value) -> bool {
        let is_number = matches!(value.ty, ValueType::Static(_));
        if is_number {
            let message = format!("expected a tensor, found {}", type_text(&value.ty));
            self.error(codes::NOT_A_TENSOR, value.place, message)
                .help("write the number where it is used, or name it by a `let` before the parts");
        }
        !is_number
    }

    /// Warns about a `let` that nothing reads; a name that begins with `_` is meant to be unread.
    pub(super) fn unread(&mut self, statement: &Statement) {
        let names = names_of(&statement.pattern);
        if let Some(name) = names.first().filter(|name| !name.as_str().starts_with('_')) {
            self.checker
                .report
                .warning(codes::UNUSED, name.place, format!("`{name}` is never read"))
                .help("take the `let` out, or begin the name with `_`");
        }
    }

    fn declared(
        &mut self,
        declared: Option<ValueType>,
        found: Option<ValueType>,
        statement: &Statement,
    ) -> Option<ValueType> {
        let declared = declared?;
        if let Some(found) = &found
            && !super::shape::same_type(&self.facts, &declared, found)
        {
            let message = format!("the value is {}, not {}", type_text(found), type_text(&declared));
            let help = self.type_difference(&declared, found);
            let place = statement.ty.as_ref().map_or(statement.value.place, |ty| ty.place);
            self.error(codes::DECLARED, place, message).help(help);
        }
        Some(declared)
    }

    pub(super) fn type_difference(&self, expected: &ValueType, found: &ValueType) -> String {
        match (expected, found) {
            (ValueType::Tensor { shape: a, .. }, ValueType::Tensor { shape: b, .. }) => {
                super::shape::difference(&self.facts, a, b)
            }
            _ => String::new(),
        }
    }

    fn take_apart(&mut self, names: &[Name], value: Option<&Value>) -> Option<Vec<ValueType>> {
        let known = self.reported();
        let types = self.types_of(names, value?);
        self.explain(known, &[value?]);
        types
    }

    fn types_of(&mut self, names: &[Name], value: &Value) -> Option<Vec<ValueType>> {
        match &value.ty {
            ValueType::Tuple(types) if types.len() == names.len() => Some(types.clone()),
            ValueType::Tuple(types) => {
                let message = format!("{} names for {} values", names.len(), types.len());
                self.error(codes::TUPLE, value.place, message)
                    .help("a pattern has one name per value");
                None
            }
            other => {
                let message = format!("expected {} values, found {}", names.len(), type_text(other));
                self.error(codes::TUPLE, value.place, message)
                    .help("a pattern has one name per value");
                None
            }
        }
    }

    fn name(&mut self, name: &Name, place: Place) -> Option<Value> {
        if name.is_missing() {
            return None;
        }
        if let Some(ty) = self.locals.get(name.as_str()) {
            return ty.clone().map(|ty| Value {
                kind: ValueKind::Local {
                    name: name.text.clone(),
                    last_use: false,
                },
                ty,
                place,
            });
        }
        if self.scope.parts.contains_key(name.as_str()) {
            return self.part_as_value(name, place);
        }
        if !self.names.is_news(name.as_str()) {
            return None;
        }
        let message = match self.checker.library.function(name.as_str()) {
            Some(_) => format!("`{name}` is a function and is called with arguments"),
            None => format!("nothing here is named `{name}`"),
        };
        let locals: Vec<String> = self
            .locals
            .keys()
            .chain(self.scope.parts.keys())
            .cloned()
            .collect();
        let statics: Vec<String> = self.names.all().map(str::to_owned).collect();
        let candidates = locals.iter().chain(&statics).map(String::as_str);
        self.error(codes::UNKNOWN_VALUE, place, message).suggest_or_list(
            name.as_str(),
            "names here",
            candidates,
        );
        None
    }

    fn tuple(&mut self, items: &[Expr], place: Place) -> Option<Value> {
        let values: Vec<Option<Value>> = items.iter().map(|item| self.value(item)).collect();
        let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        if !values.iter().all(|value| self.is_no_number(value)) {
            return None;
        }
        let types = values.iter().map(|value| value.ty.clone()).collect();
        Some(Value {
            kind: ValueKind::Tuple(values),
            ty: ValueType::Tuple(types),
            place,
        })
    }

    fn negate(&mut self, operand: &Expr, place: Place) -> Option<Value> {
        let operand = self.value(operand)?;
        let (element, shape) = self.tensor(&operand)?;
        if element == ElementType::Bool {
            self.error(codes::ELEMENT, operand.place, "truth values have no sign");
            return None;
        }
        Some(Value {
            kind: ValueKind::Negate(Box::new(operand)),
            ty: ValueType::Tensor { element, shape },
            place,
        })
    }

    /// Whether an expression is made of static names and numbers alone, so that it is a number of its own.
    fn is_static(&self, expr: &Expr) -> bool {
        let mut all_static = true;
        visit(expr, &mut |kind| {
            all_static &= match kind {
                ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) => true,
                ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::If { .. } => true,
                ExprKind::Name(name) => {
                    !self.locals.contains_key(name.as_str())
                        && !self.scope.parts.contains_key(name.as_str())
                        && self.names.contains(name.as_str())
                }
                ExprKind::Call { callee, .. } => {
                    is_static_function(callee.as_str()) && !self.scope.parts.contains_key(callee.as_str())
                }
                _ => false,
            };
        });
        all_static
    }

    fn static_value(&mut self, expr: &Expr) -> Option<Value> {
        let value = self.evaluator().any(expr, None)?;
        Some(Value {
            kind: ValueKind::Static(expr.clone()),
            ty: ValueType::Static(value.kind),
            place: expr.place,
        })
    }

    /// Types operands of what is no value, for the mistakes and the parts in them.
    fn visit_operands(&mut self, operands: &[&Expr]) {
        for operand in operands {
            self.value(operand);
        }
    }

    pub(super) fn not_a_value(&mut self, place: Place, message: &str) -> Option<Value> {
        self.error(codes::NOT_A_VALUE, place, message)
            .help("a `forward` computes by calls, arithmetic, indices and `if` over static conditions");
        None
    }
}

fn names_of(pattern: &Pattern) -> &[Name] {
    match pattern {
        Pattern::Name(name) => std::slice::from_ref(name),
        Pattern::Tuple(names) => names,
    }
}
