//! From a checked `forward` and numbers to a [`Forward`] without names.

use ttt_dsl::instance::{EvaluateError, Values, evaluate, evaluate_condition, evaluate_int, evaluate_size};
use ttt_dsl::program::{
    Branch as CheckedBranch, CheckedForward, CheckedInput, CheckedStatement, Rearrangement, SliceItem, Value,
    ValueKind,
};
use ttt_dsl::spec::{BinaryOp, DimItem, Expr, ExprKind};

use super::forward::{
    Branch, Dim, Forward, FunctionNode, IfNode, Input, Item, Node, Number, PartCall, RearrangeNode,
    ScalarNode, Signature, Statement, Statics,
};
use super::function::Function;

/// Resolves the `forward` of a block with these params and lets, whose parts are named `parts`.
///
/// # Errors
///
/// What the checker does not let through: a name that nothing has, a number where a tensor belongs.
pub(super) fn resolve(forward: &CheckedForward, values: &Values, parts: &[&str]) -> Result<Forward, String> {
    let mut resolver = Resolver {
        bound: &forward.bound,
        values,
        parts,
        locals: forward.inputs.iter().map(|input| input.name.as_str()).collect(),
        most_locals: forward.inputs.len(),
    };
    Ok(Forward {
        signature: signature(&forward.inputs, &forward.bound, values),
        outputs: forward.outputs.iter().map(|output| output.name.clone()).collect(),
        statements: resolver.statements(&forward.statements)?,
        results: resolver.nodes(&forward.results)?,
        locals: resolver.most_locals,
    })
}

/// The inputs of a `forward` that binds these names.
pub(super) fn signature(inputs: &[CheckedInput], bound: &[String], values: &Values) -> Signature {
    let dim = |dim: &DimItem| match dim {
        DimItem::Dim(expr) => Some(match bound_name(expr, bound) {
            Some(index) => Dim::Bound(index),
            None => Dim::Size(number(expr, bound, values, evaluate_size)),
        }),
        DimItem::Rest => None,
    };
    let inputs = inputs.iter().map(|input| Input {
        dims: input.ty.dims.iter().filter_map(dim).collect(),
        declared: input.clone(),
    });
    Signature {
        inputs: inputs.collect(),
        bound: bound.to_vec(),
        values: values.clone(),
    }
}

struct Resolver<'r> {
    bound: &'r [String],
    values: &'r Values,
    parts: &'r [&'r str],
    /// The names of inputs and `let`s; a later one of the same name shadows.
    locals: Vec<&'r str>,
    /// How many there were at once, at most.
    most_locals: usize,
}

impl<'r> Resolver<'r> {
    fn statements(&mut self, statements: &'r [CheckedStatement]) -> Result<Vec<Statement>, String> {
        let statements = statements.iter().map(|statement| {
            let value = self.node(&statement.value)?;
            self.locals.extend(statement.names.iter().map(String::as_str));
            self.most_locals = self.most_locals.max(self.locals.len());
            Ok(Statement {
                parts: statement.tuple.then_some(statement.names.len()),
                value,
            })
        });
        statements.collect()
    }

    fn nodes(&mut self, values: &'r [Value]) -> Result<Vec<Node>, String> {
        values.iter().map(|value| self.node(value)).collect()
    }

    fn boxed(&mut self, value: &'r Value) -> Result<Box<Node>, String> {
        self.node(value).map(Box::new)
    }

