//! Parts and lets that nothing uses.

use std::collections::HashSet;

use super::Checker;
use super::forward::Computation;
use super::walk::{visit, visit_statements};
use crate::diagnostic::codes;
use crate::spec::{Body, DimItem, Expr, ExprKind, Head, TensorType};

impl Checker<'_> {
    /// Warns about a body's parts that its forward does not use and lets that nothing names. `heads` see the body too.
    pub(super) fn check_unused(&mut self, body: &Body, computation: Option<&Computation>, heads: &[Head]) {
        // A mistake in the computation may be the missing use.
        let Some(computation) =
            computation.filter(|computation| computation.forward.is_some() && !body.incomplete)
        else {
            return;
        };
        let shared: HashSet<&str> = heads
            .iter()
            .flat_map(|head| owners(&head.body))
            .chain(owners(body))
            .collect();
        for part in &body.parts {
            let name = part.name.as_str();
            if !computation.used.contains(name) && !shared.contains(name) && !part.call.callee.is_missing() {
                self.report
                    .warning(
                        codes::UNUSED,
                        part.name.place,
                        format!("part `{name}` is never used"),
                    )
                    .help("call it in `forward`, or take it out");
            }
        }
        let mut named = HashSet::new();
        named_in(body, &mut named);
        heads.iter().for_each(|head| named_in(&head.body, &mut named));
        for binding in &body.lets {
            let name = binding.name.as_str();
            // Where something is reported, the use may be in it.
            if !named.contains(name) && !binding.name.is_missing() && !self.report.has_errors() {
                self.report
                    .warning(
                        codes::UNUSED,
                        binding.name.place,
                        format!("`{name}` is never used"),
                    )
                    .help("take the `let` out");
            }
        }
    }
}

/// Parts whose tensors a tie reads.
fn owners(body: &Body) -> impl Iterator<Item = &str> {
    body.ties
        .iter()
        .filter_map(|tie| tie.owner.segments.first().map(|segment| segment.name.as_str()))
}

/// Every static name in a body.
fn named_in<'a>(body: &'a Body, named: &mut HashSet<&'a str>) {
    let mut see = |kind: &'a ExprKind| {
        if let ExprKind::Name(name) = kind {
            named.insert(name.as_str());
        }
    };
    for expr in static_exprs(body) {
        visit(expr, &mut see);
    }
    if let Some(forward) = &body.forward {
        visit_statements(&forward.statements, &mut see);
        visit(&forward.result, &mut see);
    }
}

fn static_exprs(body: &Body) -> impl Iterator<Item = &Expr> {
    let lets = body.lets.iter().map(|binding| &binding.value);
    let requires = body.requires.iter().map(|require| &require.condition);
    let args = body
        .parts
        .iter()
        .flat_map(|part| &part.call.args)
        .map(|arg| &arg.value);
    let counts = body
        .parts
        .iter()
        .flat_map(|part| part.count.iter().chain(&part.condition));
    let ties = body.ties.iter().filter_map(|tie| tie.condition.as_ref());
    let signature = body.forward.iter().map(|forward| &forward.signature);
    let inputs = signature
        .clone()
        .flat_map(|signature| &signature.inputs)
        .map(|input| &input.ty);
    let outputs = signature.clone().flat_map(|signature| &signature.outputs);
    let conditions = outputs.clone().filter_map(|output| output.condition.as_ref());
    let declared = body
        .forward
        .iter()
        .flat_map(|forward| &forward.statements)
        .filter_map(|statement| statement.ty.as_ref());
    let sizes = inputs
        .chain(outputs.map(|output| &output.ty))
        .chain(declared)
        .flat_map(sizes);
    lets.chain(requires)
        .chain(args)
        .chain(counts)
        .chain(ties)
        .chain(conditions)
        .chain(sizes)
}

fn sizes(ty: &TensorType) -> impl Iterator<Item = &Expr> {
    ty.dims.iter().filter_map(|dim| match dim {
        DimItem::Rest => None,
        DimItem::Dim(expr) => Some(expr),
    })
}
