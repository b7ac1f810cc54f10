//! Keys of a configuration: dots descend, or are part of a flat key; null is absent.

use serde_json::{Map, Value};
use ttt_dsl::spec::{ConfigTable, Source};

use super::dialect::{Dialect, dialect};

/// The value at a key, unless it is null.
pub(super) fn find<'a>(config: &'a Value, key: &str) -> Option<&'a Value> {
    let descended = || {
        key.split('.')
            .try_fold(config, |value, segment| value.get(segment))
    };
    let found = config.get(key).or_else(descended)?;
    (!found.is_null()).then_some(found)
}

/// Puts a value at a key, which is flat or makes the objects on the way.
pub(super) fn put(config: &mut Map<String, Value>, key: &str, value: Value, dialect: &Dialect) {
    match key.split_once('.').filter(|_| !dialect.flat) {
        None => {
            config.insert(key.to_string(), value);
        }
        Some((outer, inner)) => {
            let entry = config.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if !entry.is_object() {
                *entry = Value::Object(Map::new());
            }
            if let Value::Object(object) = entry {
                put(object, inner, value, dialect);
            }
        }
    }
}

/// Takes a key out.
pub(super) fn remove(config: &mut Map<String, Value>, key: &str) {
    if config.remove(key).is_none()
        && let Some((outer, inner)) = key.split_once('.')
        && let Some(Value::Object(object)) = config.get_mut(outer)
    {
        remove(object, inner);
    }
}

/// The keys of a configuration that a table neither reads, expects nor ignores, and that are not generic.
pub(super) fn unknown(config: &Value, table: &ConfigTable) -> Vec<String> {
    let dialect = dialect(table.format.as_str());
    let known: Vec<&str> = known(table).collect();
    let mut unknown = Vec::new();
    for (key, value) in config.as_object().into_iter().flatten() {
        collect(key, value, &known, dialect, &mut unknown);
    }
    unknown
}

/// The keys that a table names.
pub(super) fn known(table: &ConfigTable) -> impl Iterator<Item = &str> + Clone {
    let sources = table.entries.iter().flat_map(|entry| &entry.sources);
    let read = sources.filter_map(|source| match source {
        Source::Key { key, .. } | Source::Length { key, .. } => Some(key.as_str()),
        Source::Present { .. } | Source::Absent { .. } | Source::Unset(_) | Source::Value(_) => None,
    });
    let agreed = table.agreements.iter().map(|agreement| agreement.key.as_str());
    let expected = table.expects.iter().map(|expect| expect.key.as_str());
    read.chain(agreed)
        .chain(expected)
        .chain(table.ignores.iter().map(|key| key.as_str()))
}

fn collect(key: &str, value: &Value, known: &[&str], dialect: &Dialect, unknown: &mut Vec<String>) {
    if value.is_null() || known.contains(&key) || dialect.is_generic(key) {
        return;
    }
    let is_descended = known
        .iter()
        .any(|known| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')));
    match value.as_object() {
        Some(object) if is_descended => {
            for (inner, value) in object {
                collect(&format!("{key}.{inner}"), value, known, dialect, unknown);
            }
        }
        _ => unknown.push(key.to_string()),
    }
}
