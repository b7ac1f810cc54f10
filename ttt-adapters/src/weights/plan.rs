//! What each tensor of the model is filled with, and what becomes of each tensor of the checkpoint.

use std::collections::HashSet;

use indexmap::IndexMap;
use ttt_dsl::instance::{Instance, Values};
use ttt_dsl::place::Place;
use ttt_dsl::program::Program;
use ttt_dsl::spec::WeightsTable;

use super::binding::{Binding, Bindings, Reason};
use super::mismatch::{wrong_dtype, wrong_shape};
use super::names::Names;
use super::recipe::Recipe;
use super::slot::{Slot, is_of_head, shares_nothing};
use super::unmatched::unmatched;
use crate::error::{Error, Problem};
use crate::source::TensorSource;
use crate::symbol::symbolic_tensors;
use crate::tensor::Dtype;

/// A model and the table that says how a checkpoint fills it.
#[derive(Clone, Copy, Debug)]
pub struct LoadRequest<'a> {
    /// The program that the model is of.
    pub program: &'a Program,
    /// The model with its params.
    pub instance: &'a Instance,
    /// One of the model's weights tables.
    pub table: &'a WeightsTable,
    /// Whether parts of the head that the checkpoint has nothing of may start from fresh numbers.
    pub fresh_head: bool,
    /// Params that the caller chose. Tensors of a part that one of them takes away are left out, not refused, and a part
    /// that one of them adds may start from fresh numbers.
    pub chosen: &'a [String],
    /// Where params come from, for messages: `dim` → `` `n_embd` in config.json ``.
    pub origins: &'a IndexMap<String, String>,
}

/// Every tensor of a model with what fills it, and every tensor of a checkpoint with what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadPlan {
    /// By the model's paths, in canonical order.
    pub fills: IndexMap<String, Fill>,
    /// By the checkpoint's names, in its order.
    pub uses: IndexMap<String, Use>,
    /// Tensors of the checkpoint that must equal one of the model's.
    pub equalities: Vec<Equality>,
}

/// What fills a tensor of the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    /// A tensor of the checkpoint.
    Read(Recipe),
    /// Nothing: it shares the storage of the tensor with this path.
    Tied(String),
    /// Nothing: the checkpoint has nothing of its part, and its numbers are drawn anew.
    Fresh,
}

/// What becomes of a tensor of the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Use {
    /// It fills these tensors of the model.
    Used(Vec<String>),
    /// It must equal this tensor of the model, whose storage it shares.
    Tied(String),
    /// It says params of the model, and no tensor of it.
    Params,
    /// The table says that it is not used.
    Skipped,
    /// It belongs to this head or part, which is not built because the caller chose so.
    LeftOut(String),
}

/// A tensor of the checkpoint that must equal one of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Equality {
    /// How it is read.
    pub recipe: Recipe,
    /// The model's tensor.
    pub path: String,
}

impl LoadPlan {
    /// Plans how a checkpoint fills a model. Reads no numbers.
    ///
    /// Every missing, refused and misshapen tensor is reported, like ones as one.
    pub fn new(request: &LoadRequest<'_>, source: &dyn TensorSource) -> Result<LoadPlan, Error> {
        let bindings = Bindings::new(request.program, request.instance, request.table)?;
        let names = Names::new(source.tensors().keys().map(String::as_str), request.table);
        let mut planning = Planning {
            request,
            source,
            bindings: &bindings,
            names: &names,
            plan: LoadPlan {
                fills: IndexMap::new(),
                uses: IndexMap::new(),
                equalities: Vec::new(),
            },
            problems: Vec::new(),
        };
        planning.fill();
        planning.fill_from_copies();
        planning.account();
        let Planning { plan, problems, .. } = planning;
        Error::unless_empty(problems, plan).map_err(|error| error.in_file(source.origin()))
    }
}

/// The work between the request and the plan; the problem modules read it.
pub(super) struct Planning<'a> {
    pub request: &'a LoadRequest<'a>,
    pub source: &'a dyn TensorSource,
    pub bindings: &'a Bindings,
    pub names: &'a Names<'a>,
    pub plan: LoadPlan,
    pub problems: Vec<Problem>,
}

