//! The JSON Schema of the TOML spelling accepts what the reader accepts, and refuses what it refuses by its keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod generator;

use proptest::prelude::*;
use serde_json::{Value, json};
use toml_edit::{Document, Item, TableLike};
use ttt_dsl::parse::parse_text;
use ttt_dsl::print;
use ttt_dsl::spec::Spec;
use ttt_dsl::toml::{json_schema, parse_toml};

const MODELS: [&str; 3] = ["gpt2", "llama", "bert"];
const FILES: [&str; 4] = [
    "ttt-dsl/tests/examples/gpt2.toml",
    "ttt-dsl/tests/examples/llama.toml",
    "tests/schemas/small.toml",
    "ttt/examples/parallel_toml/parallel.toml",
];

/// Keywords that the walk below knows: a schema with others would not be checked by it.
const KEYWORDS: [&str; 10] = [
    "$schema",
    "title",
    "description",
    "type",
    "properties",
    "additionalProperties",
    "items",
    "anyOf",
    "enum",
    "definitions",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn whatever_is_printed_is_accepted(spec in generator::spec()) {
        // Functions are for the standard library alone.
        let text = print::toml(&Spec { functions: Vec::new(), ..spec });
        prop_assert_eq!(refusals(&text), Vec::<String>::new(), "{}", text);
    }
}

#[test]
fn shipped_texts_are_accepted() {
    let mut texts: Vec<String> = MODELS
        .iter()
        .map(|name| print::toml(&parse_text(&common::family(name)).spec))
        .collect();
    texts.extend(
        FILES.iter().map(|file| {
            std::fs::read_to_string(format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
        }),
    );
    for text in texts {
        assert_eq!(refusals(&text), Vec::<String>::new(), "{text}");
    }
}

/// Every key that the language knows, one at a time with a letter too many: the reader and the schema both refuse it.
#[test]
fn misspelt_keys_are_refused_by_both() {
    let text = EVERY_KEY;
    assert!(
        parse_toml(text).report.is_empty(),
        "{:?}",
        parse_toml(text).report
    );
    assert_eq!(refusals(text), Vec::<String>::new());
    let mut seen = Vec::new();
    known_keys(&json_schema(), &mut seen);
    for key in seen {
        let wrong = misspelt(text, &key).unwrap_or_else(|| panic!("the text has no key `{key}`"));
        assert!(
            !parse_toml(&wrong).report.is_empty(),
            "the reader takes `{key}x`\n{wrong}"
        );
        assert!(!refusals(&wrong).is_empty(), "the schema takes `{key}x`\n{wrong}");
    }
}

#[test]
fn values_of_a_wrong_kind_are_refused_by_both() {
    for (right, wrong) in [
        ("args = [", "args = 4 # ["),
        ("tie = [\"a.weight = b.weight\"]", "tie = \"a.weight = b.weight\""),
        ("linear = \"in_out\"", "linear = \"sideways\""),
        ("vocab = 7", "vocab = [7]"),
    ] {
        let text = EVERY_KEY.replacen(right, wrong, 1);
        assert_ne!(text, EVERY_KEY);
        assert!(!parse_toml(&text).report.is_empty(), "{wrong}");
        assert!(!refusals(&text).is_empty(), "{wrong}");
    }
}

#[test]
fn it_uses_only_what_every_editor_knows() {
    unknown_keywords(&json_schema());
}

const EVERY_KEY: &str = r#"
[enum]
Gate = { variants = ["open"], doc = "A gate." }

[leaf.Scale]
doc = "A leaf."
args = [{ param = "dim", doc = "Its width." }]
path = "crate::Scale"
let.half = "dim / 2"
require = ["dim % 2 == 0"]
weights.weight = "[half]"
forward = "(x: [.., dim]) -> [.., dim]"

[block.Layer]
doc = "A block."
args = ["dim"]
parts.a = { part = "Linear(dim, dim)", doc = "A part." }
forward = { sig = "(x: [B, dim]) -> [B, dim]", do = ["a(x)"] }

[model.Base]
params = { vocab = 7, dim = { default = 4, doc = "A width." } }
parts.a = "Layer(dim)"
tie = ["a.weight = b.weight"]
transform = ["freeze **"]
forward.sig = "(x: [B, dim]) -> [B, dim]"
forward.do = ["a(x)"]
preset.wide = { values = { dim = 8 }, doc = "A wide one." }
checkpoint = { path = "model.safetensors", preset = "wide", head = "lm", layout = "hf" }

[model.Base.head.lm]
fold = "C"
loss = "next_token"

[model.Base.config.hf]
for = ["base"]
fields = { dim = '"dim"' }
also = ['"other" = dim']
expect = ['"kind" = 1']
ignore = ["dropout"]
keep = ["vocab"]
architecture = { Base = "base" }

[model.Base.weights.hf]
options = { linear = "in_out", rope = "half", prefix = '"model"' }
map.a = "a"
lacks = ["b"]
alias = { gamma = "weight" }
prefix = { lm = "other" }

[model.Child]
extends = "Base"
remove = ["wide"]
replace.a = "Layer(dim)"
"#;

/// The text with the first use of a key as a whole word before `=`, `.` or `]` misspelt.
fn misspelt(text: &str, key: &str) -> Option<String> {
    let is_letter = |found: Option<char>| found.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
    let at = text.match_indices(key).map(|(at, _)| at).find(|at| {
        let (before, after) = (&text[..*at], &text[at + key.len()..]);
        let named = after.starts_with([' ', '.', ']']) && !is_letter(before.chars().next_back());
        let line = before.rsplit('\n').next().unwrap_or_default();
        named && !line.contains(['\'']) && line.matches('"').count() % 2 == 0
    })?;
    Some(format!("{}{key}x{}", &text[..at], &text[at + key.len()..]))
}

fn known_keys(schema: &Value, seen: &mut Vec<String>) {
    for key in schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
    {
        if !seen.contains(key) {
            seen.push(key.clone());
        }
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|inner| known_keys(inner, seen)),
        Value::Array(items) => items.iter().for_each(|inner| known_keys(inner, seen)),
        _ => {}
    }
}

