//! Ties: a tensor without storage of its own, which reads another's.

use super::Checker;
use super::forward::shape_text;
use super::scope::Scope;
use super::statics::Formula;
use super::tree::Found;
use crate::diagnostic::codes;
use crate::spec::{Path, Tie};

impl<'a> Checker<'a> {
    /// The ties of a body that have no mistake. `base` is the model's scope, for a head's.
    pub(super) fn check_ties(
        &mut self,
        ties: &[Tie],
        scope: &mut Scope<'a>,
        base: Option<&Scope<'a>>,
    ) -> Vec<Tie> {
        let mut all = scope.clone();
        if let Some(base) = base {
            for (name, part) in &base.parts {
                all.parts.entry(name.clone()).or_insert_with(|| part.clone());
            }
        }
        let mut kept = Vec::new();
        for (index, tie) in ties.iter().enumerate() {
            let known = self.report.diagnostics.len();
            let earlier = &ties[..index];
            if self.check_tie(tie, earlier, ties, scope, &mut all).is_some() {
                kept.push(tie.clone());
            }
            // Its shape is reported, and may be wrong wherever it is used.
            let mut own = self.report.diagnostics[known..].iter();
            let tied = tie
                .tied
                .segments
                .first()
                .map_or("", |segment| segment.name.as_str());
            if let (true, Some(Some(part))) = (
                own.any(|diagnostic| diagnostic.code == codes::TIE_SHAPE),
                scope.parts.get_mut(tied),
            ) {
                part.doubtful = true;
            }
        }
        kept
    }

    fn check_tie(
        &mut self,
        tie: &Tie,
        earlier: &[Tie],
        ties: &[Tie],
        own: &Scope<'a>,
        all: &mut Scope<'a>,
    ) -> Option<()> {
        let condition = self.check_condition(tie.condition.as_ref(), all);
        let facts = all.facts.clone();
        if let Some(formula) = condition
            .as_ref()
            .and_then(|condition| condition.formula.as_ref())
        {
            all.facts.assume(formula);
        }
        let tied = self.follow(&tie.tied, all);
        let owner = self.follow(&tie.owner, all);
        let fits = tied.zip(owner).and_then(|(tied, owner)| {
            self.tieable(&tie.tied, &tied, own)?;
            self.unindexed_owner(&tie.owner)?;
            for path in [&tie.tied, &tie.owner] {
                self.rightly_indexed(path, all)?;
            }
            self.same_storage(tie, &tied, &owner, all)
        });
        all.facts = facts;
        fits?;
        self.single_owner(tie, earlier, ties)
    }

    /// The tied side is a tieable tensor of a part of this body.
    fn tieable(&mut self, path: &Path, found: &Found<'a>, own: &Scope<'a>) -> Option<()> {
        let direct = path.segments.len() == 2 && own.parts.contains_key(path.segments[0].name.as_str());
        let tieable = found.tensor.as_ref().is_some_and(|tensor| tensor.tieable);
        if direct && tieable && !found.part.repeated {
            return Some(());
        }
        let leaf = found.part.callee.name();
        let message = match &found.tensor {
            None => "a tie takes the storage of one tensor, not of a whole part".to_owned(),
            Some(_) if !direct => "only a tensor of a direct part of this body can be tied".to_owned(),
            Some(_) if found.part.repeated => "a repeated part has many tensors of this name".to_owned(),
            Some(tensor) => format!("`{}` of `{leaf}` cannot be tied", tensor.name),
        };
        let tieable = found.part.callee.weights().iter().filter(|weight| weight.tieable);
        let names: Vec<String> = tieable.map(|weight| format!("`{}`", weight.name)).collect();
        let help = match names.as_slice() {
            [] => "the left side is `part.tensor`, with a tensor declared `tieable`".to_owned(),
            names => format!("tieable here: {}", names.join(", ")),
        };
        if found.part.repeated && !self.miscounted.insert(path.segments[0].name.text.clone()) {
            return None;
        }
        self.report
            .error(codes::NOT_TIEABLE, path.place, message)
            .help(help)
            .related(found.part.place, "declared here");
        None
    }

    fn unindexed_owner(&mut self, path: &Path) -> Option<()> {
        let named = path.segments.iter().find_map(|segment| match &segment.index {
            Some(crate::spec::SegmentIndex::Name(name)) => Some(name.place),
            _ => None,
        });
        match named {
            None => Some(()),
            Some(place) => {
                self.report
                    .error(codes::UNKNOWN_PATH, place, "a tie has no index names")
                    .help("a number picks one copy of a repeated part, as in `h[0]`");
                None
            }
        }
    }

