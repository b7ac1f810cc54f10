//! The TOML spelling as a JSON Schema, for editors.
//!
//! It uses only what draft 4 and draft 7 understand alike, since editors differ in what they read.

use serde_json::{Map, Value, json};

use super::keys::{Form, Key, ROOT};

/// A JSON Schema (draft 7) of the TOML spelling: tables, keys, and of each whether it holds a text, a list or a table. What
/// stands in the texts is for [`parse_toml`](super::parse_toml) and the checker.
pub fn json_schema() -> Value {
    let mut schema = table(&[ROOT]);
    if let Value::Object(fields) = &mut schema {
        let head = [
            ("$schema", "http://json-schema.org/draft-07/schema#"),
            ("title", "ttt"),
            ("description", "A neural-network architecture."),
        ];
        for (name, value) in head {
            fields.insert(name.to_owned(), json!(value));
        }
    }
    schema
}

fn table(groups: &[&[Key]]) -> Value {
    let mut properties = Map::new();
    for key in groups.iter().copied().flatten() {
        let mut schema = of(&key.form);
        if let Value::Object(fields) = &mut schema {
            fields.insert("description".to_owned(), json!(key.about));
        }
        properties.insert(key.name.to_owned(), schema);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn of(form: &Form) -> Value {
    match form {
        Form::Text | Form::Source => json!({ "type": "string" }),
        Form::Word(words) => json!({ "type": "string", "enum": words }),
        Form::Value => json!({ "type": ["number", "boolean", "string"] }),
        Form::List(item) => json!({ "type": "array", "items": of(item) }),
        Form::OneOrMore(item) => json!({ "anyOf": [of(item), { "type": "array", "items": of(item) }] }),
        Form::Table(groups) => table(groups),
        Form::Named(item) => json!({ "type": "object", "additionalProperties": of(item) }),
        Form::Short(short, keys) => json!({ "anyOf": [of(short), table(&[keys])] }),
    }
}
