//! The params that a file's shapes, indices and names tell.

use indexmap::IndexMap;
use ttt_dsl::instance::{Scalar, Values, evaluate_int};
use ttt_dsl::spec::{
    BinaryOp, Expr, ExprKind, HeadChoice, Kind, LinearLayout, Step, Target, Tie, UnaryOp, WeightsTable,
};

use crate::error::{Error, Problem, codes};
use crate::registry::ModelEntry;
use crate::source::TensorSource;
use crate::symbol::{SymbolicTensor, symbolic_tensors};
use crate::weights::{Names, Pattern};

/// The params.
#[derive(Clone, Debug)]
pub(crate) struct Solution {
    pub values: Values,
    /// The tensor that told each param, in words.
    pub origins: IndexMap<String, String>,
    /// Which params were not told and are the model's defaults.
    pub warning: Option<Problem>,
}

/// `expr == value`, as `origin` tells.
struct Equation {
    expr: Expr,
    value: i64,
    origin: String,
}

/// Solves for the params. What `settings` say is known; what the file does not tell is taken from `preset`.
pub(crate) fn solve(
    entry: ModelEntry<'_>,
    table: &WeightsTable,
    head: &HeadChoice,
    settings: &Values,
    preset: &Values,
    source: &dyn TensorSource,
) -> Result<Solution, Error> {
    let head = match head {
        HeadChoice::Base => None,
        HeadChoice::Head(name) => Some(name.as_str()),
    };
    let tensors: Vec<SymbolicTensor> = symbolic_tensors(entry.program, entry.model)
        .into_iter()
        .filter(|tensor| tensor.head.is_none() || tensor.head.as_deref() == head)
        .collect();
    let observed = observe(table, &tensors, source);
    let mut solver = Solver {
        entry,
        values: settings.clone(),
        origins: IndexMap::new(),
    };
    solver.solve(&observed.equations);
    solver.presence(&tensors, &observed.present);
    solver.ties(head, &observed.present);
    for (name, value) in preset {
        solver.values.entry(name.clone()).or_insert_with(|| value.clone());
    }
    solver.solve(&observed.equations);
    solver.finish(head)
}

/// What a file tells.
struct Observed {
    equations: Vec<Equation>,
    /// The model's tensors that the file has, by the paths of the symbolic tensors.
    present: Vec<String>,
}

fn observe(table: &WeightsTable, tensors: &[SymbolicTensor], source: &dyn TensorSource) -> Observed {
    let names = Names::new(source.tensors().keys().map(String::as_str), table);
    let patterns: Vec<Pattern> = tensors
        .iter()
        .map(|tensor| Pattern::of_source(&tensor.path))
        .collect();
    let of_path = |path: &str| {
        let index = patterns
            .iter()
            .position(|pattern| pattern.match_front(path).is_some_and(|(_, rest)| rest.is_empty()))?;
        Some((&tensors[index], patterns[index].match_front(path)?.0))
    };
    let mut observed = Observed {
        equations: Vec::new(),
        present: Vec::new(),
    };
    let mut copies: IndexMap<String, (Expr, i64, String)> = IndexMap::new();
    for (name, info) in source.tensors() {
        let spelled = names.table_spelling(name, table);
        for line in &table.entries {
            let paths = match &line.target {
                Target::Path(path) => std::slice::from_ref(path),
                Target::Fused(paths) => paths.as_slice(),
                Target::Same(_) | Target::Factors(_) | Target::Skip => continue,
            };
            let Some((indices, rest)) = Pattern::of_source(&line.source).match_front(&spelled) else {
                continue;
            };
            let targets = paths.iter().filter_map(|path| {
                let path = Pattern::of_path(path, &Values::new()).ok()?;
                of_path(&(path.render(&indices) + rest))
            });
            let targets: Vec<(&SymbolicTensor, Vec<(String, usize)>)> = targets.collect();
            if targets.is_empty() || targets.len() != paths.len() {
                continue;
            }
            for (tensor, indices) in &targets {
                if !observed.present.contains(&tensor.path) {
                    observed.present.push(tensor.path.clone());
                }
                for (count, (_, index)) in tensor.counts.iter().zip(indices) {
                    let key = count.to_string();
                    let known = copies.entry(key).or_insert((count.clone(), 0, name.clone()));
                    if *index as i64 + 1 > known.1 {
                        (known.1, known.2) = (*index as i64 + 1, name.clone());
                    }
                }
            }
            let tensors: Vec<&SymbolicTensor> = targets.iter().map(|(tensor, _)| *tensor).collect();
            observed
                .equations
                .extend(shape_equations(table, &line.steps, &tensors, &info.shape, name));
        }
    }
    let counted = copies.into_values().map(|(expr, value, name)| Equation {
        expr,
        value,
        origin: format!("`{name}`, the last copy"),
    });
    observed.equations.extend(counted);
    observed
}