    fn node(&mut self, value: &'r Value) -> Result<Node, String> {
        Ok(match &value.kind {
            ValueKind::Local { name, last_use } => Node::Local {
                index: self.local(name)?,
                last_use: *last_use,
            },
            ValueKind::Static(number) => {
                return Err(format!("`{number}` is a number where a tensor belongs"));
            }
            ValueKind::Weight { part, tensor } => Node::Weight {
                part: self.part(part)?,
                tensor: tensor.clone(),
            },
            ValueKind::Part { part, args } => Node::Part(Box::new(self.call(part, args, value)?)),
            ValueKind::Function {
                name,
                inputs,
                statics,
                ..
            } => Node::Function(Box::new(self.function(name, inputs, statics)?)),
            ValueKind::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs)?,
            ValueKind::Negate(x) => Node::Negate(self.boxed(x)?),
            ValueKind::Slice { base, items } => Node::Slice {
                base: self.boxed(base)?,
                items: items.iter().map(|item| self.item(item)).collect(),
            },
            ValueKind::Rearrange { base, rearrangement } => self.rearrange(base, rearrangement)?,
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => self.choice(condition, then, otherwise.as_deref())?,
            ValueKind::Tuple(values) => Node::Tuple(self.nodes(values)?),
        })
    }

    fn local(&self, name: &str) -> Result<usize, String> {
        let index = self.locals.iter().rposition(|local| *local == name);
        index.ok_or_else(|| format!("the value `{name}` is not in it"))
    }

    fn part(&self, name: &str) -> Result<usize, String> {
        let index = self.parts.iter().position(|part| *part == name);
        index.ok_or_else(|| format!("the part `{name}` is not in it"))
    }

    fn call(&mut self, part: &str, args: &'r [Option<Value>], value: &Value) -> Result<PartCall, String> {
        let argument = args.first().and_then(Option::as_ref);
        let resolved = args
            .iter()
            .map(|arg| arg.as_ref().map(|arg| self.node(arg)).transpose());
        Ok(PartCall {
            args: resolved.collect::<Result<_, _>>()?,
            part: self.part(part)?,
            argument: argument.map(written).unwrap_or_default(),
            ty: value.ty.clone(),
        })
    }

    fn function(
        &mut self,
        name: &str,
        inputs: &'r [Value],
        statics: &[(String, Expr)],
    ) -> Result<FunctionNode, String> {
        let known = statics
            .iter()
            .map(|(param, expr)| match self.number(expr, evaluate) {
                Number::Known(value) => Some((param.clone(), value)),
                Number::PerCall(_) => None,
            });
        Ok(FunctionNode {
            function: Function::named(name).ok_or_else(|| format!("the function `{name}` is not in it"))?,
            statics: match known.collect() {
                Some(known) => Statics::Known(known),
                None => Statics::PerCall(statics.to_vec()),
            },
            inputs: self.nodes(inputs)?,
        })
    }

    fn binary(&mut self, op: BinaryOp, lhs: &'r Value, rhs: &'r Value) -> Result<Node, String> {
        let (x, number, reversed) = match (&lhs.kind, &rhs.kind) {
            (ValueKind::Static(number), _) => (rhs, number, true),
            (_, ValueKind::Static(number)) => (lhs, number, false),
            _ => {
                let sides = Box::new([self.node(lhs)?, self.node(rhs)?]);
                return Ok(Node::Binary { op, sides });
            }
        };
        Ok(Node::Scalar(Box::new(ScalarNode {
            op,
            x: self.node(x)?,
            number: self.number(number, evaluate),
            reversed,
        })))
    }

    fn item(&self, item: &SliceItem) -> Item {
        let index = |expr: &Expr| self.number(expr, evaluate_int);
        match item {
            SliceItem::Whole => Item::Whole,
            SliceItem::Range { start, end } => Item::Range {
                start: start.as_ref().map(index),
                end: end.as_ref().map(index),
            },
            SliceItem::At(expr) => Item::At(index(expr)),
        }
    }

    fn rearrange(&mut self, base: &'r Value, rearrangement: &Rearrangement) -> Result<Node, String> {
        let sizes = rearrangement
            .sizes
            .iter()
            .map(|(axis, expr)| (axis.clone(), self.number(expr, evaluate_size)));
        Ok(Node::Rearrange(Box::new(RearrangeNode {
            sizes: sizes.collect(),
            pattern: rearrangement.clone(),
            base: self.node(base)?,
        })))
    }

    /// The branch that is taken, where no call decides it.
    fn choice(
        &mut self,
        condition: &Expr,
        then: &'r CheckedBranch,
        otherwise: Option<&'r CheckedBranch>,
    ) -> Result<Node, String> {
        let taken = match self.number(condition, evaluate_condition) {
            Number::Known(true) => Some(then),
            Number::Known(false) => otherwise,
            Number::PerCall(condition) => {
                return Ok(Node::If(Box::new(IfNode {
                    condition,
                    then: self.branch(then)?,
                    otherwise: otherwise.map(|branch| self.branch(branch)).transpose()?,
                })));
            }
        };
        match taken {
            None => Ok(Node::Absent),
            Some(branch) if branch.statements.is_empty() => self.node(&branch.result),
            Some(branch) => Ok(Node::Branch(Box::new(self.branch(branch)?))),
        }
    }

    fn branch(&mut self, branch: &'r CheckedBranch) -> Result<Branch, String> {
        let outside = self.locals.len();
        let resolved = Branch {
            statements: self.statements(&branch.statements)?,
            result: self.node(&branch.result)?,
        };
        self.locals.truncate(outside);
        Ok(resolved)
    }

    fn number<T>(&self, expr: &Expr, evaluate: Evaluate<T>) -> Number<T> {
        number(expr, self.bound, self.values, evaluate)
    }
}

type Evaluate<T> = fn(&Expr, &Values) -> Result<T, EvaluateError>;

fn number<T>(expr: &Expr, bound: &[String], values: &Values, evaluate: Evaluate<T>) -> Number<T> {
    let mut per_call = false;
    expr.visit_names(&mut |name| per_call |= bound.iter().any(|bound| bound == name.as_str()));
    match evaluate(expr, values) {
        Ok(number) if !per_call => Number::Known(number),
        _ => Number::PerCall(expr.clone()),
    }
}

/// The index of the bound name that an expression is.
fn bound_name(expr: &Expr, bound: &[String]) -> Option<usize> {
    match &expr.kind {
        ExprKind::Name(name) => bound.iter().position(|bound| bound == name.as_str()),
        _ => None,
    }
}

/// How an argument reads in the schema, for errors.
fn written(value: &Value) -> String {
    match &value.kind {
        ValueKind::Local { name, .. } => name.clone(),
        ValueKind::Function { name, inputs, .. } => {
            let inputs: Vec<String> = inputs.iter().map(written).collect();
            format!("{name}({})", inputs.join(", "))
        }
        _ => "its input".to_string(),
    }
}
