//! From params to an instance, with what is wrong told in the words of the file that gave them.

use indexmap::IndexMap;
use ttt_dsl::instance::{
    Instance, InstanceError, Values, evaluate_condition, evaluate_int, instantiate, resolve_params,
};
use ttt_dsl::program::{CheckedModel, Program};
use ttt_dsl::spec::{Expr, Require};

use crate::error::{Error, Problem, codes};
use crate::symbol::{SymbolicTensor, symbolic_tensors};

/// How many copies a part of a model may have, those within copies of other parts counted; more is a mistake in the
/// params, and would fill the memory.
const MAX_COPIES: usize = 100_000;

/// A model and the values for its params.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParamsRequest<'a> {
    pub program: &'a Program,
    pub model: &'a CheckedModel,
    pub head: Option<&'a str>,
    /// Values for some of the params; the others have their defaults.
    pub values: &'a Values,
    /// Where params come from, for messages.
    pub origins: &'a IndexMap<String, String>,
    /// How many tensors of the model the checkpoint could fill at most; none where there is no checkpoint.
    pub room: Option<usize>,
}

/// Evaluates the model with its params. Every requirement of the model that does not hold is reported.
pub(crate) fn build(request: &ParamsRequest<'_>) -> Result<Instance, Error> {
    let values = resolve_params(request.program, request.model, request.values).map_err(invalid)?;
    let mut problems = Vec::new();
    for require in &request.model.body.requires {
        if let Ok(false) = evaluate_condition(&require.condition, &values) {
            problems.push(violated(request, require, &values));
        }
    }
    problems.extend(too_many_copies(request, &values));
    Error::unless_empty(problems, ())?;
    instantiate(request.program, &request.model.body.name, request.head, &values).map_err(invalid)
}

/// The names in an expression with their values and where those are from: ``heads = 3 (`n_head` in config.json)``.
pub(crate) fn named_values(expr: &Expr, values: &Values, origins: &IndexMap<String, String>) -> Vec<String> {
    let mut texts = Vec::new();
    expr.visit_names(&mut |name| {
        let Some(value) = values.get(name.as_str()) else {
            return;
        };
        let text = match origins.get(name.as_str()) {
            Some(origin) => format!("{name} = {value} ({origin})"),
            None => format!("{name} = {value}"),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
    });
    texts
}

fn violated(request: &ParamsRequest<'_>, require: &Require, values: &Values) -> Problem {
    let condition = require.condition.to_string();
    let message = match &require.message {
        Some(message) => format!("the params make no model: {message}"),
        None => "the params make no model".to_string(),
    };
    Problem::new(codes::INVALID_PARAMS, message)
        .found(named_values(&require.condition, values, request.origins).join(", "))
        .expected(format!("`{condition}`"))
        .help(format!(
            "`{}` requires it: correct one of the values",
            request.model.body.name
        ))
}

/// Copies are counted before they are made: a checkpoint that says nonsense is refused at once.
fn too_many_copies(request: &ParamsRequest<'_>, values: &Values) -> Option<Problem> {
    let tensors = symbolic_tensors(request.program, request.model);
    let too_often = |tensor: &SymbolicTensor, most: usize| {
        let copies = tensor.counts.iter().try_fold(1usize, |copies, count| {
            let count = usize::try_from(evaluate_int(count, values).ok()?).ok()?;
            Some(copies.saturating_mul(count))
        });
        copies.is_some_and(|copies| copies > most)
    };
    let excess = |tensor: &SymbolicTensor, message: &str, most: String, help: &str| {
        let found = tensor.counts.iter();
        let found = found.flat_map(|count| named_values(count, values, request.origins));
        Problem::new(codes::INVALID_PARAMS, message)
            .found(found.collect::<Vec<_>>().join(", "))
            .expected(most)
            .help(help)
    };
    if let Some(tensor) = tensors.iter().find(|tensor| too_often(tensor, MAX_COPIES)) {
        return Some(excess(
            tensor,
            "the params ask for more copies of a part than any model has",
            format!("at most {MAX_COPIES}"),
            "correct the value",
        ));
    }
    let room = request.room?;
    // Tensors that are there only sometimes, and those of a head, may start from fresh numbers.
    let mut filled = tensors
        .iter()
        .filter(|tensor| tensor.head.is_none() && tensor.conditions.is_empty());
    filled.find(|tensor| too_often(tensor, room)).map(|tensor| {
        excess(
            tensor,
            "the params ask for more copies of a part than the checkpoint could fill",
            format!("at most {room}, by the tensors that the checkpoint has"),
            "correct the value, or name the checkpoint that it is of",
        )
    })
}

fn invalid(error: InstanceError) -> Error {
    Problem::new(
        codes::INVALID_PARAMS,
        format!("the params make no model: {error}"),
    )
    .help(error.help)
    .into()
}
