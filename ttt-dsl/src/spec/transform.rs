//! Transforms: what is changed in a model after it is written, at the parts that path patterns name.

use serde::{Deserialize, Serialize};

use super::{Arg, Name, PartCall};
use crate::place::Place;

/// One line of `transform { … }`: `lora h[*].attn.{q, v}(rank: 8);`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    /// What is done.
    pub action: Action,
    /// Where.
    pub pattern: PathPattern,
}

impl Transform {
    /// Whether it changes the parts of a model, and not only what is done with them.
    pub fn changes_parts(&self) -> bool {
        matches!(
            self.action,
            Action::Lora(_) | Action::Rename(_) | Action::Replace(_)
        )
    }
}

/// What a transform does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Tensors are not trained.
    Freeze,
    /// Tensors are trained, though they were frozen before.
    Train,
    /// Blocks keep no values for the backward pass and compute them again.
    Recompute,
    /// Weights of linear layers and embeddings are stored in this encoding.
    Quantize(Encoding),
    /// Linear layers become `LoraLinear` with these arguments beside their own.
    Lora(Vec<Arg>),
    /// A part has another name.
    Rename(Name),
    /// A part is made of something else.
    Replace(PartCall),
}

/// How a tensor's numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// IEEE half precision.
    F16,
    /// The upper half of 32 bits.
    Bf16,
    /// Blocks of 32 with a scale, 8 bits each.
    #[serde(rename = "q8_0")]
    Q8Block,
    /// Blocks of 32 with a scale, 4 bits each.
    #[serde(rename = "q4_0")]
    Q4Block,
    /// Blocks of 32 with a scale and a minimum, 4 bits each.
    #[serde(rename = "q4_1")]
    Q4BlockMinimum,
}

impl Encoding {
    /// Every encoding with its name, which is GGUF's.
    pub const ALL: [(&'static str, Encoding); 5] = [
        ("f16", Encoding::F16),
        ("bf16", Encoding::Bf16),
        ("q8_0", Encoding::Q8Block),
        ("q4_0", Encoding::Q4Block),
        ("q4_1", Encoding::Q4BlockMinimum),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let own = Encoding::ALL.iter().find(|(_, encoding)| *encoding == self);
        own.map_or("", |(name, _)| name)
    }
}

/// `h[*].attn.{q, v}`: parts, or tensors of parts, by their paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathPattern {
    /// From the outside in; never empty.
    pub steps: Vec<PatternStep>,
    /// The whole pattern.
    #[serde(skip)]
    pub place: Place,
}

/// One step of a [`PathPattern`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatternStep {
    /// `**`: any number of steps, or none.
    Deep,
    /// `*`: whatever stands here, and every copy of it.
    Any,
    /// `attn`, `{q, v}`, `h[*]`
    Named {
        /// Any of these names.
        names: Vec<Name>,
        /// Which copies of a repeated part.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copies: Option<Copies>,
    },
}

/// Which copies of a repeated part; negative numbers count from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Copies {
    /// `[*]`
    All,
    /// `[3]`
    One(i64),
    /// `[2:6]`, `[:-1]`
    Range(Option<i64>, Option<i64>),
}

impl Copies {
    /// Whether a copy is meant.
    pub fn hold(self, index: usize, count: usize) -> bool {
        let from_start = |bound: i64| match bound < 0 {
            true => bound + count as i64,
            false => bound,
        };
        let index = index as i64;
        match self {
            Copies::All => true,
            Copies::One(only) => from_start(only) == index,
            Copies::Range(start, end) => {
                index >= start.map_or(0, from_start) && end.is_none_or(|end| index < from_start(end))
            }
        }
    }
}

/// A step of a path that is compared with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep<'p> {
    /// The part's or tensor's name.
    pub name: &'p str,
    /// Which copy of how many, for a repeated part whose copies are told apart.
    pub copy: Option<(usize, usize)>,
    /// Whether the part is repeated.
    pub repeated: bool,
}

impl PathPattern {
    /// Whether the pattern leads to this path, and not only to something that holds it.
    pub fn leads_to(&self, path: &[PathStep]) -> bool {
        leads(&self.steps, path)
    }

    /// Whether the pattern leads to this path or to something that holds it.
    pub fn covers(&self, path: &[PathStep]) -> bool {
        (1..=path.len()).any(|length| self.leads_to(&path[..length]))
    }

    /// Whether some copies of a repeated part are meant and others not.
    pub fn picks_copies(&self) -> bool {
        self.steps.iter().any(
            |step| matches!(step, PatternStep::Named { copies: Some(copies), .. } if *copies != Copies::All),
        )
    }

    /// The same with one of the names of each step, for every choice of names; each must lead somewhere.
    pub fn alternatives(&self) -> Vec<PathPattern> {
        let mut chosen = vec![Vec::new()];
        for step in &self.steps {
            let options: Vec<PatternStep> = match step {
                PatternStep::Named { names, copies } => names
                    .iter()
                    .map(|name| PatternStep::Named {
                        names: vec![name.clone()],
                        copies: *copies,
                    })
                    .collect(),
                other => vec![other.clone()],
            };
            chosen = chosen
                .iter()
                .flat_map(|steps| {
                    options
                        .iter()
                        .map(move |option| [&steps[..], std::slice::from_ref(option)].concat())
                })
                .take(ALTERNATIVE_LIMIT)
                .collect();
        }
        let whole = |steps| PathPattern {
            steps,
            place: self.place,
        };
        chosen.into_iter().map(whole).collect()
    }
}

/// More choices of names are not told apart.
const ALTERNATIVE_LIMIT: usize = 1 << 6;

/// Step by step, every length of the path that the steps so far may lead to.
fn leads(steps: &[PatternStep], path: &[PathStep]) -> bool {
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for (number, step) in steps.iter().enumerate() {
        let last = number + 1 == steps.len();
        let mut next = vec![false; path.len() + 1];
        for (length, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            match step {
                // At the end, all that stands there is meant, and through it what it holds.
                PatternStep::Deep if last => {
                    if let Some(one_more) = next.get_mut(length + 1) {
                        *one_more = true;
                    }
                }
                PatternStep::Deep => next[length..].fill(true),
                step => {
                    if path.get(length).is_some_and(|own| step.is(own)) {
                        next[length + 1] = true;
                    }
                }
            }
        }
        reached = next;
    }
    reached.last().is_some_and(|reached| *reached)
}

impl PatternStep {
    fn is(&self, step: &PathStep) -> bool {
        match self {
            PatternStep::Deep => false,
            PatternStep::Any => true,
            PatternStep::Named { names, copies } => {
                let named = names.iter().any(|name| name.as_str() == step.name);
                let indexed = match (copies, step.copy) {
                    (None, _) => !step.repeated,
                    (Some(copies), Some((index, count))) => copies.hold(index, count),
                    (Some(_), None) => step.repeated,
                };
                named && indexed
            }
        }
    }
}