/// One equation for each dimension of a source's tensor, which is fused of `tensors`.
fn shape_equations(
    table: &WeightsTable,
    steps: &[Step],
    tensors: &[&SymbolicTensor],
    shape: &[usize],
    name: &str,
) -> Vec<Equation> {
    let Some(first) = tensors.first() else {
        return Vec::new();
    };
    let mut shape = shape.to_vec();
    let is_linear = first.leaf == "Linear" && first.dims.len() == 2;
    let mut is_turned = is_linear && table.options.linear == LinearLayout::InOut;
    is_turned ^= steps.iter().filter(|step| **step == Step::Transpose).count() % 2 == 1;
    let rank = shape.len();
    if is_turned && rank > 1 {
        shape.swap(rank - 2, rank - 1);
    }
    if rank != first.dims.len() {
        return Vec::new();
    }
    let rows = tensors
        .iter()
        .filter_map(|tensor| tensor.dims.first().cloned())
        .reduce(sum);
    let dims = rows.into_iter().chain(first.dims.iter().skip(1).cloned());
    dims.zip(shape)
        .map(|(expr, size)| Equation {
            expr,
            value: size as i64,
            origin: format!("the shape of `{name}`"),
        })
        .collect()
}

fn sum(lhs: Expr, rhs: Expr) -> Expr {
    Expr {
        place: lhs.place,
        kind: ExprKind::Binary {
            op: BinaryOp::Add,
            lhs: Box::new(lhs),
            rhs: Box::new(rhs),
        },
    }
}

struct Solver<'a> {
    entry: ModelEntry<'a>,
    values: Values,
    origins: IndexMap<String, String>,
}

