//! Heads: parts on top of a model, fed by its outputs and inputs.

use std::collections::HashSet;

use super::Checker;
use super::forward::{bindable, bound_names};
use super::scope::Scope;
use crate::diagnostic::codes;
use crate::program::{CheckedBlock, CheckedForward, CheckedHead, CheckedLoss, HeadInput};
use crate::spec::{DimItem, Head, Model, Signature, TensorType};

/// What a head stands on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base<'s> {
    pub(super) signature: &'s Signature,
    /// Whether its computation has a mistake, which may be in its signature.
    pub(super) faulty: bool,
}

/// What checking a head gives.
pub(super) struct HeadCheck<'a> {
    pub(super) scope: Scope<'a>,
    /// Nothing when there is a mistake.
    pub(super) checked: Option<CheckedHead>,
}

/// What a head computes, from what.
struct HeadForward {
    forward: CheckedForward,
    inputs: Vec<HeadInput>,
    losses: Vec<CheckedLoss>,
}

impl<'a> Checker<'a> {
    /// Checks a head on top of a model whose scope is `base`.
    pub(super) fn check_head(
        &mut self,
        head: &Head,
        model: &Model,
        below: Option<Base>,
        base: &Scope<'a>,
    ) -> HeadCheck<'a> {
        self.check_head_name(head, model);
        let mut scope = Scope {
            names: base.names.clone(),
            facts: base.facts.clone(),
            ..Scope::default()
        }
        .continued(head.body.incomplete);
        let own = head
            .params
            .iter()
            .filter(|param| !base.names.contains(param.name.as_str()));
        let own: Vec<_> = own.cloned().collect();
        let (statics, ties) = self.statically(|checker| {
            checker.declare_params(&own, &mut scope);
            checker.require_defaults(&head.params);
            let statics = checker.check_static_body(&head.body, &mut scope);
            (
                statics,
                checker.check_ties(&head.body.ties, &mut scope, Some(base)),
            )
        });
        let computation =
            self.dynamically(|checker| checker.check_head_forward(head, below, base, &mut scope));
        let checked = computation.map(|computed| CheckedHead {
            body: CheckedBlock {
                doc: head.doc.clone(),
                name: head.name.text.clone(),
                standard: false,
                params: Vec::new(),
                lets: statics.lets,
                requires: head.body.requires.clone(),
                parts: statics.parts,
                ties,
                forward: Some(computed.forward),
            },
            inputs: computed.inputs,
            fold: head.fold.as_ref().map(|name| name.text.clone()),
            losses: computed.losses,
        });
        HeadCheck { scope, checked }
    }

    fn check_head_forward(
        &mut self,
        head: &Head,
        below: Option<Base>,
        base: &Scope<'a>,
        scope: &mut Scope<'a>,
    ) -> Option<HeadForward> {
        let Some(forward) = &head.body.forward else {
            if head.body.incomplete {
                return None;
            }
            self.report
                .error(
                    codes::NO_FORWARD,
                    head.name.place,
                    format!("head `{}` has no `forward`", head.name),
                )
                .help("a head says what it computes from the model's outputs");
            return None;
        };
        let mut distrusted = HashSet::new();
        let whole = below.filter(|below| below.signature.is_whole() && !head.body.incomplete);
        let known = self.report.diagnostics.len();
        let folded = whole.and_then(|below| self.folded_signature(head, below, base));
        if self.report.diagnostics.len() > known {
            let inputs = &forward.signature.inputs;
            distrusted.extend(inputs.iter().map(|input| input.name.text.clone()));
        }
        let inputs = folded.as_ref().zip(below).and_then(|(signature, below)| {
            let below = Base { signature, ..below };
            self.head_inputs(&forward.signature, below, scope, &mut distrusted)
        });
        let computation = self.check_forward(forward, scope, &distrusted);
        self.check_unused(&head.body, Some(&computation), &[]);
        let losses: Vec<_> = head
            .losses
            .iter()
            .filter(|_| computation.forward.is_some())
            .map(|loss| self.check_loss(loss, &forward.signature, scope))
            .collect();
        Some(HeadForward {
            forward: computation.forward?,
            inputs: inputs?,
            losses: losses.into_iter().collect::<Option<_>>()?,
        })
    }

    fn check_head_name(&mut self, head: &Head, model: &Model) {
        if let Some(part) = model
            .body
            .parts
            .iter()
            .find(|part| part.name.as_str() == head.name.as_str())
        {
            self.report
                .error(
                    codes::HEAD_NAME,
                    head.name.place,
                    format!("`{}` is also a part of the model", head.name),
                )
                .related(part.name.place, "the part")
                .help("a head's tensors stand under its name, where the part's stand already");
        }
    }

    /// The model's signature as the head sees it: with the folded dimension after the first of every tensor.
    fn folded_signature(&mut self, head: &Head, below: Base, scope: &Scope<'a>) -> Option<Signature> {
        let base = below.signature;
        let Some(name) = &head.fold else {
            return Some(base.clone());
        };
        if below.faulty {
            return None;
        }
        if name.is_missing() {
            return None;
        }
        let bound = bound_names(&base.inputs, &scope.names);
        let is_new = name.as_str().starts_with(char::is_uppercase)
            && !scope.names.contains(name.as_str())
            && !bound.contains(&name.as_str());
        if !is_new {
            self.report
                .error(codes::HEAD_FOLD, name.place, format!("`{name}` is no new dimension"))
                .help("choose a name that begins with a capital and means nothing in the model, as in `fold C;`");
            return None;
        }
        let used = head.body.forward.as_ref().is_none_or(|forward| {
            let asks = forward.signature.inputs.iter().any(|input| !input.given);
            let sizes = forward.signature.inputs.iter().flat_map(|input| &input.ty.dims);
            let mut mentioned = false;
            for dim in sizes {
                if let DimItem::Dim(size) = dim {
                    size.visit_names(&mut |found| mentioned |= found.as_str() == name.as_str());
                }
            }
            !asks || !forward.signature.is_whole() || mentioned
        });
        if !used {
            self.report
                .error(
                    codes::HEAD_FOLD,
                    name.place,
                    format!("no input of the head has the dimension `{name}`"),
                )
                .help(
                    "the head's inputs carry it after their first dimension, as in `fold C;` and `[B, C, T]`",
                )
                .related(
                    head.body
                        .forward
                        .as_ref()
                        .and_then(|forward| forward.signature.inputs.first())
                        .map_or(name.place, |input| input.ty.place),
                    "its inputs",
                );
            return None;
        }
        let inputs = base.inputs.iter().map(|input| &input.ty);
        let types: Vec<&TensorType> = inputs
            .chain(base.outputs.iter().map(|output| &output.ty))
            .collect();
        let first = |ty: &TensorType| match ty.dims.first() {
            Some(dim) => bindable(dim, &scope.names).map(str::to_owned),
            None => None,
        };
        let batch = types.first().and_then(|ty| first(ty));
        if let Some(odd) = types.iter().find(|ty| batch.is_none() || first(ty) != batch) {
            self.report
                .error(codes::HEAD_FOLD, name.place, format!("`{name}` has nothing to fold into"))
                .related(odd.place, "this begins with another dimension")
                .help("every input and output of the model must begin with the same dimension, as `B` in `[B, T]`");
            return None;
        }
        let mut folded = base.clone();
        let inputs = folded.inputs.iter_mut().map(|input| &mut input.ty);
        let types = inputs.chain(folded.outputs.iter_mut().map(|output| &mut output.ty));
        types.for_each(|ty| ty.insert_fold(name));
        Some(folded)
    }
}
