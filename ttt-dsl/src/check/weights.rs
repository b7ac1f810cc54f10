//! Weights tables: every tensor fed once, every entry leading to a tensor.

use std::collections::{HashMap, HashSet};

use super::Checker;
use super::target::{Aim, Missed};
use super::tensors::{Tensor, Tensors};
use super::unfed::Unfed;
use crate::diagnostic::codes;
use crate::place::Place;
use crate::spec::{Head, HeadPrefix, Model, Part, Step, Target, WeightsEntry, WeightsTable};

/// The leaf whose frequencies a table's `factors` are about.
const ROPE: &str = "Rope";

/// What the entries read so far have done.
#[derive(Default)]
pub(super) struct Coverage {
    /// The entry that fills each tensor, by index.
    pub(super) filled: HashMap<usize, Place>,
    /// What faulty entries were probably meant for: the likeliest tensors, and all that come into question.
    pub(super) misses: Vec<Missed>,
    /// Names of source tensors, each with the head that it is for and where it stands.
    sources: HashMap<String, Vec<(Option<String>, Place)>>,
    /// The heads of the model. A checkpoint has one, so that two may have tensors of the same name.
    heads: Vec<String>,
    faulty: bool,
    /// How many entries feed what is fed before.
    pub(super) twice: usize,
}

