//! Whether a file that is about to be written says of the computation what the model does.

use ttt_dsl::instance::{Instance, Scalar};
use ttt_dsl::program::CheckedModel;
use ttt_dsl::spec::WeightsTable;

use super::config;
use super::value::Value;
use crate::config::{ConfigContext, ConfigReader};
use crate::error::{Error, Problem, codes};
use crate::source::TensorSource;
use crate::symbol::symbolic_tensors;
use crate::weights::{Export, Frequencies};

const HELP: &str = "keep this model in another format, as Hugging Face's";

/// Reads what is about to be written, and compares: what the format has no key for must be what reading it assumes.
pub(super) fn check_said(
    reader: &ConfigReader<'_>,
    weights: &WeightsTable,
    instance: &Instance,
    metadata: &[(String, Value)],
    export: &Export,
) -> Result<(), Error> {
    let present = |tensor: &str| export.tensors().contains_key(tensor);
    let context = ConfigContext {
        given: None,
        present: Some(&present),
        needed: &[],
        head_given: true,
    };
    let written = config::config(metadata.iter().map(|(key, value)| (key, value)));
    let mut said = reader
        .read(&written, context)
        .map_err(|error| unsaid(error, &instance.model))?;
    if let Some(frequencies) = Frequencies::of(weights, reader.model) {
        let factors = frequencies.read(export, &said.values);
        said.values
            .extend(factors.map_err(|error| unsaid(error, &instance.model))?);
    }
    let mut excused = params_of_lacking(reader, weights);
    excused.extend(params_of_other_heads(reader.model, instance));
    let differing = said.values.iter().filter_map(|(param, said)| {
        let value = instance.values.get(param)?;
        let problem = Problem::new(
            codes::GGUF_WRITE,
            format!("GGUF cannot say `{param} = {value}` of `{}`", instance.model),
        )
        .found(value)
        .expected(format!("{said}, which is what readers of the file take"))
        .help(HELP);
        (!agree(said, value) && !excused.contains(param)).then_some(problem)
    });
    Error::unless_empty(differing.collect(), ())
}

/// What reading the file would say against it, said of writing it.
fn unsaid(mut error: Error, model: &str) -> Error {
    for problem in &mut error.problems {
        problem.code = codes::GGUF_WRITE;
        problem.message = format!("GGUF cannot say this of `{model}`: {}", problem.message);
        problem.help = HELP.to_string();
    }
    error
}

/// Whether two values are the same in the precision of the format.
fn agree(a: &Scalar, b: &Scalar) -> bool {
    let real = |value: &Scalar| match value {
        Scalar::Int(value) => Some(*value as f32),
        Scalar::Float(value) => Some(*value as f32),
        Scalar::Bool(_) | Scalar::Variant(_) => None,
    };
    match (real(a), real(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// The params that say whether a part is there which the format lacks.
fn params_of_lacking(reader: &ConfigReader<'_>, weights: &WeightsTable) -> Vec<String> {
    let lacks: Vec<String> = weights.lacks.iter().map(|path| format!("{path}.")).collect();
    let mut params = Vec::new();
    for tensor in symbolic_tensors(reader.program, reader.model) {
        let path = tensor.path_without_indices();
        if lacks.iter().any(|lacking| path.starts_with(lacking.as_str())) {
            for condition in &tensor.conditions {
                condition.visit_names(&mut |name| params.push(name.text.clone()));
            }
        }
    }
    params
}

/// The params that only say how a head that is not built shares its storage.
fn params_of_other_heads(model: &CheckedModel, instance: &Instance) -> Vec<String> {
    let built = instance.head.as_ref().map(|(name, _)| name.as_str());
    let others = model
        .heads
        .iter()
        .filter(|head| Some(head.body.name.as_str()) != built);
    let mut params = Vec::new();
    for condition in others
        .flat_map(|head| &head.body.ties)
        .filter_map(|tie| tie.condition.as_ref())
    {
        condition.visit_names(&mut |name| params.push(name.text.clone()));
    }
    let head = model
        .heads
        .iter()
        .find(|head| Some(head.body.name.as_str()) == built);
    let bodies = [Some(&model.body), head.map(|head| &head.body)];
    for body in bodies.into_iter().flatten() {
        let args = body
            .parts
            .iter()
            .flat_map(|part| part.args.iter().map(|(_, arg)| arg));
        let conditions = body.parts.iter().filter_map(|part| part.condition.as_ref());
        let ties = body.ties.iter().filter_map(|tie| tie.condition.as_ref());
        for expr in args.chain(conditions).chain(ties) {
            expr.visit_names(&mut |name| params.retain(|param| *param != name.text));
        }
    }
    params
}
