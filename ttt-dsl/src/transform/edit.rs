//! Changes of one part of a model, in copies of the blocks that hold it.

use crate::spec::{
    Arg, Block, Body, Edit, Expr, ExprKind, IndexItem, Model, Name, Part, Path, Segment, Spec, Statement,
    Target,
};

use super::site;

/// Why a part cannot be changed.
pub(super) enum Refused {
    /// It is in what a block param stands for.
    ThroughParam(String),
    /// There is no such part.
    Lost,
}

/// Changes to one model of a schema.
pub(super) struct Editor<'s> {
    pub(super) spec: &'s mut Spec,
    pub(super) model: usize,
    /// The paths of the parts whose blocks are copies made here, with the names of the copies.
    copies: Vec<(Vec<String>, String)>,
}

impl<'s> Editor<'s> {
    pub(super) fn new(spec: &'s mut Spec, model: usize) -> Editor<'s> {
        Editor {
            spec,
            model,
            copies: Vec::new(),
        }
    }

    pub(super) fn model(&mut self) -> &mut Model {
        &mut self.spec.models[self.model]
    }

    /// The body that holds the part at a path, copied where others use it too, and the part's place in it.
    pub(super) fn body_of(&mut self, path: &[String]) -> Result<(&mut Body, usize), Refused> {
        let (name, outer) = path.split_last().ok_or(Refused::Lost)?;
        let block = self.holder(outer)?;
        let body = self.body(outer, block.as_deref()).ok_or(Refused::Lost)?;
        let index = body.parts.iter().position(|part| part.name.as_str() == name);
        index.map(|index| (body, index)).ok_or(Refused::Lost)
    }

    /// The name of the block at a path, made this path's own; nothing for the model or a head.
    fn holder(&mut self, path: &[String]) -> Result<Option<String>, Refused> {
        let first = usize::from(self.is_head(path));
        let mut block: Option<String> = None;
        for length in first + 1..=path.len() {
            let (outer, name) = (&path[..length - 1], &path[length - 1]);
            let made = self.copies.iter().find(|(own, _)| own == &path[..length]);
            if let Some((_, made)) = made {
                block = Some(made.clone());
                continue;
            }
            let is_param = block
                .as_deref()
                .and_then(|own| site::block(self.spec, own))
                .map(|own| {
                    own.params
                        .iter()
                        .map(|param| param.name.text.clone())
                        .collect::<Vec<_>>()
                });
            let body = self.body(outer, block.as_deref()).ok_or(Refused::Lost)?;
            let part = part_mut(body, name).ok_or(Refused::Lost)?;
            let callee = part.call.callee.text.clone();
            if is_param.is_some_and(|params| params.contains(&callee)) {
                return Err(Refused::ThroughParam(callee));
            }
            let copy = self.copy(&callee, &path[..length]).ok_or(Refused::Lost)?;
            let body = self.body(outer, block.as_deref()).ok_or(Refused::Lost)?;
            part_mut(body, name).ok_or(Refused::Lost)?.call.callee.text = copy.clone();
            self.copies.push((path[..length].to_vec(), copy.clone()));
            block = Some(copy);
        }
        Ok(block)
    }

    fn is_head(&self, path: &[String]) -> bool {
        let heads = &self.spec.models[self.model].heads;
        path.first()
            .is_some_and(|first| heads.iter().any(|head| head.name.as_str() == first))
    }

    /// The body of a block or, without one, of the model or the head that a path begins with.
    fn body(&mut self, path: &[String], block: Option<&str>) -> Option<&mut Body> {
        if let Some(name) = block {
            let own = self
                .spec
                .blocks
                .iter_mut()
                .find(|block| block.name.as_str() == name);
            return own.map(|block| &mut block.body);
        }
        let is_head = self.is_head(path);
        let model = &mut self.spec.models[self.model];
        match is_head {
            true => {
                let head = model.heads.iter_mut().find(|head| head.name.as_str() == path[0]);
                head.map(|head| &mut head.body)
            }
            false => Some(&mut model.body),
        }
    }

    /// A copy of a block, named after the path of its only use.
    fn copy(&mut self, name: &str, path: &[String]) -> Option<String> {
        let original = site::block(self.spec, name)?;
        let wanted = std::iter::once(self.spec.models[self.model].name.as_str())
            .chain(path.iter().map(String::as_str))
            .map(camel_case)
            .collect::<String>();
        let copy = free_name(self.spec, wanted);
        let copied = Block {
            name: Name {
                text: copy.clone(),
                place: original.name.place,
            },
            ..original.clone()
        };
        self.spec.blocks.push(copied);
        Some(copy)
    }

    /// Changes every path of the model's tables and ties that begins with the names of `path`.
    pub(super) fn redirect(&mut self, path: &[String], change: &dyn Fn(&mut Vec<Segment>, usize)) {
        for length in 0..path.len() {
            let (outer, inner) = path.split_at(length);
            let made = self
                .copies
                .iter()
                .find(|(own, _)| own == outer)
                .map(|(_, made)| made.clone());
            let holds = length == 0 || made.is_some() || (length == 1 && self.is_head(path));
            if holds && let Some(body) = self.body(outer, made.as_deref()) {
                redirect_ties(body, inner, change);
            }
        }
        let in_head = self.is_head(path);
        let model = self.model();
        if !in_head {
            // The ties of heads name the base's parts.
            for head in &mut model.heads {
                let own = head.body.parts.iter().any(|part| part.name.as_str() == path[0]);
                if !own {
                    redirect_ties(&mut head.body, path, change);
                }
            }
        }
        for table in &mut model.weights {
            let targets = table
                .entries
                .iter_mut()
                .flat_map(|entry| match &mut entry.target {
                    Target::Path(path) | Target::Same(path) | Target::Factors(path) => {
                        std::slice::from_mut(path)
                    }
                    Target::Fused(paths) => paths.as_mut_slice(),
                    Target::Skip => &mut [],
                });
            for target in targets.chain(&mut table.lacks) {
                redirect(target, path, change);
            }
        }
        for edit in &mut model.edits {
            if let Edit::Remove(target) = edit {
                redirect(target, path, change);
            }
        }
    }
}

fn redirect_ties(body: &mut Body, path: &[String], change: &dyn Fn(&mut Vec<Segment>, usize)) {
    for tie in &mut body.ties {
        redirect(&mut tie.tied, path, change);
        redirect(&mut tie.owner, path, change);
    }
}

fn redirect(target: &mut Path, path: &[String], change: &dyn Fn(&mut Vec<Segment>, usize)) {
    let begins = target.segments.len() >= path.len()
        && target
            .segments
            .iter()
            .zip(path)
            .all(|(segment, name)| segment.name.as_str() == name);
    if begins {
        change(&mut target.segments, path.len());
    }
}

fn part_mut<'b>(body: &'b mut Body, name: &str) -> Option<&'b mut Part> {
    body.parts.iter_mut().find(|part| part.name.as_str() == name)
}