impl Checker<'_> {
    /// Checks a table; gives what nothing in it feeds.
    pub(super) fn check_weights(
        &mut self,
        table: &WeightsTable,
        tensors: &Tensors,
        heads: &[Head],
    ) -> Vec<Unfed> {
        let mut coverage = Coverage {
            heads: heads.iter().map(|head| head.name.text.clone()).collect(),
            ..Coverage::default()
        };
        for entry in &table.entries {
            self.check_entry(entry, tensors, &mut coverage);
        }
        self.check_lacks(table, tensors, &mut coverage);
        self.check_aliases(table, &coverage);
        self.check_prefixes(table, &coverage.heads);
        self.unfed(tensors, &coverage)
    }

    fn check_entry(&mut self, entry: &WeightsEntry, tensors: &Tensors, coverage: &mut Coverage) {
        let (paths, fills) = match &entry.target {
            Target::Path(path) => (std::slice::from_ref(path), true),
            Target::Fused(paths) => (paths.as_slice(), true),
            Target::Same(path) => (std::slice::from_ref(path), false),
            Target::Factors(_) | Target::Skip => (&[][..], false),
        };
        let placeholders = self.placeholders(entry);
        let mut aims: Vec<Aim> = Vec::new();
        for path in paths {
            // A name that the source does not bind is said once.
            let misindexed = aims.iter().any(|aim| aim.misindexed);
            let bound = placeholders.as_deref().filter(|_| !misindexed);
            aims.push(self.aim(path, bound, tensors));
        }
        let faulty = aims.iter().any(|aim| aim.faulty);
        coverage.faulty |= faulty;
        let missed = aims.iter().filter(|aim| aim.faulty);
        coverage
            .misses
            .extend(missed.map(|aim| (aim.tensors.clone(), aim.nearby.clone())));
        if let Some(placeholders) = placeholders.filter(|_| !faulty && !paths.is_empty()) {
            self.check_placeholders_used(entry, &placeholders, &aims);
        }
        let flat = |index: &usize| {
            tensors.all[*index]
                .shape
                .as_ref()
                .is_some_and(|shape| shape.len() < 2)
        };
        let mut fed = aims.iter().flat_map(|aim| &aim.tensors);
        if entry.steps.contains(&Step::Transpose) && !faulty && !aims.is_empty() && fed.all(flat) {
            self.report
                .error(
                    codes::TRANSPOSE,
                    entry.place,
                    format!("\"{}\" feeds no matrix that could be transposed", entry.source),
                )
                .help("take the `via transpose` out");
        }
        if let (Target::Fused(_), false) = (&entry.target, faulty) {
            self.check_fused(entry, &aims, tensors);
        }
        let again = self.source_again(entry, &aims, tensors, coverage);
        coverage.twice += usize::from(again && fills);
        if fills {
            let sound = aims.iter().filter(|aim| !aim.faulty);
            let filled: Vec<usize> = sound.flat_map(|aim| aim.tensors.iter().copied()).collect();
            self.fill(entry, &filled, again, tensors, coverage);
        }
    }

    /// What holds the factors of frequencies is about a part of the model that is a `Rope`.
    pub(super) fn check_factors(&mut self, table: &WeightsTable, model: &Model) {
        for entry in &table.entries {
            let Target::Factors(path) = &entry.target else {
                continue;
            };
            let is_rope = |part: &&Part| {
                let callee = &part.call.callee;
                let known = self.library.leaf(callee.as_str()).is_some()
                    || self.library.block(callee.as_str()).is_some();
                let miscounted = self.miscounted.contains(part.name.as_str());
                !known || (callee.as_str() == ROPE && (part.count.is_none() || miscounted))
            };
            let mut ropes = model.body.parts.iter().filter(is_rope);
            let is_one = |part: &Part| matches!(path.segments.as_slice(), [only] if only.name.as_str() == part.name.as_str() && only.index.is_none());
            if !ropes.clone().any(is_one) && self.model.is_news(&path.to_string()) {
                let names: Vec<&str> = ropes.by_ref().map(|part| part.name.as_str()).collect();
                self.report
                    .error(
                        codes::UNKNOWN_TARGET,
                        path.place,
                        format!("the model has no part `{path}` that is a `{ROPE}`"),
                    )
                    .suggest_or_list(&path.to_string(), "such parts", names);
            }
        }
    }

    /// Notes which tensors an entry fills. A repeated source is already reported, so it only excuses.
    fn fill(
        &mut self,
        entry: &WeightsEntry,
        filled: &[usize],
        again: bool,
        tensors: &Tensors,
        coverage: &mut Coverage,
    ) {
        let mut reported = again;
        for index in filled {
            match coverage.filled.get(index) {
                Some(first) if !reported => {
                    let tensor = &tensors.all[*index];
                    self.report
                        .error(
                            codes::FED_TWICE,
                            entry.place,
                            format!("`{}` is fed twice", tensor.path()),
                        )
                        .related(*first, "fed here first")
                        .help("a tensor has one source; a second one that must agree is `same(…)`");
                    coverage.twice += 1;
                    reported = true;
                }
                Some(_) => {}
                None => drop(coverage.filled.insert(*index, entry.place)),
            }
        }
    }

    /// Whether a tensor of the source is named before; the mistake is reported.
    fn source_again(
        &mut self,
        entry: &WeightsEntry,
        aims: &[Aim],
        tensors: &Tensors,
        coverage: &mut Coverage,
    ) -> bool {
        // What is meant for another head may have the same names.
        if aims.iter().any(|aim| aim.faulty) {
            return false;
        }
        let head = coverage.head_of(entry);
        for name in source_names(entry, aims, tensors) {
            let known = coverage.sources.entry(without_index_names(&name)).or_default();
            let is_other = |earlier: &Option<String>| head.is_some() && earlier.is_some() && *earlier != head;
            if let Some((_, first)) = known.iter().find(|(earlier, _)| !is_other(earlier)) {
                self.report
                    .error(
                        codes::SOURCE_TWICE,
                        entry.place,
                        format!("\"{name}\" is named twice"),
                    )
                    .related(*first, "named here first")
                    .help("a tensor of the source has one line; those of two heads may have one name");
                return true;
            }
            known.push((head.clone(), entry.place));
        }
        false
    }

    fn check_prefixes(&mut self, table: &WeightsTable, heads: &[String]) {
        let mut seen: HashMap<&str, Place> = HashMap::new();
        for HeadPrefix { head, .. } in &table.prefixes {
            if !heads.iter().any(|known| known == head.as_str()) {
                if head.is_missing() || !self.model.is_news(head.as_str()) {
                    continue;
                }
                self.report
                    .error(
                        codes::HEAD_PREFIX,
                        head.place,
                        format!("the model has no head `{head}`"),
                    )
                    .suggest_or_list(head.as_str(), "heads", heads.iter().map(String::as_str));
            } else if let Some(first) = seen.insert(head.as_str(), head.place) {
                self.report
                    .error(
                        codes::HEAD_PREFIX,
                        head.place,
                        format!("`{head}` has two prefixes"),
                    )
                    .related(first, "given here first")
                    .help("the checkpoints of one head are saved with one prefix");
            }
        }
    }

    fn check_fused(&mut self, entry: &WeightsEntry, aims: &[Aim], tensors: &Tensors) {
        let Some((first, others)) = aims.split_first() else {
            return;
        };
        for other in others {
            let same_count = first.tensors.len() == other.tensors.len();
            let pairs = first.tensors.iter().zip(&other.tensors);
            let mut differing = pairs.filter(|(a, b)| !fuse(&tensors.all[**a], &tensors.all[**b], tensors));
            let differing = differing.next();
            if same_count && differing.is_none() {
                continue;
            }
            let of = |index: Option<&usize>| index.map(|index| &tensors.all[*index]);
            let (a, b) = match differing {
                Some((a, b)) => (of(Some(a)), of(Some(b))),
                None => (of(first.tensors.first()), of(other.tensors.first())),
            };
            let (Some(a), Some(b)) = (a, b) else { return };
            self.report
                .error(
                    codes::FUSED,
                    other.place,
                    format!("{} and {} cannot be one tensor", a.describe(), b.describe()),
                )
                .related(entry.place, "fused here")
                .help("fused tensors differ in their first dimension and in nothing else");
            return;
        }
    }

    /// What the format lacks is there in the model, and counts as fed; no line feeds it as well.
    fn check_lacks(&mut self, table: &WeightsTable, tensors: &Tensors, coverage: &mut Coverage) {
        for path in &table.lacks {
            let lacking = match self.lacking(path, tensors) {
                Ok(lacking) => lacking,
                Err(missed) => {
                    coverage.faulty = true;
                    coverage.misses.push(missed);
                    continue;
                }
            };
            let first = lacking.iter().find_map(|index| coverage.filled.get(index));
            if let Some(first) = first {
                self.report
                    .error(
                        codes::LACKS,
                        path.place,
                        format!("`{path}` is both fed and lacking"),
                    )
                    .related(*first, "fed here")
                    .help("take one of the two out");
            }
            for index in lacking {
                coverage.filled.entry(index).or_insert(path.place);
            }
        }
    }

    fn check_aliases(&mut self, table: &WeightsTable, coverage: &Coverage) {
        let mut seen: HashMap<&str, Place> = HashMap::new();
        let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let segments: HashSet<String> = coverage.sources.keys().map(|name| last(name)).collect();
        for alias in &table.aliases {
            if let Some(first) = seen.insert(&alias.from, alias.place) {
                self.report
                    .error(
                        codes::SOURCE_TWICE,
                        alias.place,
                        format!("\"{}\" is an alias twice", alias.from),
                    )
                    .related(first, "declared here first");
            } else if !segments.contains(&alias.to) && !coverage.faulty {
                self.report
                    .error(
                        codes::ALIAS,
                        alias.place,
                        format!("no name of this table ends in \"{}\"", alias.to),
                    )
                    .suggest_closest(&alias.to, segments.iter().map(String::as_str))
                    .help("an alias gives the last segment of a name another spelling");
            }
        }
    }
}

