//! Walks over a schema: every node of one kind, in order of writing.

use ttt_dsl::spec::{
    Arg, Body, ConfigTable, DimItem, Expr, ExprKind, Forward, Head, IndexItem, Model, Param, PartCall, Path,
    Spec, Target, TensorType, WeightsTable,
};

/// Calls back with every node of a kind.
pub type Walk<T> = fn(&mut Spec, &mut dyn FnMut(&mut T));

pub fn models(spec: &mut Spec, visit: &mut dyn FnMut(&mut Model)) {
    spec.models.iter_mut().for_each(visit);
}

pub fn heads(spec: &mut Spec, visit: &mut dyn FnMut(&mut Head)) {
    spec.models
        .iter_mut()
        .flat_map(|model| &mut model.heads)
        .for_each(visit);
}

pub fn configs(spec: &mut Spec, visit: &mut dyn FnMut(&mut ConfigTable)) {
    spec.models
        .iter_mut()
        .flat_map(|model| &mut model.configs)
        .for_each(visit);
}

pub fn weights(spec: &mut Spec, visit: &mut dyn FnMut(&mut WeightsTable)) {
    spec.models
        .iter_mut()
        .flat_map(|model| &mut model.weights)
        .for_each(visit);
}

pub fn bodies(spec: &mut Spec, visit: &mut dyn FnMut(&mut Body)) {
    spec.blocks.iter_mut().for_each(|block| visit(&mut block.body));
    for model in &mut spec.models {
        visit(&mut model.body);
        model.heads.iter_mut().for_each(|head| visit(&mut head.body));
    }
}

pub fn forwards(spec: &mut Spec, visit: &mut dyn FnMut(&mut Forward)) {
    bodies(spec, &mut |body| body.forward.iter_mut().for_each(&mut *visit));
}

/// Lists of params, of blocks, models and heads.
pub fn params(spec: &mut Spec, visit: &mut dyn FnMut(&mut Vec<Param>)) {
    spec.blocks.iter_mut().for_each(|block| visit(&mut block.params));
    for model in &mut spec.models {
        visit(&mut model.params);
        model.heads.iter_mut().for_each(|head| visit(&mut head.params));
    }
}

/// Types of inputs, outputs and lets.
pub fn types(spec: &mut Spec, visit: &mut dyn FnMut(&mut TensorType)) {
    forwards(spec, &mut |forward| {
        let signature = &mut forward.signature;
        signature.inputs.iter_mut().for_each(|input| visit(&mut input.ty));
        signature
            .outputs
            .iter_mut()
            .for_each(|output| visit(&mut output.ty));
        let declared = forward
            .statements
            .iter_mut()
            .filter_map(|statement| statement.ty.as_mut());
        declared.for_each(&mut *visit);
    });
}

/// Sizes in types.
pub fn sizes(spec: &mut Spec, visit: &mut dyn FnMut(&mut Expr)) {
    types(spec, &mut |ty| {
        for dim in &mut ty.dims {
            if let DimItem::Dim(size) = dim {
                visit(size);
            }
        }
    });
}

/// The calls that declare parts.
pub fn part_calls(spec: &mut Spec, visit: &mut dyn FnMut(&mut PartCall)) {
    bodies(spec, &mut |body| {
        body.parts.iter_mut().for_each(|part| visit(&mut part.call))
    });
}

/// Every expression of a computation, from the outside in.
pub fn computations(spec: &mut Spec, visit: &mut dyn FnMut(&mut Expr)) {
    forwards(spec, &mut |forward| {
        for statement in &mut forward.statements {
            within(&mut statement.value, visit);
        }
        within(&mut forward.result, visit);
    });
}

/// Every static expression of a body: lets, requires, conditions, counts and arguments of parts.
pub fn statics(spec: &mut Spec, visit: &mut dyn FnMut(&mut Expr)) {
    bodies(spec, &mut |body| {
        body.lets
            .iter_mut()
            .for_each(|binding| within(&mut binding.value, visit));
        body.requires
            .iter_mut()
            .for_each(|require| within(&mut require.condition, visit));
        for part in &mut body.parts {
            part.call
                .args
                .iter_mut()
                .for_each(|arg| within(&mut arg.value, visit));
            part.count
                .iter_mut()
                .chain(&mut part.condition)
                .for_each(|expr| within(expr, visit));
        }
        body.ties
            .iter_mut()
            .filter_map(|tie| tie.condition.as_mut())
            .for_each(|expr| within(expr, visit));
    });
}

/// Lists of arguments, of parts and of calls in computations.
pub fn arguments(spec: &mut Spec, visit: &mut dyn FnMut(&mut Vec<Arg>)) {
    part_calls(spec, &mut |call| visit(&mut call.args));
    computations(spec, &mut |expr| {
        if let ExprKind::Call { args, .. } = &mut expr.kind {
            visit(args);
        }
    });
}

/// Paths of ties and of weights tables.
pub fn paths(spec: &mut Spec, visit: &mut dyn FnMut(&mut Path)) {
    bodies(spec, &mut |body| {
        for tie in &mut body.ties {
            visit(&mut tie.tied);
            visit(&mut tie.owner);
        }
    });
    weights(spec, &mut |table| {
        for entry in &mut table.entries {
            match &mut entry.target {
                Target::Path(path) | Target::Same(path) | Target::Factors(path) => visit(path),
                Target::Fused(paths) => paths.iter_mut().for_each(&mut *visit),
                Target::Skip => {}
            }
        }
        table.lacks.iter_mut().for_each(&mut *visit);
    });
}

fn within(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    visit(expr);
    match &mut expr.kind {
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Text(_) => {}
        ExprKind::Name(_) | ExprKind::Field { .. } => {}
        ExprKind::Call { args, .. } => args.iter_mut().for_each(|arg| within(&mut arg.value, visit)),
        ExprKind::Binary { lhs, rhs, .. } => [lhs, rhs].into_iter().for_each(|side| within(side, visit)),
        ExprKind::Unary { operand, .. } => within(operand, visit),
        ExprKind::Index { base, items } => {
            within(base, visit);
            items.iter_mut().for_each(|item| within_index(item, visit));
        }
        ExprKind::Tuple(values) | ExprKind::List(values) => {
            values.iter_mut().for_each(|value| within(value, visit));
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            within(condition, visit);
            within(then, visit);
            otherwise
                .iter_mut()
                .for_each(|otherwise| within(otherwise, visit));
        }
        ExprKind::Block { statements, result } => {
            statements
                .iter_mut()
                .for_each(|statement| within(&mut statement.value, visit));
            within(result, visit);
        }
    }
}

fn within_index(item: &mut IndexItem, visit: &mut dyn FnMut(&mut Expr)) {
    match item {
        IndexItem::Rest => {}
        IndexItem::Range { start, end } => start.iter_mut().chain(end).for_each(|bound| within(bound, visit)),
        IndexItem::At(index) => within(index, visit),
    }
}
