//! A weights table written out for an instance: which source tensor fills which tensors of the model.

use indexmap::IndexMap;
use ttt_dsl::instance::Instance;
use ttt_dsl::program::Program;
use ttt_dsl::spec::{LinearLayout, Path, RopePairing, Step, Target, WeightsEntry, WeightsTable};

use super::pattern::{Indices, Pattern};
use super::rotary::{RotatedLeaves, rotated_leaves};
use super::slot::{Slot, slots};
use crate::error::{Error, Problem, codes};

/// A source tensor and the tensors of the model that it fills.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// The source's name, without a prefix.
    pub source: String,
    /// Which of the table's entries it is of.
    pub entry: usize,
    /// Whether it is the base's, so that a prefix may stand before its name.
    pub is_base: bool,
    /// Whether it only must equal what it names.
    pub is_same: bool,
    /// The paths that it fills; several for a fused tensor, split in this order.
    pub paths: Vec<String>,
    /// Whether it is a linear map's matrix, or several of them.
    pub is_linear: bool,
    /// Whether its last two dimensions are swapped.
    pub transpose: bool,
    /// What is added to every number.
    pub add: f64,
    /// The shape that the source's tensor must have.
    pub shape: Vec<usize>,
}

/// Names of the source that fill nothing, and why.
#[derive(Clone, Debug)]
pub(crate) struct Unbound {
    /// The names.
    pub pattern: Pattern,
    /// Why they fill nothing.
    pub reason: Reason,
}

/// Why an entry fills nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The table says so.
    Skipped,
    /// It says params, which are read already.
    Factors,
    /// Its head is not built.
    OtherHead(String),
    /// Its part does not exist with these params.
    AbsentPart(String),
}

/// A table written out for an instance.
#[derive(Clone, Debug)]
pub(crate) struct Bindings {
    /// In the table's order, and within an entry in the model's.
    pub bindings: Vec<Binding>,
    /// Entries that fill nothing.
    pub unbound: Vec<Unbound>,
    /// The model's tensors.
    pub slots: IndexMap<String, Slot>,
    /// Leaves whose rows are reordered.
    pub rotated: RotatedLeaves,
}

impl Bindings {
    /// Writes out a table.
    pub fn new(program: &Program, instance: &Instance, table: &WeightsTable) -> Result<Bindings, Error> {
        let rotated = match table.options.rope {
            RopePairing::Half => RotatedLeaves::new(),
            RopePairing::Interleaved => rotated_leaves(program, instance)?,
        };
        let mut bindings = Bindings {
            bindings: Vec::new(),
            unbound: Vec::new(),
            slots: slots(instance),
            rotated,
        };
        let expansion = Expansion {
            program,
            instance,
            table,
        };
        let mut problems = Vec::new();
        for (index, entry) in table.entries.iter().enumerate() {
            if let Err(problem) = expansion.entry(index, entry, &mut bindings) {
                problems.push(*problem);
            }
        }
        Error::unless_empty(problems, bindings)
    }

    /// The head's width for a tensor whose rows are reordered.
    pub fn rotary(&self, path: &str) -> Option<usize> {
        let slot = self.slots.get(path)?;
        self.rotated.get(&slot.leaf_path).copied()
    }
}

struct Expansion<'a> {
    program: &'a Program,
    instance: &'a Instance,
    table: &'a WeightsTable,
}

