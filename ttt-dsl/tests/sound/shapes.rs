//! A checked program run with shapes in the place of tensors. What the checker says of each value is compared with what
//! its operation gives, and every call with what its operation takes.

use std::collections::HashMap;

use ttt_dsl::dim::Dimension;
use ttt_dsl::instance::{
    Instance, InstanceBlock, InstanceLeaf, InstanceNode, Scalar, Values, evaluate, evaluate_condition,
    evaluate_int,
};
use ttt_dsl::parse::parse_text;
use ttt_dsl::program::{
    Branch, CheckedBlock, CheckedForward, CheckedStatement, HeadInput, Program, SliceItem, Value, ValueKind,
    ValueType,
};
use ttt_dsl::spec::{DimItem, Expr, TensorType};

use super::operation::{self, Shape};

/// What a value is when it is run.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Tensor(Shape),
    Tuple(Vec<Found>),
    Number,
    Absent,
}

/// A whole run: every part's outputs with their paths, in the order of the calls.
#[derive(Default)]
pub struct Shapes {
    pub trace: Vec<(String, Shape)>,
    pub outputs: Vec<(String, Shape)>,
    /// How many shapes were compared with the checker's.
    pub compared: usize,
}

/// Runs an instance of a program. `batch` is what the inputs begin with: `[B, T]`, or `[B, C, T]` for a head that folds.
pub fn run(program: &Program, instance: &Instance, batch: &[usize]) -> Result<Shapes, String> {
    let model = program.model(&instance.model).ok_or("no model")?;
    let mut shapes = Shapes::default();
    let forward = model.body.forward.as_ref().ok_or("no forward")?;
    let folded: Shape = match batch {
        [sequences, texts, tokens] => vec![sequences * texts, *tokens],
        batch => batch.to_vec(),
    };
    let given = |shape: &Shape| vec![Some(Found::Tensor(shape.clone())); forward.inputs.len()];
    let found =
        Body::of(program, &model.body, &instance.root, "").forward(forward, given(&folded), &mut shapes)?;
    let Some((name, node)) = &instance.head else {
        shapes.outputs = named(forward, &found);
        return Ok(shapes);
    };
    let head = model.head(name).ok_or("no head")?;
    let unfolded = |found: &Found| match (found, batch) {
        (Found::Tensor(shape), [sequences, texts, _]) => {
            Found::Tensor([&[*sequences, *texts], &shape[1..]].concat())
        }
        _ => found.clone(),
    };
    let inputs = head.inputs.iter().map(|input| match input {
        HeadInput::Output(index) => Some(unfolded(&found[*index])),
        HeadInput::Input(_) => Some(Found::Tensor(batch.to_vec())),
        HeadInput::Given => None,
    });
    let forward = head.body.forward.as_ref().ok_or("no forward of the head")?;
    let found = Body::of(program, &head.body, node, name).forward(forward, inputs.collect(), &mut shapes)?;
    shapes.outputs = named(forward, &found);
    Ok(shapes)
}

fn named(forward: &CheckedForward, found: &[Found]) -> Vec<(String, Shape)> {
    let pairs = forward.outputs.iter().zip(found);
    let tensors = pairs.filter_map(|(output, found)| match found {
        Found::Tensor(shape) => Some((output.name.clone(), shape.clone())),
        _ => None,
    });
    tensors.collect()
}

/// One call of a body.
struct Body<'p> {
    program: &'p Program,
    block: &'p CheckedBlock,
    node: &'p InstanceBlock,
    path: String,
    /// Static values and the sizes that the call binds.
    values: Values,
    locals: HashMap<String, Found>,
}

