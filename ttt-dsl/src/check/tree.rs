//! Where a path leads: parts within parts, down to a leaf or one of its tensors.

use super::Checker;
use super::scope::{PartScope, Scope};
use super::specialise::Declaration;
use super::statics::{Evaluator, Facts, Names};
use crate::diagnostic::codes;
use crate::spec::{LeafWeight, Name, Path, Segment};

/// What a path leads to, with the names of its leaf or block over those of the body where the path begins.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) part: PartScope<'a>,
    /// The tensor of the leaf that the last segment names.
    pub(super) tensor: Option<LeafWeight>,
}

impl<'a> Checker<'a> {
    /// Follows a path from the parts of a body. `head` holds parts that come before those of `scope`.
    pub(super) fn follow(&mut self, path: &Path, scope: &mut Scope<'a>) -> Option<Found<'a>> {
        let (first, rest) = path.segments.split_first()?;
        let part = match scope.parts.get(first.name.as_str()) {
            Some(part) => part.clone()?,
            None => {
                let candidates = scope.parts.keys().map(String::as_str);
                if scope.names.is_news(first.name.as_str()) {
                    unknown_part(&mut self.report, &first.name, "this body", candidates);
                }
                return None;
            }
        };
        self.follow_from(part, first, rest, &mut scope.facts)
    }

    fn follow_from(
        &mut self,
        part: PartScope<'a>,
        segment: &Segment,
        rest: &[Segment],
        facts: &mut Facts,
    ) -> Option<Found<'a>> {
        let Some((next, rest)) = rest.split_first() else {
            return Some(Found { part, tensor: None });
        };
        match part.callee.clone() {
            Declaration::Leaf(leaf) => {
                let tensor = leaf
                    .weights
                    .iter()
                    .find(|weight| weight.name.as_str() == next.name.as_str());
                let Some(tensor) = tensor else {
                    let candidates = leaf.weights.iter().map(|weight| weight.name.as_str());
                    self.suspected.insert(segment.name.text.clone());
                    let known = self.report.diagnostics.len();
                    unknown_part(&mut self.report, &next.name, leaf.name.as_str(), candidates);
                    for diagnostic in &mut self.report.diagnostics[known..] {
                        diagnostic.related(part.place, format!("`{}` is declared here", segment.name));
                    }
                    return None;
                };
                if let Some(beyond) = rest.first() {
                    let message = format!("`{}` is a tensor and has no parts", next.name);
                    self.report.error(codes::UNKNOWN_PATH, beyond.name.place, message);
                    return None;
                }
                Some(Found {
                    part,
                    tensor: Some(tensor.clone()),
                })
            }
            Declaration::Block(block) => {
                let declared = block
                    .body
                    .parts
                    .iter()
                    .find(|inner| inner.name.as_str() == next.name.as_str());
                let Some(declared) = declared else {
                    let candidates = block.body.parts.iter().map(|inner| inner.name.as_str());
                    if block.body.incomplete {
                        return None;
                    }
                    if self.reported_in(block.name.as_str()).is_news(next.name.as_str()) {
                        unknown_part(&mut self.report, &next.name, block.name.as_str(), candidates);
                    }
                    return None;
                };
                let inner = self.enter(&part.names, declared, facts)?;
                self.follow_from(inner, next, rest, facts)
            }
        }
        .filter(|_| !segment.name.is_missing())
    }

    /// A part of a block as seen from further outside. Mistakes in it are the block's own.
    pub(super) fn enter(
        &mut self,
        names: &Names,
        part: &crate::spec::Part,
        facts: &mut Facts,
    ) -> Option<PartScope<'a>> {
        let reported = self.report.diagnostics.len();
        let mut names = names.clone();
        if let Some(index) = &part.index {
            names.insert(index.as_str(), None);
        }
        let resolved = self.resolve(&part.call);
        let condition = part.condition.as_ref().map(|expr| super::scope::Condition {
            expr: expr.clone(),
            formula: self.silently(&names, facts, |evaluator: &mut Evaluator| {
                evaluator.condition(expr)
            }),
        });
        let found = resolved.map(|resolved| {
            let call = self.bind_call(&resolved, &names, facts, &part.call.callee);
            PartScope {
                place: part.name.place,
                callee: resolved.callee,
                names: call.names,
                args: call.args,
                repeated: part.count.is_some(),
                condition,
                doubtful: false,
            }
        });
        self.report.diagnostics.truncate(reported);
        found
    }
}

pub(super) fn unknown_part<'n>(
    report: &mut crate::diagnostic::Report,
    name: &Name,
    owner: &str,
    candidates: impl Iterator<Item = &'n str>,
) {
    if name.is_missing() {
        return;
    }
    let owner = match owner {
        "this body" => owner.to_owned(),
        owner => format!("`{owner}`"),
    };
    report
        .error(
            codes::UNKNOWN_PATH,
            name.place,
            format!("{owner} has no `{name}`"),
        )
        .suggest_or_list(name.as_str(), "names there", candidates);
}
