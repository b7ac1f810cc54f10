//! The checker: names, kinds, shapes, conditions, ties, heads, presets, tables.
//!
//! One mistake gives one diagnostic: what is reported as wrong has no value afterwards, and what has no value is not
//! reported again.

mod arguments;
mod body;
mod call;
mod causal;
mod checkpoint;
mod config;
mod forward;
mod head;
mod head_input;
mod leaf;
mod library;
mod loss;
mod model;
mod names;
mod presets;
mod scope;
mod specialise;
mod statics;
mod substitute;
mod target;
mod tensors;
mod ties;
mod tree;
mod unfed;
mod unused;
mod walk;
mod weights;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;

use self::forward::Computation;
use self::library::Library;
use self::scope::Scope;
use self::specialise::Declaration;
use self::statics::Names;
use crate::diagnostic::{Report, codes};
use crate::program::{CheckedBlock, Program};
use crate::spec::{Block, Edit, Kind, Name, Spec};
use crate::transform::Applied;
use crate::{extend, standard, transform};

/// What checking one source gives.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The program; nothing when there are errors, here or in what was parsed.
    pub program: Option<Program>,
    /// What is wrong with the source.
    pub report: Report,
}

/// Checks a source against the standard library: as it is written and, when it transforms models, once more as it is then.
pub fn check(spec: &Spec) -> Checked {
    let mut edits = Report::default();
    let flat = extend::flatten(spec, &mut edits);
    if flat.models.iter().all(|model| model.transforms.is_empty()) {
        return check_flat(spec, &flat, edits, Vec::new());
    }
    let mut changes = Report::default();
    let (transformed, applied) = transform::apply(&flat, &mut changes);
    let mut written = check_flat(spec, &untransformed(flat.into_owned()), edits.clone(), Vec::new());
    if written.program.is_none() || changes.has_errors() {
        written.report.append(changes);
        return Checked {
            program: None,
            report: written.report,
        };
    }
    // What stands in the standard library's blocks, or nowhere, is wrong because of a transform.
    let cause = applied
        .iter()
        .rfind(|applied| applied.transform.changes_parts())
        .map(|applied| applied.transform.pattern.place);
    let mut checked = check_flat(spec, &transformed, edits, applied);
    let faults = checked.report.diagnostics.iter_mut();
    for fault in faults.filter(|fault| fault.place.is_nowhere()) {
        fault.place = cause.unwrap_or(fault.place);
    }
    checked
}

fn untransformed(mut spec: Spec) -> Spec {
    spec.models.iter_mut().for_each(|model| model.transforms.clear());
    spec
}

/// Checks a source without `extends`, of which `spec` is what was written.
fn check_flat(spec: &Spec, flat: &Spec, edits: Report, applied: Vec<Applied>) -> Checked {
    let library = Library::new(standard::library(), flat);
    let mut checker = Checker::new(&library, Report::default());
    names::check(flat, standard::library(), &mut checker.report);
    checker.damaged = edits.has_errors() || checker.report.has_errors();
    let program = checker
        .program(flat)
        .map(|program| Program { applied, ..program });
    checker.add_edits(edits, spec);
    let report = without_repetitions(checker.report);
    Checked {
        program: program.filter(|_| !report.has_errors()),
        report,
    }
}

/// Checks the items of one source.
struct Checker<'a> {
    library: &'a Library<'a>,
    report: Report,
    /// Blocks without block params, by name: as declared, or copies with their block arguments filled in.
    copies: HashMap<String, Rc<Block>>,
    /// Blocks in the order in which they are finished.
    blocks: IndexMap<String, CheckedBlock>,
    /// Blocks with a mistake of their own.
    faulty: HashSet<String>,
    /// Blocks being checked, from the outside in.
    open: Vec<String>,
    /// Whether some block contains itself, so that its parts cannot be listed.
    endless: bool,
    /// The names of the model at hand, whose tables report together with its body.
    model: Names,
    /// What blocks and leaves may name, by their own names: what is reported in them is reported for their callers too.
    bodies: HashMap<String, Names>,
    /// Whether something is reported, or could not be read, without which no number can be computed.
    damaged: bool,
    /// Presets with a mistake of their own, by the indices of their places.
    faulty_presets: HashSet<u32>,
    /// How many errors are about computations, tables and presets, which numbers do not need.
    dynamic_errors: usize,
    /// How many parts of the model at hand are listed.
    listed: usize,
    /// Blocks whose results are reported not to be what they declare, so that their callers cannot rely on either.
    misshapen: HashSet<String>,
    /// Whether a head that the model at hand names is not there.
    lost_head: bool,
    /// Parts of the model at hand that a report points at, so that their shapes need not be what was meant.
    suspected: HashSet<String>,
    /// Parts that are reported to be repeated, or not to be, so that they fit nowhere.
    miscounted: HashSet<String>,
}