impl Coverage {
    /// The head whose tensors an entry fills.
    fn head_of(&self, entry: &WeightsEntry) -> Option<String> {
        let path = match &entry.target {
            Target::Path(path) | Target::Same(path) => Some(path),
            Target::Fused(paths) => paths.first(),
            Target::Factors(_) | Target::Skip => None,
        };
        let first = path?.segments.first()?.name.as_str();
        self.heads.iter().find(|head| *head == first).cloned()
    }
}

impl Tensor {
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.leaf, self.name)
    }

    fn describe(&self) -> String {
        match &self.shape {
            Some(shape) => format!("`{}` {}", self.path(), super::forward::shape_text(shape)),
            None => format!("`{}`", self.path()),
        }
    }
}

/// Whether two tensors may be slices of one along the first dimension.
fn fuse(a: &Tensor, b: &Tensor, tensors: &Tensors) -> bool {
    let (Some(left), Some(right)) = (&a.shape, &b.shape) else {
        return true;
    };
    a.name == b.name
        && a.condition == b.condition
        && left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .skip(1)
            .all(|(a, b)| tensors.facts.equal(a, b))
}

/// The names of the source's tensors that an entry speaks of: a leaf's take the names of its tensors.
fn source_names(entry: &WeightsEntry, aims: &[Aim], tensors: &Tensors) -> Vec<String> {
    match aims.first() {
        Some(aim) if aim.whole_leaf && !aim.faulty => aim
            .tensors
            .iter()
            .map(|index| format!("{}.{}", entry.source, tensors.all[*index].name))
            .collect(),
        _ => vec![entry.source.clone()],
    }
}

/// `h.{i}.attn` and `h.{j}.attn` are the same names.
fn without_index_names(source: &str) -> String {
    let mut normal = String::new();
    let mut inside = false;
    for letter in source.chars() {
        inside = match letter {
            '{' => true,
            '}' => false,
            _ => inside,
        };
        if !inside || letter == '{' {
            normal.push(letter);
        }
    }
    normal
}