/// `self_attn` as `SelfAttn`.
fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .chain(letters)
        })
        .collect()
}

fn free_name(spec: &Spec, wanted: String) -> String {
    let taken = |name: &str| {
        let items = spec
            .models
            .iter()
            .map(|model| &model.name)
            .chain(spec.enums.iter().map(|item| &item.name));
        site::block(spec, name).is_some()
            || site::leaf(spec, name).is_some()
            || items.into_iter().any(|own| own.as_str() == name)
    };
    let mut name = wanted.clone();
    let mut number = 2;
    while taken(&name) {
        name = format!("{wanted}{number}");
        number += 1;
    }
    name
}

/// Gives a part of a body another name, wherever its `forward` uses it.
pub(super) fn rename_in(body: &mut Body, index: usize, to: &Name) {
    let from = std::mem::replace(&mut body.parts[index].name.text, to.text.clone());
    body.parts[index].name.place = to.place;
    if let Some(forward) = &mut body.forward {
        forward
            .statements
            .iter_mut()
            .for_each(|statement| in_statement(statement, &from, to));
        in_expression(&mut forward.result, &from, to);
    }
}

fn in_statement(statement: &mut Statement, from: &str, to: &Name) {
    in_expression(&mut statement.value, from, to);
}

fn in_expression(value: &mut Expr, from: &str, to: &Name) {
    let rename = |name: &mut Name| {
        if name.as_str() == from {
            name.text.clone_from(&to.text);
        }
    };
    match &mut value.kind {
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Text(_) => {}
        ExprKind::Name(name) => rename(name),
        ExprKind::Call { callee, args } => {
            rename(callee);
            args.iter_mut()
                .for_each(|arg: &mut Arg| in_expression(&mut arg.value, from, to));
        }
        ExprKind::Binary { lhs, rhs, .. } => {
            in_expression(lhs, from, to);
            in_expression(rhs, from, to);
        }
        ExprKind::Unary { operand, .. } => in_expression(operand, from, to),
        ExprKind::Index { base, items } => {
            in_expression(base, from, to);
            items.iter_mut().for_each(|item| in_index(item, from, to));
        }
        ExprKind::Field { part, .. } => rename(part),
        ExprKind::Tuple(values) | ExprKind::List(values) => {
            values.iter_mut().for_each(|value| in_expression(value, from, to));
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            in_expression(condition, from, to);
            in_expression(then, from, to);
            otherwise
                .iter_mut()
                .for_each(|value| in_expression(value, from, to));
        }
        ExprKind::Block { statements, result } => {
            statements
                .iter_mut()
                .for_each(|statement| in_statement(statement, from, to));
            in_expression(result, from, to);
        }
    }
}

fn in_index(item: &mut IndexItem, from: &str, to: &Name) {
    match item {
        IndexItem::Rest => {}
        IndexItem::Range { start, end } => {
            start
                .iter_mut()
                .chain(end)
                .for_each(|bound| in_expression(bound, from, to));
        }
        IndexItem::At(index) => in_expression(index, from, to),
    }
}