impl Planning<'_> {
    /// Fills what the checkpoint has, and notes what must be equal.
    fn fill(&mut self) {
        let bindings = self.bindings;
        let mut misshapen: Vec<(&Binding, &str)> = Vec::new();
        let mut whole: IndexMap<Dtype, Vec<&str>> = IndexMap::new();
        for binding in &bindings.bindings {
            let Some(name) = self.names.find(&binding.source, binding.is_base) else {
                continue;
            };
            let info = &self.source.tensors()[name];
            if info.shape != binding.shape {
                misshapen.push((binding, name));
            } else if !info.dtype.is_float() {
                whole.entry(info.dtype).or_default().push(name);
            }
            self.bind(binding, name);
        }
        let misshapen = wrong_shape(self, &misshapen);
        self.problems.extend(misshapen);
        let whole = whole.into_iter().map(|(dtype, names)| wrong_dtype(&names, dtype));
        self.problems.extend(whole);
    }

    fn bind(&mut self, binding: &Binding, name: &str) {
        let mut used = Vec::new();
        for (recipe, path) in self.recipes(binding, name) {
            let owner = self.bindings.slots.get(&path).and_then(|slot| slot.tied.clone());
            match (owner, binding.is_same) {
                (Some(owner), _) => self.plan.equalities.push(Equality { recipe, path: owner }),
                (None, true) => self.plan.equalities.push(Equality { recipe, path }),
                (None, false) => {
                    self.plan.fills.insert(path.clone(), Fill::Read(recipe));
                    used.push(path);
                }
            }
        }
        if !used.is_empty() {
            self.plan.uses.insert(name.to_string(), Use::Used(used));
        }
    }

    /// One recipe for every path that a source tensor fills.
    fn recipes(&self, binding: &Binding, name: &str) -> Vec<(Recipe, String)> {
        let is_fused = binding.paths.len() > 1;
        let mut start = 0;
        let recipes = binding.paths.iter().map(|path| {
            let slot = &self.bindings.slots[path];
            let end = start + slot.shape.first().copied().unwrap_or_default();
            let rows = start..end;
            start = end;
            let recipe = Recipe {
                source: name.to_string(),
                transpose: binding.transpose,
                rows: is_fused.then_some(rows),
                rotary: self.bindings.rotary(path),
                add: binding.add,
            };
            (recipe, path.clone())
        });
        recipes.collect()
    }

    /// A tensor that is stored only under the name of its copy is filled from that.
    fn fill_from_copies(&mut self) {
        let mut kept = Vec::new();
        for Equality { recipe, path } in std::mem::take(&mut self.plan.equalities) {
            let name = recipe.source.clone();
            let found = if !self.plan.fills.contains_key(&path) {
                self.plan.fills.insert(path.clone(), Fill::Read(recipe));
                Use::Used(vec![path])
            } else if shares_nothing(self.request.program, self.request.instance, &path) {
                Use::Skipped
            } else {
                kept.push(Equality {
                    recipe,
                    path: path.clone(),
                });
                Use::Tied(path)
            };
            self.plan.uses.insert(name, found);
        }
        self.plan.equalities = kept;
    }

    /// Accounts for every tensor of both sides.
    fn account(&mut self) {
        let bindings = self.bindings;
        let known: HashSet<String> = self
            .plan
            .fills
            .keys()
            .map(|path| bindings.slots[path].leaf_path.clone())
            .collect();
        let mut fills = IndexMap::new();
        let mut unfilled = Vec::new();
        for (path, slot) in &bindings.slots {
            let fill = match (&slot.tied, self.plan.fills.swap_remove(path)) {
                (Some(owner), _) => Fill::Tied(owner.clone()),
                (None, Some(fill)) => fill,
                (None, None) if !known.contains(&slot.leaf_path) && self.may_be_fresh(slot, path) => {
                    Fill::Fresh
                }
                (None, None) => {
                    unfilled.push(path.as_str());
                    continue;
                }
            };
            fills.insert(path.clone(), fill);
        }
        self.plan.fills = fills;
        let mut unknown = Vec::new();
        let mut uses = IndexMap::new();
        for name in self.source.tensors().keys() {
            match self.plan.uses.swap_remove(name).or_else(|| self.unbound(name)) {
                Some(found) => {
                    uses.insert(name.clone(), found);
                }
                None => unknown.push(name.as_str()),
            }
        }
        self.plan.uses = uses;
        let unmatched = unmatched(self, &unfilled, &unknown);
        self.problems.extend(unmatched);
    }

    fn unbound(&self, name: &str) -> Option<Use> {
        let matching = self.bindings.unbound.iter().filter(|unbound| {
            let spellings = [name, self.names.bare(name)];
            spellings
                .iter()
                .any(|name| unbound.pattern.match_front(name).is_some())
        });
        let mut uses = matching.filter_map(|unbound| match &unbound.reason {
            Reason::Factors => Some(Use::Params),
            Reason::Skipped => Some(Use::Skipped),
            Reason::OtherHead(head) => Some(Use::LeftOut(head.clone())),
            Reason::AbsentPart(path) => self.is_chosen(path).then(|| Use::LeftOut(path.clone())),
        });
        uses.next()
    }

    /// Whether a part does not exist because of a param that the caller chose.
    fn is_chosen(&self, part: &str) -> bool {
        let request = self.request;
        let Some(model) = request
            .program
            .model(&request.instance.model)
            .filter(|_| !request.chosen.is_empty())
        else {
            return false;
        };
        let tensors = symbolic_tensors(request.program, model).into_iter();
        let mut of_part = tensors.filter(|tensor| tensor.path_without_indices().starts_with(part));
        of_part.any(|tensor| {
            let mut is_chosen = false;
            for condition in &tensor.conditions {
                condition.visit_names(&mut |name| is_chosen |= request.chosen.contains(&name.text));
            }
            is_chosen
        })
    }

    /// Whether a leaf of which the checkpoint has nothing may start from fresh numbers.
    fn may_be_fresh(&self, slot: &Slot, path: &str) -> bool {
        let is_of_head = is_of_head(self.request.instance, path);
        (self.request.fresh_head && is_of_head) || self.is_chosen(&slot.leaf_path)
    }

    /// Whether the checkpoint has the tensor of a binding.
    pub(super) fn has(&self, binding: &Binding) -> bool {
        self.names.find(&binding.source, binding.is_base).is_some()
    }

    /// The line of the schema that a binding is of.
    pub(super) fn line(&self, binding: &Binding) -> Place {
        let entry = self.request.table.entries.get(binding.entry);
        entry.map_or(Place::NOWHERE, |entry| entry.place)
    }

    /// The params of the instance.
    pub(super) fn values(&self) -> &Values {
        &self.request.instance.values
    }
}
