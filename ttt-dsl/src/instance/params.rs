//! Values of params: those given, those of presets, and defaults.

use super::error::{InstanceError, at, missing_param, unknown_param};
use super::evaluate::evaluate;
use super::{Scalar, Values};
use crate::place::Place;
use crate::program::{CheckedModel, Program};
use crate::spec::{Kind, Param};

/// A value for every param of a model: those given, and the defaults of the others.
///
/// A name that is no param, or a value of another kind than the param's, is an error.
pub fn resolve_params(
    program: &Program,
    model: &CheckedModel,
    given: &Values,
) -> Result<Values, InstanceError> {
    for name in given.keys() {
        if !model.body.params.iter().any(|param| param.name.as_str() == name) {
            return Err(unknown_param(model, name));
        }
    }
    let mut values = Values::new();
    for param in &model.body.params {
        let value = match (given.get(param.name.as_str()), &param.default) {
            (Some(value), _) => value.clone(),
            (None, Some(default)) => evaluate(default, &values).map_err(|error| at(error, ""))?,
            (None, None) => return Err(missing_param(param)),
        };
        values.insert(param.name.text.clone(), conform(program, param, value, "")?);
    }
    Ok(values)
}

/// The values of a preset: what it says, not the defaults of the other params.
pub fn preset_values(program: &Program, model: &CheckedModel, preset: &str) -> Result<Values, InstanceError> {
    let found = model
        .presets
        .iter()
        .find(|candidate| candidate.name.as_str() == preset);
    let Some(found) = found else {
        let names: Vec<&str> = model.presets.iter().map(|preset| preset.name.as_str()).collect();
        return Err(InstanceError {
            message: format!("`{}` has no preset `{preset}`", model.body.name),
            help: format!("its presets are: {}", names.join(", ")),
            part: String::new(),
            place: Place::NOWHERE,
        });
    };
    let mut values = Values::new();
    for (name, expr) in &found.values {
        let param = model.body.params.iter().find(|param| param.name == *name);
        let param = param.ok_or_else(|| unknown_param(model, name.as_str()))?;
        let value = evaluate(expr, &values).map_err(|error| at(error, ""))?;
        values.insert(name.text.clone(), conform(program, param, value, "")?);
    }
    Ok(values)
}

/// Checks a value against a param's kind, and turns whole numbers into real ones where the kind asks for it.
pub(super) fn conform(
    program: &Program,
    param: &Param,
    value: Scalar,
    path: &str,
) -> Result<Scalar, InstanceError> {
    let conformed = match (&param.kind, value) {
        (Kind::Dim, Scalar::Int(size)) if size > 0 => Ok(Scalar::Int(size)),
        (Kind::Int, Scalar::Int(value)) => Ok(Scalar::Int(value)),
        (Kind::Float, Scalar::Float(value)) => Ok(Scalar::Float(value)),
        (Kind::Float, Scalar::Int(value)) => Ok(Scalar::Float(value as f64)),
        (Kind::Bool, Scalar::Bool(value)) => Ok(Scalar::Bool(value)),
        (Kind::Enum(name), Scalar::Variant(variant)) => {
            let known = program.enumeration(name.as_str());
            match known.is_some_and(|decl| decl.variants.iter().any(|known| known.name.as_str() == variant)) {
                true => Ok(Scalar::Variant(variant)),
                false => Err(Scalar::Variant(variant)),
            }
        }
        (_, value) => Err(value),
    };
    conformed.map_err(|found| InstanceError {
        message: format!("`{}` cannot be {found}", param.name),
        help: format!("give {}", expected(program, &param.kind)),
        part: path.to_string(),
        place: param.name.place,
    })
}

/// What a kind asks for, in words: `one of relu, gelu`.
pub fn expected(program: &Program, kind: &Kind) -> String {
    match kind {
        Kind::Dim => "a whole number above 0".into(),
        Kind::Int => "a whole number".into(),
        Kind::Float => "a number".into(),
        Kind::Bool => "true or false".into(),
        Kind::Block => "a block".into(),
        Kind::Enum(name) => {
            let decl = program.enumeration(name.as_str());
            let variants = decl
                .iter()
                .flat_map(|decl| decl.variants.iter().map(|variant| variant.name.as_str()));
            format!("one of {}", variants.collect::<Vec<_>>().join(", "))
        }
    }
}