impl Solver<'_> {
    /// Solves, again and again, every equation with one unknown.
    fn solve(&mut self, equations: &[Equation]) {
        let mut is_progressing = true;
        while is_progressing {
            is_progressing = false;
            for equation in equations {
                if let Some((param, value)) = self.solve_one(equation) {
                    self.learn(param, Scalar::Int(value), &equation.origin);
                    is_progressing = true;
                }
            }
        }
    }

    /// The one unknown of an equation and its value, when the equation is linear in it.
    fn solve_one(&self, equation: &Equation) -> Option<(String, i64)> {
        let mut unknown: Vec<&str> = Vec::new();
        equation.expr.visit_names(&mut |name| {
            if self.is_param(name.as_str()) && !self.values.contains_key(name.as_str()) {
                unknown.push(name.as_str());
            }
        });
        unknown.dedup();
        let [param] = unknown.as_slice() else {
            return None;
        };
        let at = |value: i64| {
            let mut values = self.values.clone();
            values.insert(param.to_string(), Scalar::Int(value));
            evaluate_int(&equation.expr, &values).ok()
        };
        let (one, two) = (at(1)?, at(2)?);
        let slope = two.checked_sub(one)?;
        let rest = equation.value.checked_sub(one)?;
        if slope == 0 || rest % slope != 0 {
            return None;
        }
        let value = (rest / slope).checked_add(1)?;
        (value > 0 && at(value) == Some(equation.value)).then(|| (param.to_string(), value))
    }

    /// Params that are the condition of a tensor are told by its presence.
    fn presence(&mut self, tensors: &[SymbolicTensor], present: &[String]) {
        for tensor in tensors {
            let is_present = present.contains(&tensor.path);
            for condition in &tensor.conditions {
                self.condition(condition, is_present, &tensor.path);
            }
        }
    }

    fn condition(&mut self, condition: &Expr, holds: bool, path: &str) {
        let (name, value) = match &condition.kind {
            ExprKind::Name(name) => (name, holds),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => match &operand.kind {
                ExprKind::Name(name) => (name, !holds),
                _ => return,
            },
            _ => return,
        };
        if self.is_param(name.as_str()) && !self.values.contains_key(name.as_str()) {
            let origin = match holds {
                true => format!("the tensor of `{path}` is there"),
                false => format!("no tensor of `{path}` is there"),
            };
            self.learn(name.text.clone(), Scalar::Bool(value), &origin);
        }
    }

    /// A tie holds unless the file has the tied tensor.
    fn ties(&mut self, head: Option<&str>, present: &[String]) {
        let model = self.entry.model;
        let head = head.and_then(|head| model.head(head));
        let base_ties = model.body.ties.iter().map(|tie| (tie, String::new()));
        let head_ties = head.into_iter().flat_map(|head| {
            head.body
                .ties
                .iter()
                .map(|tie| (tie, format!("{}.", head.body.name)))
        });
        let ties: Vec<(&Tie, String)> = base_ties.chain(head_ties).collect();
        for (tie, prefix) in ties {
            let Ok(path) = Pattern::of_path(&tie.tied, &Values::new()) else {
                continue;
            };
            let path = prefix + &path.render(&Vec::new());
            if let Some(condition) = &tie.condition {
                self.condition(condition, !present.contains(&path), &path);
            }
        }
    }

    fn learn(&mut self, param: String, value: Scalar, origin: &str) {
        self.origins.insert(param.clone(), origin.to_string());
        self.values.insert(param, value);
    }

    fn is_param(&self, name: &str) -> bool {
        let params = &self.entry.model.body.params;
        params.iter().any(|param| param.name.as_str() == name)
    }

    /// Asks for the sizes that nothing told; the other params are the model's defaults, and said to be.
    fn finish(self, head: Option<&str>) -> Result<Solution, Error> {
        let elsewhere = self.params_of_other_heads(head);
        let params = self.entry.model.body.params.iter();
        let untold = params.filter(|param| {
            let name = param.name.as_str();
            !self.values.contains_key(name) && !elsewhere.contains(&name)
        });
        let (asked, assumed): (Vec<_>, Vec<_>) = untold.partition(|param| param.kind == Kind::Dim);
        if !asked.is_empty() {
            let names: Vec<&str> = asked.iter().map(|param| param.name.as_str()).collect();
            let told: Vec<String> = self
                .values
                .iter()
                .map(|(name, value)| format!("{name} = {value}"))
                .collect();
            let settings: Vec<String> = names.iter().map(|name| format!("--set {name}=…")).collect();
            return Err(Problem::new(
                codes::UNSOLVED,
                format!(
                    "no shape tells {} of {}",
                    names.join(", "),
                    self.entry.model.body.name
                ),
            )
            .found(told.join(", "))
            .help(format!(
                "pass {}, or a preset, or open the directory that has config.json",
                settings.join(" ")
            ))
            .into());
        }
        let warning = (!assumed.is_empty()).then(|| {
            let names: Vec<&str> = assumed.iter().map(|param| param.name.as_str()).collect();
            Problem::new(
                codes::ASSUMED,
                format!(
                    "no shape tells these params, so they are the defaults of {}",
                    self.entry.model.body.name
                ),
            )
            .found(names.join(", "))
            .help("set those that should be otherwise")
        });
        Ok(Solution {
            values: self.values,
            origins: self.origins,
            warning,
        })
    }

    /// Params that only heads which are not built have.
    fn params_of_other_heads(&self, head: Option<&str>) -> Vec<&str> {
        let models = &self.entry.program.spec.models;
        let model = models
            .iter()
            .find(|model| model.name.as_str() == self.entry.model.body.name);
        let heads = model.map(|model| model.heads.as_slice()).unwrap_or_default();
        let of = |is_built: bool| {
            heads
                .iter()
                .filter(move |candidate| (Some(candidate.name.as_str()) == head) == is_built)
                .flat_map(|head| head.params.iter().map(|param| param.name.as_str()))
        };
        let built: Vec<&str> = of(true).collect();
        of(false).filter(|name| !built.contains(name)).collect()
    }
}
