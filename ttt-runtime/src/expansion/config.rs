//! Configs: their checks, and the way from values by name to fields.

use std::str::FromStr;

use burn::module::Module;
use ttt_dsl::instance::{self, InstanceError, Scalar, Values};
use ttt_dsl::place::Place;
use ttt_dsl::program::Program;

use crate::transform;

/// Why numbers do not make a model.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{model}: {error}; {}", error.help)]
pub struct ConfigError {
    /// The model.
    pub model: String,
    /// What is wrong, where, and with which values.
    pub error: InstanceError,
}

/// Whether every `require` holds, of the model, of the head, and of all their parts, and memory could hold them.
///
/// # Errors
///
/// The first that does not.
pub fn check(program: &Program, model: &str, head: Option<&str>, values: &Values) -> Result<(), ConfigError> {
    let instance = instance::instantiate(program, model, head, values);
    let sized = instance.and_then(|instance| instance.check_size());
    sized.map_err(|error| ConfigError {
        model: model.to_string(),
        error,
    })
}

/// The module of a model that has transforms, with what they mark.
///
/// # Errors
///
/// When a `require` does not hold, or a transform is not done here.
pub fn marked<M: Module>(
    module: M,
    program: &Program,
    model: &str,
    head: Option<&str>,
    values: &Values,
) -> Result<M, ConfigError> {
    let instance = instance::instantiate(program, model, head, values);
    let module = instance.and_then(|instance| transform::marked(module, &instance));
    module.map_err(|error| ConfigError {
        model: model.to_string(),
        error,
    })
}

/// A value for every param: those given, and the defaults of the others.
///
/// # Errors
///
/// When a name is no param or a value is not of its param's kind.
pub fn resolve(program: &Program, model: &str, given: &Values) -> Result<Values, ConfigError> {
    let fail = |error| ConfigError {
        model: model.to_string(),
        error,
    };
    let Some(checked) = program.model(model) else {
        return Err(fail(mistake(format!("no model is called `{model}`"))));
    };
    instance::resolve_params(program, checked, given).map_err(fail)
}

/// The size of this name.
///
/// # Errors
///
/// When the value is not a whole number of at least 0.
pub fn size(values: &Values, name: &str) -> Result<usize, ConfigError> {
    let size = usize::try_from(whole(values, name)?);
    size.map_err(|_| wrong(values, name, "a size"))
}

/// The whole number of this name.
///
/// # Errors
///
/// When the value is something else.
pub fn whole(values: &Values, name: &str) -> Result<i64, ConfigError> {
    match values.get(name) {
        Some(Scalar::Int(value)) => Ok(*value),
        _ => Err(wrong(values, name, "a whole number")),
    }
}

/// The real number of this name.
///
/// # Errors
///
/// When the value is something else.
pub fn real(values: &Values, name: &str) -> Result<f64, ConfigError> {
    match values.get(name) {
        Some(Scalar::Float(value)) => Ok(*value),
        Some(Scalar::Int(value)) => Ok(*value as f64),
        _ => Err(wrong(values, name, "a number")),
    }
}

/// The truth value of this name.
///
/// # Errors
///
/// When the value is something else.
pub fn truth(values: &Values, name: &str) -> Result<bool, ConfigError> {
    match values.get(name) {
        Some(Scalar::Bool(value)) => Ok(*value),
        _ => Err(wrong(values, name, "true or false")),
    }
}

/// The variant of this name.
///
/// # Errors
///
/// When the value is no variant of the enumeration.
pub fn variant<E: FromStr>(values: &Values, name: &str) -> Result<E, ConfigError> {
    let variant = match values.get(name) {
        Some(Scalar::Variant(variant)) => variant.parse().ok(),
        _ => None,
    };
    variant.ok_or_else(|| wrong(values, name, "a variant"))
}

fn wrong(values: &Values, name: &str, expected: &str) -> ConfigError {
    let message = match values.get(name) {
        Some(found) => format!("`{name}` cannot be {found}"),
        None => format!("`{name}` has no value"),
    };
    ConfigError {
        model: String::new(),
        error: InstanceError {
            help: format!("give {expected}"),
            ..mistake(message)
        },
    }
}

fn mistake(message: String) -> InstanceError {
    InstanceError {
        message,
        help: String::new(),
        part: String::new(),
        place: Place::NOWHERE,
    }
}