    /// An index picks one copy of a repeated part, and stands nowhere else.
    fn rightly_indexed(&mut self, path: &Path, scope: &Scope<'a>) -> Option<()> {
        let (first, rest) = path.segments.split_first()?;
        let repeated = scope
            .parts
            .get(first.name.as_str())
            .is_some_and(|part| part.as_ref().is_none_or(|part| part.repeated));
        let tensor = rest.last().filter(|segment| segment.index.is_some());
        let single = Some(first).filter(|first| first.index.is_some() && !repeated);
        let Some(stray) = single.or(tensor) else {
            return Some(());
        };
        let message = format!("`{}` is not repeated and has no index", stray.name);
        self.report
            .error(codes::UNKNOWN_PATH, stray.name.place, message)
            .help("a number picks one copy of a repeated part, as in `h[0]`");
        None
    }

    fn same_storage(
        &mut self,
        tie: &Tie,
        tied: &Found<'a>,
        owner: &Found<'a>,
        scope: &mut Scope<'a>,
    ) -> Option<()> {
        let tied_tensor = tied.tensor.as_ref()?;
        let Some(owner_tensor) = &owner.tensor else {
            self.report
                .error(
                    codes::NOT_TIEABLE,
                    tie.owner.place,
                    "a tie reads one tensor, not a whole part",
                )
                .help("name the tensor, as in `wte.weight`");
            return None;
        };
        for (path, found) in [(&tie.tied, tied), (&tie.owner, owner)] {
            self.present_while_tied(path, found, scope)?;
        }
        let left = self.weight_shape(&tied.part.names, &mut scope.facts, tied_tensor)?;
        let right = self.weight_shape(&owner.part.names, &mut scope.facts, owner_tensor)?;
        let same = left.len() == right.len() && left.iter().zip(&right).all(|(a, b)| scope.facts.equal(a, b));
        if same {
            return Some(());
        }
        let parts = [&tie.tied, &tie.owner].into_iter().flat_map(|path| {
            let parts = path.segments.split_last().map_or(&[][..], |(_, parts)| parts);
            parts.iter().map(|segment| segment.name.text.clone())
        });
        let parts: Vec<String> = parts.collect();
        if parts.iter().any(|part| self.suspected.contains(part)) {
            return None;
        }
        self.suspected.extend(parts);
        let message = format!(
            "a tensor of {} cannot be one of {}",
            shape_text(&left),
            shape_text(&right)
        );
        self.report
            .error(codes::TIE_SHAPE, tie.tied.place, message)
            .related(tie.owner.place, format!("it would read {}", shape_text(&right)))
            .related(tied.part.place, "declared here")
            .related(owner.part.place, "declared here")
            .help("tied tensors have the same shape, known before any number is");
        None
    }

    /// Both sides must exist whenever the tie holds.
    fn present_while_tied(&mut self, path: &Path, found: &Found<'a>, scope: &mut Scope<'a>) -> Option<()> {
        let condition = found
            .part
            .condition
            .as_ref()
            .and_then(|condition| condition.formula.clone());
        match condition {
            Some(formula) if !scope.facts.proves(&formula) && formula != Formula::Known(true) => {
                let message = format!("this exists only if `{formula}`");
                self.report
                    .error(codes::CONDITIONAL, path.place, message)
                    .help(format!("end the tie with `if {formula}`"));
                None
            }
            _ => Some(()),
        }
    }

    /// No tensor is tied twice, and no owner is itself tied.
    fn single_owner(&mut self, tie: &Tie, earlier: &[Tie], ties: &[Tie]) -> Option<()> {
        if let Some(first) = earlier.iter().find(|first| first.tied == tie.tied) {
            self.report
                .error(codes::TIE_CHAIN, tie.tied.place, "this tensor is tied twice")
                .related(first.tied.place, "tied here first")
                .help("a tied tensor reads one owner");
            return None;
        }
        if let Some(chain) = ties.iter().find(|other| other.tied == tie.owner) {
            self.report
                .error(
                    codes::TIE_CHAIN,
                    tie.owner.place,
                    "the owner of a tie is itself tied",
                )
                .related(chain.tied.place, "tied here")
                .help("tie both to the tensor that has storage");
            return None;
        }
        Some(())
    }
}