/// How deep blocks may stand within blocks; copies of a block within itself have ever new names.
const DEPTH_LIMIT: usize = 64;

impl<'a> Checker<'a> {
    fn new(library: &'a Library<'a>, report: Report) -> Checker<'a> {
        Checker {
            library,
            report,
            copies: HashMap::new(),
            blocks: IndexMap::new(),
            faulty: HashSet::new(),
            open: Vec::new(),
            endless: false,
            model: Names::default(),
            bodies: HashMap::new(),
            damaged: false,
            dynamic_errors: 0,
            faulty_presets: HashSet::new(),
            listed: 0,
            misshapen: HashSet::new(),
            miscounted: HashSet::new(),
            suspected: HashSet::new(),
            lost_head: false,
        }
    }

    /// The program, when nothing is wrong in it. Numbers are computed beside mistakes in what they do not need.
    fn program(&mut self, spec: &Spec) -> Option<Program> {
        self.statically(|checker| spec.leaves.iter().for_each(|leaf| checker.check_leaf(leaf)));
        for block in &spec.blocks {
            let generic = block.params.iter().any(|param| param.kind == Kind::Block);
            if !generic {
                self.check_block(&Rc::new(block.clone()), &block.name);
            }
        }
        let models: Vec<_> = spec.models.iter().map(|model| self.check_model(model)).collect();
        if self.damaged || spec.damaged {
            return None;
        }
        let lacks_heads = models
            .iter()
            .zip(&spec.models)
            .any(|(model, declared)| model.heads.len() < declared.heads.len());
        let program = Program {
            enums: self.library.enums().cloned().collect(),
            leaves: self.library.leaves().cloned().collect(),
            blocks: self.blocks.values().cloned().collect(),
            models,
            spec: spec.clone(),
            applied: Vec::new(),
        };
        self.check_numbers(&program);
        if lacks_heads || self.report.has_errors() {
            return None;
        }
        self.check_causal(&program);
        Some(program)
    }

    /// Checks what numbers are computed from: a mistake in it keeps them from being computed.
    fn statically<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let (errors, dynamic) = (self.report.errors(), self.dynamic_errors);
        let value = check(self);
        // Blocks are checked where parts first call them, computations and all.
        self.damaged |= self.report.errors() - errors > self.dynamic_errors - dynamic;
        value
    }

    /// Checks what no number needs.
    fn dynamically<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let errors = self.report.errors();
        let value = check(self);
        self.dynamic_errors += self.report.errors().saturating_sub(errors);
        value
    }

    /// Checks a block once, before what calls it is finished.
    fn check_block(&mut self, block: &Rc<Block>, called: &Name) {
        let name = block.name.as_str();
        let within_itself = self.open.iter().any(|open| open == name);
        if within_itself || self.open.len() == DEPTH_LIMIT {
            // Blocks that call each other all meet the circle; the first to meet it says so.
            if !std::mem::replace(&mut self.endless, true) {
                self.report
                    .error(
                        codes::RECURSION,
                        called.place,
                        format!("`{called}` contains itself"),
                    )
                    .help("a block within itself has no end; repeat a part with `[Block(…); count]`");
            }
            return;
        }
        if self.blocks.contains_key(name) {
            return;
        }
        self.open.push(name.to_owned());
        let checked = self.block(block);
        self.open.pop();
        self.blocks.insert(name.to_owned(), checked);
    }

    /// Adds what is wrong with edits of copied models. A part that the parent is reported to lack was meant to be there.
    fn add_edits(&mut self, mut edits: Report, spec: &Spec) {
        let children = spec.models.iter().filter(|model| !model.edits.is_empty());
        for child in children {
            let parent = child.extends.as_ref().map_or("", Name::as_str);
            let reported = self.reported_in(parent);
            let names = child.edits.iter().filter_map(Edit::name);
            let meant: Vec<u32> = names
                .filter(|name| reported.is_reported(name.as_str()))
                .map(|name| name.place.index())
                .collect();
            edits
                .diagnostics
                .retain(|edit| !meant.contains(&edit.place.index()));
        }
        self.report.append(edits);
    }

    /// Whether the callee is a block with a mistake of its own.
    fn is_faulty(&self, callee: &Declaration) -> bool {
        self.faulty.contains(callee.name())
    }

    /// The names that are reported in the body of a block or leaf.
    fn reported_in(&self, item: &str) -> Names {
        self.bodies.get(item).cloned().unwrap_or_default()
    }

    fn block(&mut self, block: &Block) -> CheckedBlock {
        let errors = self.report.diagnostics.len();
        let mut scope = Scope::new(block.body.incomplete);
        self.bodies.insert(block.name.text.clone(), scope.names.clone());
        let (statics, ties) = self.statically(|checker| {
            checker.declare_params(&block.params, &mut scope);
            let statics = checker.check_static_body(&block.body, &mut scope);
            (statics, checker.check_ties(&block.body.ties, &mut scope, None))
        });
        let computation = self.dynamically(|checker| checker.check_block_forward(block, &scope));
        let disagree = [codes::OUTPUT, codes::OUTPUT_COUNT, codes::UNBOUND];
        let mut own = self.report.diagnostics[errors..].iter();
        if own.any(|diagnostic| disagree.contains(&diagnostic.code)) {
            self.misshapen.insert(block.name.text.clone());
        }
        let whole = self.report.diagnostics.len() == errors || !self.report.has_errors();
        if !whole || block.body.incomplete {
            self.faulty.insert(block.name.text.clone());
        }
        CheckedBlock {
            doc: block.doc.clone(),
            name: block.name.text.clone(),
            standard: self.library.is_standard_block(block.name.as_str()),
            params: block.params.clone(),
            lets: statics.lets,
            requires: block.body.requires.clone(),
            parts: statics.parts,
            ties,
            forward: computation.and_then(|computation| computation.forward),
        }
    }

    fn check_block_forward(&mut self, block: &Block, scope: &Scope<'a>) -> Option<Computation> {
        let computation = block.body.forward.as_ref().map(|forward| {
            self.refuse_given(&forward.signature);
            self.check_forward(forward, scope, &HashSet::new())
        });
        if block.body.forward.is_none() && !block.body.incomplete {
            self.report
                .error(
                    codes::NO_FORWARD,
                    block.name.place,
                    format!("`{}` has no `forward`", block.name),
                )
                .help("a block is called, so it says what it computes");
        }
        self.check_unused(&block.body, computation.as_ref(), &[]);
        computation
    }
}

/// Copies of a block have its mistakes too; each is said once.
fn without_repetitions(report: Report) -> Report {
    let mut kept: Vec<crate::diagnostic::Diagnostic> = Vec::new();
    let mut seen = HashSet::new();
    for diagnostic in report.diagnostics {
        if seen.insert((
            diagnostic.code.id,
            diagnostic.place.index(),
            diagnostic.message.clone(),
        )) {
            kept.push(diagnostic);
        }
    }
    Report { diagnostics: kept }
}

/// The standard blocks as a program, which the runtime expands once for everybody.
pub fn standard_program() -> Program {
    let own = Spec::default();
    let library = Library::new(standard::library(), &own);
    let mut checker = Checker::new(&library, Report::default());
    for block in &standard::library().blocks {
        checker.check_block(&Rc::new(block.clone()), &block.name);
    }
    Program {
        enums: library.enums().cloned().collect(),
        leaves: library.leaves().cloned().collect(),
        blocks: checker.blocks.into_values().collect(),
        models: Vec::new(),
        spec: own,
        applied: Vec::new(),
    }
}