/// Where a text does not fit the schema.
fn refusals(text: &str) -> Vec<String> {
    let document = Document::parse(text).unwrap();
    let mut refused = Vec::new();
    validate(&json_schema(), &table(document.as_table()), "", &mut refused);
    refused
}

fn table(table: &dyn TableLike) -> Value {
    Value::Object(
        table
            .iter()
            .map(|(key, item)| (key.to_owned(), value(item)))
            .collect(),
    )
}

fn value(item: &Item) -> Value {
    if let Some(inner) = item.as_table_like() {
        return table(inner);
    }
    match item.as_value().unwrap() {
        toml_edit::Value::Array(list) => list
            .iter()
            .map(|inner| value(&Item::Value(inner.clone())))
            .collect(),
        toml_edit::Value::String(text) => json!(text.value()),
        toml_edit::Value::Integer(number) => json!(number.value()),
        toml_edit::Value::Float(number) => json!(number.value()),
        toml_edit::Value::Boolean(truth) => json!(truth.value()),
        other => panic!("{other}"),
    }
}

/// The part of JSON Schema that ours uses.
fn validate(schema: &Value, value: &Value, at: &str, refused: &mut Vec<String>) {
    if let Some(options) = schema["anyOf"].as_array() {
        let fits = |option: &Value| {
            let mut inner = Vec::new();
            validate(option, value, at, &mut inner);
            inner.is_empty()
        };
        if !options.iter().any(fits) {
            refused.push(format!("{at}: fits nothing"));
        }
        return;
    }
    let kind = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
    };
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let unlisted = schema["enum"]
        .as_array()
        .is_some_and(|words| !words.contains(value));
    if !types.contains(&json!(kind)) || unlisted {
        refused.push(format!("{at}: {value} is not of {types:?}"));
        return;
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        match (schema["properties"].get(key), &schema["additionalProperties"]) {
            (Some(known), _) => validate(known, inner, &at, refused),
            (None, Value::Bool(false)) => refused.push(format!("{at}: unknown")),
            (None, other) => validate(other, inner, &at, refused),
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        validate(&schema["items"], inner, at, refused);
    }
}

/// Goes through the schema's own keywords; properties are named by the language.
fn unknown_keywords(schema: &Value) {
    for (keyword, inner) in schema.as_object().into_iter().flatten() {
        assert!(KEYWORDS.contains(&keyword.as_str()), "{keyword}");
        match keyword.as_str() {
            "properties" => inner.as_object().unwrap().values().for_each(unknown_keywords),
            "anyOf" => inner.as_array().unwrap().iter().for_each(unknown_keywords),
            "items" | "additionalProperties" => unknown_keywords(inner),
            _ => {}
        }
    }
}
