//! Values of a configuration, and the params' values they give.

use serde_json::Value;
use ttt_dsl::instance::Scalar;
use ttt_dsl::program::Program;
use ttt_dsl::spec::{EnumDecl, Kind, Literal, Variant};

/// The value that a param of this kind takes from a configuration's.
pub(super) fn from_json(program: &Program, kind: &Kind, value: &Value) -> Option<Scalar> {
    match kind {
        Kind::Dim => whole_number(value).filter(|size| *size > 0).map(Scalar::Int),
        Kind::Int => whole_number(value).map(Scalar::Int),
        Kind::Float => value.as_f64().map(Scalar::Float),
        Kind::Bool => value.as_bool().map(Scalar::Bool),
        Kind::Enum(name) => {
            let variant = variant(program.enumeration(name.as_str())?, value.as_str()?)?;
            Some(Scalar::Variant(variant.name.text.clone()))
        }
        Kind::Block => None,
    }
}

/// The value that a param of this kind takes from a text, as in `heads=12`.
pub(super) fn from_text(program: &Program, kind: &Kind, text: &str) -> Option<Scalar> {
    let value = match kind {
        Kind::Enum(_) => Value::String(text.to_string()),
        _ => serde_json::from_str(text).ok()?,
    };
    from_json(program, kind, &value)
}

/// What a configuration says for a param's value. A variant is written as its first foreign spelling.
pub(super) fn to_json(program: &Program, kind: &Kind, value: &Scalar) -> Value {
    match (kind, value) {
        (_, Scalar::Bool(value)) => Value::from(*value),
        (Kind::Float, Scalar::Int(value)) => Value::from(*value as f64),
        (_, Scalar::Int(value)) => Value::from(*value),
        (_, Scalar::Float(value)) => Value::from(*value),
        (Kind::Enum(name), Scalar::Variant(variant)) => {
            let decl = program.enumeration(name.as_str());
            let variants = decl.map(|decl| decl.variants.as_slice()).unwrap_or_default();
            let found = variants.iter().find(|known| known.name.as_str() == variant);
            let spelling = found.and_then(|found| found.spellings.first());
            Value::from(spelling.unwrap_or(variant).as_str())
        }
        (_, Scalar::Variant(variant)) => Value::from(variant.as_str()),
    }
}

/// What a param of this kind takes, in words, with the foreign spellings of variants.
pub(super) fn expected(program: &Program, kind: &Kind) -> String {
    let Kind::Enum(name) = kind else {
        return ttt_dsl::instance::expected(program, kind);
    };
    let decl = program.enumeration(name.as_str());
    let variants = decl.iter().flat_map(|decl| &decl.variants);
    let texts = variants.flat_map(|variant| match variant.spellings.as_slice() {
        [] => vec![variant.name.to_string()],
        spellings => spellings.to_vec(),
    });
    format!("one of {}", texts.collect::<Vec<_>>().join(", "))
}

/// Whether a configuration's value is this literal. Numbers are compared by value.
pub(super) fn equals(value: &Value, literal: &Literal) -> bool {
    match literal {
        Literal::Bool(expected) => value.as_bool() == Some(*expected),
        Literal::Int(expected) => value.as_f64() == Some(*expected as f64),
        Literal::Float(expected) => value.as_f64() == Some(*expected),
        Literal::Text(expected) => value.as_str() == Some(expected),
    }
}

/// The literal as JSON writes it.
pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => format!("{value:?}"),
        Literal::Text(text) => format!("{text:?}"),
    }
}

fn variant<'a>(decl: &'a EnumDecl, text: &str) -> Option<&'a Variant> {
    decl.variants
        .iter()
        .find(|variant| variant.name.as_str() == text || variant.spellings.iter().any(|known| known == text))
}

/// JSON knows no whole numbers: 12.0 is one as well.
fn whole_number(value: &Value) -> Option<i64> {
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}
