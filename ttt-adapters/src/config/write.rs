//! From params to a configuration.

use serde_json::{Map, Value};
use ttt_dsl::instance::{Scalar, Values, evaluate};
use ttt_dsl::spec::{ConfigEntry, HeadChoice, Kind, Source};

use super::{ConfigContext, ConfigReader, key, value};

/// The configuration that says these params: `original` with what differs, or a new one.
///
/// A new one has the first key of every entry, `model_type` and, where the table knows the head's class,
/// `architectures`. A nested key is left out where its fallback says the same.
pub fn write_config(
    reader: &ConfigReader<'_>,
    values: &Values,
    head: &HeadChoice,
    original: Option<&Value>,
) -> Value {
    let mut config = original.and_then(Value::as_object).cloned().unwrap_or_default();
    let read_before = original
        .and_then(|original| reader.read(original, ConfigContext::default()).ok())
        .map(|reading| reading.values);
    let dialect = reader.dialect();
    if !config.contains_key(dialect.model_type)
        && let Some(model_type) = reader.table.model_types.first()
    {
        config.insert(dialect.model_type.into(), Value::from(model_type.as_str()));
    }
    write_class(reader, head, &mut config);
    for entry in &reader.table.entries {
        let Some(value) = values.get(entry.param.as_str()) else {
            continue;
        };
        let before = read_before
            .as_ref()
            .and_then(|before| before.get(entry.param.as_str()));
        if before != Some(value) {
            write_entry(reader, entry, values, value, &mut config);
        }
    }
    for agreement in &reader.table.agreements {
        if let Some(value) = reader.agreed(agreement, values) {
            key::put(&mut config, &agreement.key, value, dialect);
        }
    }
    Value::Object(config)
}

fn write_class(reader: &ConfigReader<'_>, head: &HeadChoice, config: &mut Map<String, Value>) {
    let known = reader.table.architectures.iter();
    if let Some((class, _)) = known.into_iter().find(|(_, choice)| choice == head) {
        let dialect = reader.dialect();
        let class = class.as_str();
        let value = match dialect.class_in_list {
            true => Value::from(vec![class]),
            false => Value::from(class),
        };
        config.insert(dialect.class.into(), value);
    }
}

fn write_entry(
    reader: &ConfigReader<'_>,
    entry: &ConfigEntry,
    values: &Values,
    value: &Scalar,
    config: &mut Map<String, Value>,
) {
    let params = &reader.model.body.params;
    let Some(param) = params.iter().find(|param| param.name == entry.param) else {
        return;
    };
    let written = |source: &&Source| matches!(source, Source::Key { .. });
    let counted = |source: &&Source| matches!(source, Source::Length { .. });
    let mut sources = entry.sources.iter();
    let Some(source) = sources.clone().find(written).or_else(|| sources.find(counted)) else {
        return;
    };
    match source {
        Source::Key { key, .. } => {
            let key = present_key(entry, config).unwrap_or(key);
            if stands_for_none(entry, values, value) {
                remove_keys(entry, config);
                return;
            }
            if key.contains('.')
                && is_said_by_fallback(entry, values, value)
                && !is_needed(reader, entry, key, values)
            {
                return;
            }
            key::put(
                config,
                key,
                value::to_json(reader.program, &param.kind, value),
                reader.dialect(),
            );
        }
        Source::Length { key, .. } => {
            if let Scalar::Int(count) = value {
                key::put(config, key, labels(*count), reader.dialect());
            }
        }
        Source::Present { .. } | Source::Absent { .. } | Source::Unset(_) | Source::Value(_) => {}
    }
}

/// The key that an original configuration uses for this entry, which stays in use.
fn present_key<'a>(entry: &'a ConfigEntry, config: &Map<String, Value>) -> Option<&'a String> {
    let config = Value::Object(config.clone());
    entry.sources.iter().find_map(|source| match source {
        Source::Key { key, .. } => key::find(&config, key).map(|_| key),
        _ => None,
    })
}

/// Whether the value is the one that stands for a key that is not there.
fn stands_for_none(entry: &ConfigEntry, values: &Values, value: &Scalar) -> bool {
    match entry.sources.last() {
        Some(Source::Unset(expr)) => evaluate(expr, values).is_ok_and(|none| same(&none, value)),
        _ => false,
    }
}

/// Removes what an entry would be read from.
fn remove_keys(entry: &ConfigEntry, config: &mut Map<String, Value>) {
    for source in &entry.sources {
        if let Source::Key { key, .. } | Source::Length { key, .. } = source {
            key::remove(config, key);
        }
    }
}

/// Whether reading a configuration without the entry's keys gives the same value.
fn is_said_by_fallback(entry: &ConfigEntry, values: &Values, value: &Scalar) -> bool {
    match entry.sources.last() {
        Some(Source::Value(expr)) => evaluate(expr, values).is_ok_and(|fallback| same(&fallback, value)),
        _ => false,
    }
}

fn same(a: &Scalar, b: &Scalar) -> bool {
    match (a, b) {
        (Scalar::Int(a), Scalar::Float(b)) | (Scalar::Float(b), Scalar::Int(a)) => *a as f64 == *b,
        _ => a == b,
    }
}

/// Whether a nested key is written although its fallback says the same. The kind of a group
/// (`rope_parameters.rope_type`) is, where another key of the group is written; and the group's numbers are, where its
/// kind is not the usual one, since readers ask for them. A zero says that the number is not given.
fn is_needed(reader: &ConfigReader<'_>, entry: &ConfigEntry, key: &str, values: &Values) -> bool {
    let Some((group, _)) = key.rsplit_once('.') else {
        return false;
    };
    let is_kind = |entry: &ConfigEntry| {
        let mut params = reader.model.body.params.iter();
        params.any(|param| param.name == entry.param && matches!(param.kind, Kind::Enum(_)))
    };
    let is_said = |entry: &ConfigEntry| {
        let value = values.get(entry.param.as_str());
        value.is_none_or(|value| is_said_by_fallback(entry, values, value))
    };
    let mut unusual = reader
        .table
        .entries
        .iter()
        .filter(|sibling| group_of(sibling) == Some(group) && !is_said(sibling));
    if is_kind(entry) {
        return unusual.next().is_some();
    }
    let is_zero = matches!(
        values.get(entry.param.as_str()),
        Some(Scalar::Float(0.0) | Scalar::Int(0))
    );
    !is_zero && unusual.any(is_kind)
}

/// The key of the object that an entry's first key is in.
fn group_of(entry: &ConfigEntry) -> Option<&str> {
    let first = entry.sources.iter().find_map(|source| match source {
        Source::Key { key, .. } => Some(key.as_str()),
        _ => None,
    });
    first?.rsplit_once('.').map(|(group, _)| group)
}

/// As many labels as transformers would invent.
fn labels(count: i64) -> Value {
    let label = |index: i64| (index.to_string(), Value::from(format!("LABEL_{index}")));
    Value::Object((0..count).map(label).collect())
}