impl<'p> Body<'p> {
    fn of(program: &'p Program, block: &'p CheckedBlock, node: &'p InstanceBlock, path: &str) -> Body<'p> {
        Body {
            program,
            block,
            node,
            path: path.to_owned(),
            values: node.values.clone(),
            locals: HashMap::new(),
        }
    }

    fn forward(
        mut self,
        forward: &CheckedForward,
        given: Vec<Option<Found>>,
        shapes: &mut Shapes,
    ) -> Result<Vec<Found>, String> {
        for (input, found) in forward.inputs.iter().zip(&given) {
            if let Some(Found::Tensor(shape)) = found {
                self.bind(&input.ty, shape, &forward.bound);
            }
        }
        for (input, found) in forward.inputs.iter().zip(given) {
            let declared = Found::Tensor(self.declared(&input.ty)?);
            let found = found.unwrap_or_else(|| declared.clone());
            if found != declared {
                return Err(format!(
                    "{}: `{}` takes {declared:?}, found {found:?}",
                    self.path, input.name
                ));
            }
            self.locals.insert(input.name.clone(), found);
        }
        self.statements(&forward.statements, shapes)?;
        let mut results = Vec::new();
        for (output, value) in forward.outputs.iter().zip(&forward.results) {
            let found = self.value(value, shapes)?;
            let exists = match &output.condition {
                Some(condition) => self.holds(condition)?,
                None => true,
            };
            let declared = match exists {
                true => Found::Tensor(self.declared(&output.ty)?),
                false => Found::Absent,
            };
            if found != declared {
                return Err(format!(
                    "{}: `{}` is {declared:?}, found {found:?}",
                    self.path, output.name
                ));
            }
            shapes.compared += 1;
            results.push(found);
        }
        Ok(results)
    }

    fn bind(&mut self, ty: &TensorType, shape: &Shape, bound: &[String]) {
        for (dim, size) in ty.dims.iter().zip(shape) {
            if let DimItem::Dim(expr) = dim {
                let name = expr.to_string();
                if bound.contains(&name) && !self.values.contains_key(&name) {
                    self.values.insert(name, Scalar::Int(*size as i64));
                }
            }
        }
    }

    fn declared(&self, ty: &TensorType) -> Result<Shape, String> {
        let sizes = ty.dims.iter().map(|dim| match dim {
            DimItem::Dim(expr) => self.size(expr),
            DimItem::Rest => Err("`..` in a body".to_owned()),
        });
        sizes.collect()
    }

    fn size(&self, expr: &Expr) -> Result<usize, String> {
        let size = evaluate_int(expr, &self.values).map_err(|error| format!("{}: {error}", self.path))?;
        usize::try_from(size).map_err(|_| format!("{}: `{expr}` is {size}", self.path))
    }

    fn holds(&self, condition: &Expr) -> Result<bool, String> {
        evaluate_condition(condition, &self.values).map_err(|error| error.to_string())
    }

    fn statements(&mut self, statements: &[CheckedStatement], shapes: &mut Shapes) -> Result<(), String> {
        for statement in statements {
            let found = self.value(&statement.value, shapes)?;
            match (found, statement.tuple) {
                (Found::Tuple(all), true) => self.locals.extend(statement.names.iter().cloned().zip(all)),
                (found, _) => drop(self.locals.insert(statement.names[0].clone(), found)),
            }
        }
        Ok(())
    }

    /// What a value is; it is of the type that the checker gave it.
    fn value(&mut self, value: &Value, shapes: &mut Shapes) -> Result<Found, String> {
        let found = self.computed(value, shapes)?;
        self.compare(&value.ty, &found, shapes)?;
        Ok(found)
    }

    fn compare(&self, ty: &ValueType, found: &Found, shapes: &mut Shapes) -> Result<(), String> {
        match (ty, found) {
            (ValueType::Tensor { shape, .. }, Found::Tensor(found)) => {
                let said: Vec<Option<i64>> = shape.iter().map(|size| self.evaluate(size)).collect();
                let found: Vec<Option<i64>> = found.iter().map(|size| Some(*size as i64)).collect();
                shapes.compared += 1;
                match said == found {
                    true => Ok(()),
                    false => Err(format!(
                        "{} `{}`: said {said:?}, found {found:?}",
                        self.path, self.block.name
                    )),
                }
            }
            (ValueType::Tuple(types), Found::Tuple(all)) if types.len() == all.len() => types
                .iter()
                .zip(all)
                .try_for_each(|(ty, found)| self.compare(ty, found, shapes)),
            (ValueType::Optional { condition, inner }, found) => match (self.holds(condition)?, found) {
                (false, Found::Absent) => Ok(()),
                (true, found) => self.compare(inner, found, shapes),
                (false, found) => Err(format!("{}: {found:?} does not exist", self.path)),
            },
            (ValueType::Static(_), Found::Number) => Ok(()),
            (ty, found) => Err(format!("{}: said {ty:?}, found {found:?}", self.path)),
        }
    }

    /// A symbolic size with numbers. What no polynomial can say is the text of an expression.
    fn evaluate(&self, size: &Dimension) -> Option<i64> {
        size.evaluate(|name| match self.values.get(name) {
            Some(Scalar::Int(size)) => Some(*size),
            Some(_) => None,
            None => {
                let parsed = parse_text(&format!("block Size() {{ let size = {name}; }}"));
                let binding = &parsed.spec.blocks.first()?.body.lets.first()?.value;
                match evaluate(binding, &self.values).ok()? {
                    Scalar::Int(size) => Some(size),
                    _ => None,
                }
            }
        })
    }

    fn computed(&mut self, value: &Value, shapes: &mut Shapes) -> Result<Found, String> {
        match &value.kind {
            ValueKind::Local { name, .. } => self
                .locals
                .get(name)
                .cloned()
                .ok_or_else(|| format!("nothing is named `{name}`")),
            ValueKind::Static(_) => Ok(Found::Number),
            ValueKind::Weight { part, tensor } => self.weight(part, tensor),
            ValueKind::Part { part, args } => {
                let mut given = Vec::new();
                for arg in args {
                    given.push(match arg {
                        Some(arg) => Some(self.value(arg, shapes)?),
                        None => None,
                    });
                }
                let node = self.node.part(part).ok_or_else(|| format!("no part `{part}`"))?;
                let path = joined(&self.path, part);
                let found = self.part(node, &path, given, shapes)?;
                Ok(one_or_all(found))
            }
            ValueKind::Function {
                name,
                inputs,
                statics,
                ..
            } => {
                let tensors = inputs
                    .iter()
                    .map(|input| self.tensor(input, shapes))
                    .collect::<Result<Vec<_>, _>>()?;
                let statics = statics.iter().map(|(name, expr)| {
                    evaluate(expr, &self.values)
                        .map(|value| (name.clone(), value))
                        .map_err(|error| error.to_string())
                });
                let statics = statics.collect::<Result<Values, _>>()?;
                operation::function(name, &tensors, &statics).map(Found::Tensor)
            }
            ValueKind::Binary { lhs, rhs, .. } => {
                match (self.value(lhs, shapes)?, self.value(rhs, shapes)?) {
                    (Found::Tensor(a), Found::Tensor(b)) => operation::broadcast(&a, &b).map(Found::Tensor),
                    (Found::Number, tensor @ Found::Tensor(_))
                    | (tensor @ Found::Tensor(_), Found::Number) => Ok(tensor),
                    (a, b) => Err(format!("arithmetic of {a:?} and {b:?}")),
                }
            }
            ValueKind::Negate(base) => self.value(base, shapes),
            ValueKind::Slice { base, items } => {
                let base = self.tensor(base, shapes)?;
                self.slice(&base, items).map(Found::Tensor)
            }
            ValueKind::Rearrange { base, rearrangement } => {
                let base = self.tensor(base, shapes)?;
                let sizes = rearrangement
                    .sizes
                    .iter()
                    .map(|(axis, expr)| Ok((axis.clone(), self.size(expr)?)));
                let sizes = sizes.collect::<Result<HashMap<String, usize>, String>>()?;
                rearranged(&base, &rearrangement.input, &rearrangement.output, sizes).map(Found::Tensor)
            }
            ValueKind::If {
                condition,
                then,
                otherwise,
            } => match (self.holds(condition)?, otherwise) {
                (true, _) => self.branch(then, shapes),
                (false, Some(otherwise)) => self.branch(otherwise, shapes),
                (false, None) => Ok(Found::Absent),
            },
            ValueKind::Tuple(values) => {
                let all = values.iter().map(|value| self.value(value, shapes));
                all.collect::<Result<_, _>>().map(Found::Tuple)
            }
        }
    }

    fn branch(&mut self, branch: &Branch, shapes: &mut Shapes) -> Result<Found, String> {
        let outer = self.locals.clone();
        self.statements(&branch.statements, shapes)?;
        let found = self.value(&branch.result, shapes);
        self.locals = outer;
        found
    }

    fn tensor(&mut self, value: &Value, shapes: &mut Shapes) -> Result<Shape, String> {
        match self.value(value, shapes)? {
            Found::Tensor(shape) => Ok(shape),
            other => Err(format!("{other:?} is no tensor")),
        }
    }

    fn weight(&self, part: &str, tensor: &str) -> Result<Found, String> {
        match self.node.part(part) {
            Some(InstanceNode::Leaf(leaf)) => {
                let found = leaf.weights.iter().find(|weight| weight.name == tensor);
                found
                    .map(|weight| Found::Tensor(weight.shape.clone()))
                    .ok_or_else(|| format!("`{part}` has no `{tensor}`"))
            }
            other => Err(format!("`{part}` is {other:?}")),
        }
    }

    fn slice(&self, base: &Shape, items: &[SliceItem]) -> Result<Shape, String> {
        let index = |expr: &Expr| evaluate_int(expr, &self.values).map_err(|error| error.to_string());
        let mut shape = Vec::new();
        for (item, size) in items.iter().zip(base) {
            match item {
                SliceItem::Whole => shape.push(*size),
                SliceItem::Range { start, end } => {
                    let (start, end) = (
                        start.as_ref().map(index).transpose()?,
                        end.as_ref().map(index).transpose()?,
                    );
                    shape.push(operation::sliced(*size, start, end)?);
                }
                SliceItem::At(at) => {
                    let at = index(at)?;
                    let end = if at == -1 { None } else { Some(at + 1) };
                    operation::sliced(*size, Some(at), end)?;
                }
            }
        }
        Ok(shape)
    }

    /// A part called: a repeated one passes its first input through every copy.
    fn part(
        &self,
        node: &'p InstanceNode,
        path: &str,
        mut args: Vec<Option<Found>>,
        shapes: &mut Shapes,
    ) -> Result<Vec<Found>, String> {
        match node {
            InstanceNode::Absent => Err(format!("`{path}` does not exist")),
            InstanceNode::Repeat(copies) => {
                for (nth, copy) in copies.iter().enumerate() {
                    let found = self.part(copy, &joined(path, &nth.to_string()), args.clone(), shapes)?;
                    args[0] = found.into_iter().next();
                }
                Ok(args.into_iter().take(1).flatten().collect())
            }
            InstanceNode::Leaf(leaf) => {
                let found = called_leaf(leaf, &args)?;
                let names = self.leaf_outputs(&leaf.leaf);
                noted(path, &names, &found, shapes);
                Ok(found)
            }
            InstanceNode::Block(node) => {
                let block = self
                    .program
                    .block(&node.block)
                    .ok_or_else(|| format!("no block `{}`", node.block))?;
                let forward = block.forward.as_ref().ok_or("no forward")?;
                let found = Body::of(self.program, block, node, path).forward(forward, args, shapes)?;
                let names: Vec<String> = forward.outputs.iter().map(|output| output.name.clone()).collect();
                noted(path, &names, &found, shapes);
                Ok(found)
            }
        }
    }

    fn leaf_outputs(&self, leaf: &str) -> Vec<String> {
        let signature = self.program.leaf(leaf).and_then(|leaf| leaf.signature.as_ref());
        let outputs = signature.iter().flat_map(|signature| &signature.outputs);
        outputs
            .map(|output| {
                output
                    .name
                    .as_ref()
                    .map_or("output".to_owned(), |name| name.text.clone())
            })
            .collect()
    }
}

fn called_leaf(leaf: &InstanceLeaf, args: &[Option<Found>]) -> Result<Vec<Found>, String> {
    let tensors = args.iter().flatten().map(|arg| match arg {
        Found::Tensor(shape) => Ok(shape.clone()),
        other => Err(format!("{other:?} is no tensor")),
    });
    let tensors = tensors.collect::<Result<Vec<_>, _>>()?;
    let found = operation::leaf(&leaf.leaf, &leaf.values, &tensors)?;
    Ok(found.into_iter().map(Found::Tensor).collect())
}

fn noted(path: &str, names: &[String], found: &[Found], shapes: &mut Shapes) {
    for (name, found) in names.iter().zip(found) {
        if let Found::Tensor(shape) = found {
            let path = if names.len() > 1 {
                joined(path, name)
            } else {
                path.to_owned()
            };
            shapes.trace.push((path, shape.clone()));
        }
    }
}

/// einops' rearrange: every group but one axis of it is known.
fn rearranged(
    base: &Shape,
    input: &[Vec<String>],
    output: &[Vec<String>],
    mut sizes: HashMap<String, usize>,
) -> Result<Shape, String> {
    if base.len() != input.len() {
        return Err(format!("a pattern of {} dimensions for {base:?}", input.len()));
    }
    for (group, size) in input.iter().zip(base) {
        let known: usize = group.iter().filter_map(|axis| sizes.get(axis)).product();
        let unknown: Vec<&String> = group.iter().filter(|axis| !sizes.contains_key(*axis)).collect();
        match unknown.as_slice() {
            [] if known == *size => {}
            [axis] if known > 0 && size % known == 0 => drop(sizes.insert((*axis).clone(), size / known)),
            _ => return Err(format!("`{group:?}` of {size}")),
        }
    }
    Ok(output
        .iter()
        .map(|group| group.iter().map(|axis| sizes[axis]).product())
        .collect())
}

fn one_or_all(mut found: Vec<Found>) -> Found {
    match found.len() {
        1 => found.remove(0),
        _ => Found::Tuple(found),
    }
}

fn joined(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}