impl Expansion<'_> {
    fn entry(&self, index: usize, entry: &WeightsEntry, into: &mut Bindings) -> Result<(), Box<Problem>> {
        let source = Pattern::of_source(&entry.source);
        let (paths, is_same) = match &entry.target {
            Target::Factors(_) => {
                into.unbound.push(Unbound {
                    pattern: source,
                    reason: Reason::Factors,
                });
                return Ok(());
            }
            Target::Skip => {
                into.unbound.push(Unbound {
                    pattern: source,
                    reason: Reason::Skipped,
                });
                return Ok(());
            }
            Target::Path(path) => (std::slice::from_ref(path), false),
            Target::Same(path) => (std::slice::from_ref(path), true),
            Target::Fused(paths) => (paths.as_slice(), false),
        };
        let targets = self.targets(paths)?;
        let Some((first, first_path)) = targets.first().zip(paths.first()) else {
            return Ok(());
        };
        let filled: Vec<(Indices, String)> = into
            .slots
            .keys()
            .filter_map(|path| first.match_front(path))
            .map(|(indices, rest)| (indices, rest.to_string()))
            .collect();
        if filled.is_empty() {
            into.unbound.push(Unbound {
                pattern: source.clone(),
                reason: self.absence(first_path),
            });
        }
        for (indices, rest) in filled {
            let paths = targets.iter().map(|target| target.render(&indices) + &rest);
            let mut binding = Binding {
                source: source.render(&indices) + &rest,
                entry: index,
                is_base: !self.is_of_a_head(first_path),
                is_same,
                paths: paths.collect(),
                is_linear: false,
                transpose: false,
                add: 0.0,
                shape: Vec::new(),
            };
            self.lay_out(&mut binding, &entry.steps, &into.slots)
                .map_err(|problem| Box::new(problem.line(entry.place)))?;
            into.bindings.push(binding);
        }
        Ok(())
    }

    fn targets(&self, paths: &[Path]) -> Result<Vec<Pattern>, Box<Problem>> {
        let patterns = paths
            .iter()
            .map(|path| Pattern::of_path(path, &self.instance.values));
        patterns.collect::<Result<_, _>>().map_err(|error| {
            Problem::new(codes::INVALID_SCHEMA, format!("an index has no value: {error}")).into()
        })
    }

    /// Finds the shape of the source's tensor and the steps from it.
    fn lay_out(
        &self,
        binding: &mut Binding,
        steps: &[Step],
        slots: &IndexMap<String, Slot>,
    ) -> Result<(), Box<Problem>> {
        let mut fused: Option<Vec<usize>> = None;
        for path in &binding.paths {
            let Some(slot) = slots.get(path) else {
                return Err(Problem::new(
                    codes::FUSED_PARTS,
                    format!(
                        "`{}` fills several tensors, and `{path}` is not built",
                        binding.source
                    ),
                )
                .help("split the entry, or build all of its parts")
                .into());
            };
            binding.is_linear = slot.is_linear;
            let Some(shape) = &mut fused else {
                fused = Some(slot.shape.clone());
                continue;
            };
            match (shape.split_first_mut(), slot.shape.split_first()) {
                (Some((rows, columns)), Some((more, also))) if columns == also => *rows += more,
                _ => {
                    return Err(Problem::new(
                        codes::FUSED_PARTS,
                        format!("`{}` fills tensors of different widths", binding.source),
                    )
                    .found(format!("`{path}` is {:?}", slot.shape))
                    .help("correct the entry in the weights table")
                    .into());
                }
            }
        }
        let is_turned = binding.is_linear && self.table.options.linear == LinearLayout::InOut;
        binding.transpose = is_turned;
        for step in steps {
            match step {
                Step::Transpose => binding.transpose = !binding.transpose,
                Step::Add(term) => binding.add += term,
            }
        }
        let mut shape = fused.unwrap_or_default();
        binding.transpose &= shape.len() > 1;
        if binding.transpose {
            let rank = shape.len();
            shape.swap(rank - 2, rank - 1);
        }
        binding.shape = shape;
        Ok(())
    }

    fn absence(&self, path: &Path) -> Reason {
        let first = path.segments.first().map(|segment| segment.name.to_string());
        match first {
            Some(head) if self.is_of_a_head(path) && !self.is_built(&head) => Reason::OtherHead(head),
            _ => {
                let names = path.segments.iter().map(|segment| segment.name.as_str());
                Reason::AbsentPart(names.collect::<Vec<_>>().join("."))
            }
        }
    }

    fn is_of_a_head(&self, path: &Path) -> bool {
        let model = self.program.model(&self.instance.model);
        path.segments
            .first()
            .is_some_and(|first| model.is_some_and(|model| model.head(first.name.as_str()).is_some()))
    }

    fn is_built(&self, head: &str) -> bool {
        self.instance.head.as_ref().is_some_and(|(name, _)| name == head)
    }
}
