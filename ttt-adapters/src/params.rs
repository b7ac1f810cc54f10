//! From params to an instance, with what is wrong told in the words of the file that gave them.

use indexmap::IndexMap;
use ttt_dsl::instance::{
    Instance, InstanceError, Values, evaluate_condition, evaluate_int, instantiate, resolve_params,
};
use ttt_dsl::program::{CheckedModel, Program};
use ttt_dsl::spec::{Expr, Require};

use crate::error::{Error, Problem, codes};
use crate::symbol::symbolic_tensors;

/// How many copies of its parts a model may have; more is a mistake in the params, and would fill the memory.
const MAX_COPIES: i64 = 100_000;

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

fn too_many_copies(request: &ParamsRequest<'_>, values: &Values) -> Option<Problem> {
    let tensors = symbolic_tensors(request.program, request.model);
    let counts = tensors.iter().flat_map(|tensor| &tensor.counts);
    let mut excessive =
        counts.filter(|count| evaluate_int(count, values).is_ok_and(|count| count > MAX_COPIES));
    excessive.next().map(|count| {
        Problem::new(
            codes::INVALID_PARAMS,
            "the params ask for more copies of a part than any model has",
        )
        .found(named_values(count, values, request.origins).join(", "))
        .expected(format!("at most {MAX_COPIES}"))
        .help("correct the value")
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
