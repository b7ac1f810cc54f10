//! What `ttt diff` says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod generator;

use common::family;
use proptest::prelude::*;
use serde_json::Value;
use ttt_dsl::diff::{Change, ChangeKind, TensorRow, diff, render, tensors};
use ttt_dsl::parse::parse_text;
use ttt_dsl::spec::Spec;

fn spec(text: &str) -> Spec {
    let parsed = parse_text(text);
    assert!(!parsed.report.has_errors(), "{:?}", parsed.report);
    parsed.spec
}

const FAMILIES: [&str; 3] = ["gpt2", "llama", "bert"];

#[test]
fn equal_schemas_do_not_differ() {
    for name in FAMILIES {
        let text = family(name);
        assert_eq!(diff(&spec(&text), &spec(&text)), [], "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Whatever a schema says, a word or number that is another is told, and nothing else is.
    #[test]
    fn nothing_is_passed_over(spec in generator::spec(), at in any::<prop::sample::Index>()) {
        prop_assert_eq!(diff(&spec, &spec), []);
        let mut json = serde_json::to_value(&spec).unwrap();
        let mut scalars = Vec::new();
        pointers(&json, String::new(), &mut scalars);
        prop_assume!(!scalars.is_empty());
        let scalar = json.pointer_mut(at.get(&scalars).as_str()).unwrap();
        *scalar = match &*scalar {
            Value::String(text) => Value::String(format!("{text}x")),
            Value::Bool(value) => Value::Bool(!value),
            Value::Number(number) if number.is_i64() => Value::from(number.as_i64().unwrap() ^ 1),
            other => other.clone(),
        };
        // Words of the form itself have no other spelling.
        if let Ok(other) = serde_json::from_value::<Spec>(json) {
            prop_assert_eq!(diff(&spec, &other).is_empty(), spec == other, "{}", at.get(&scalars));
        }
    }
}

/// Documentation stands in pieces without names too.
#[test]
fn documentation_of_a_replaced_part_is_told() {
    let text = "model Other extends Gpt2 { /// One.
        replace wte with Embedding(vocab, dim); }";
    let changes = diff(&spec(text), &spec(&text.replace("One", "Two")));
    insta::assert_snapshot!(render(&changes, false), @"~ doc Other: One. → Two.");
}

/// Where texts, numbers and truth values stand.
fn pointers(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            pointers(value, format!("{path}/{name}"), found);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| {
            pointers(value, format!("{path}/{index}"), found);
        }),
        Value::Null => {}
        _ => found.push(path),
    }
}

/// Edits of GPT-2's text, each with the text that takes the place of another, everywhere it stands.
const EDITS: &[(&str, &str)] = &[
    ("dim = 768,", "dim = 1024,"),
    ("tied: Bool = true,", "tied: Bool = true, window = 128,"),
    ("dropout: Float = 0.0,", "dropout: Int = 0,"),
    ("require dim % heads == 0;\n        wte", "wte"),
    ("ln_f: LayerNorm(dim, eps: eps);", "ln_f: RmsNorm(dim, eps: eps);"),
    (
        "attn: Attention(dim, heads, causal: true);",
        "attn: Attention(dim, heads);",
    ),
    (
        "wte: Embedding(vocab, dim);\n        wpe: Embedding(ctx, dim);",
        "wpe: Embedding(ctx, dim);\n        wte: Embedding(vocab, dim);",
    ),
    ("x + drop(mlp(ln_2(x)))", "x + mlp(ln_2(x))"),
    ("let x = x + drop(attn(ln_1(x)));", "let x = x + attn(ln_1(x));"),
    (
        "forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {",
        "forward(input_ids: Int[B, T]) -> last_hidden_state: [T, B, dim] {",
    ),
    (
        "tie logits.weight = wte.weight if tied;\n            forward",
        "forward",
    ),
    ("loss span;", ""),
    ("preset nano { dim: 384, heads: 6, layers: 6 }", ""),
    (
        "preset medium { dim: 1024, heads: 16, layers: 24 }",
        "preset medium { dim: 1024, heads: 16, layers: 25 }",
    ),
    ("dim: \"n_embd\" or 768,", "dim: \"hidden_size\" or 768,"),
    (
        "expect \"scale_attn_weights\" = true,",
        "expect \"scale_attn_weights\" = false,",
    ),
    ("ignore \"n_ctx\",", ""),
    (
        "architecture \"GPT2Model\" => base,",
        "architecture \"GPT2Model\" => lm,",
    ),
    ("config hf(\"gpt2\")", "config hf(\"gpt2\", \"gpt3\")"),
    ("linear: in_out", "linear: out_in"),
    ("\"wpe\" => wpe,", "\"wpe\" => wte,"),
    ("\"ln_f\" => ln_f,", "\"final_norm\" => ln_f,"),
    ("\"h.{i}.attn.masked_bias\" => skip,", ""),
    ("lacks question_answering,", ""),
    ("/// Scores of every token.\n", "/// A score for every token.\n"),
];

/// Names of GPT-2's text that stand for one thing, each with another name for it.
const RENAMES: &[(&str, &str)] = &[
    ("ln_1", "norm_before"),
    ("wte", "tokens"),
    ("h", "layer"),
    ("Gpt2Block", "DecoderLayer"),
    ("layers", "depth"),
    ("lm", "language_model"),
    ("summary_dropout", "dropout_of_summary"),
    ("medium", "middle"),
    ("last_hidden_state", "hidden_state"),
];

/// A name that is changed wherever it stands is told once.
#[test]
fn another_name_is_told_once() {
    let text = family("gpt2");
    let mut said = String::new();
    for (from, to) in RENAMES {
        let changes = diff(&spec(&text), &spec(&renamed(&text, from, to)));
        said.push_str(&render(&changes, false));
        assert_eq!(changes.len(), 1, "{}", render(&changes, false));
    }
    insta::assert_snapshot!(said, @r"
    > part Gpt2Block.ln_1: is now norm_before
    > part Gpt2.wte: is now tokens
    > part Gpt2.h: is now layer
    > block Gpt2Block: is now DecoderLayer
    > param Gpt2.layers: is now depth
    > head Gpt2.lm: is now language_model
    > param Gpt2.double_heads.summary_dropout: is now dropout_of_summary
    > preset Gpt2.medium: is now middle
    > output Gpt2.last_hidden_state: is now hidden_state
    ");
}

/// A param of a block is also named where the block is called.
#[test]
fn another_name_of_a_param_is_told_once() {
    let text = "
        block Inner(dim, width) { up: Linear(dim, width); forward(x: [B, dim]) -> [B, width] { up(x) } }
        block Outer(dim) { inner: Inner(dim, width: 2 * dim); forward(x: [B, dim]) -> [B, 2 * dim] { inner(x) } }";
    let changes = diff(&spec(text), &spec(&renamed(text, "width", "hidden")));
    assert_eq!(render(&changes, false), "> param Inner.width: is now hidden\n");
}

/// The text with another name, but for what stands in quotes.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let replace = |text: &str| {
        let mut made = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(from) {
            let (before, after) = (&rest[..at], &rest[at + from.len()..]);
            let whole = !made
                .chars()
                .chain(before.chars())
                .next_back()
                .is_some_and(is_word)
                && !after.starts_with(is_word);
            made.push_str(before);
            made.push_str(if whole { to } else { from });
            rest = after;
        }
        made + rest
    };
    let pieces = text.split('"').enumerate();
    let pieces: Vec<String> = pieces
        .map(|(at, piece)| {
            if at % 2 == 0 {
                replace(piece)
            } else {
                piece.to_owned()
            }
        })
        .collect();
    pieces.join("\"")
}

/// Every edit is one line that names it.
#[test]
fn an_edit_is_told_in_one_line() {
    let text = family("gpt2");
    let before = spec(&text);
    let mut said = String::new();
    for (from, to) in EDITS {
        assert!(text.contains(from), "{from}");
        let changes = diff(&before, &spec(&text.replace(from, to)));
        said.push_str(&format!("{from:?} → {to:?}\n{}\n", render(&changes, false)));
        assert_eq!(changes.len(), 1, "{said}");
    }
    insta::assert_snapshot!("diff_edits", said);
}

/// Every piece that is taken out of a schema, or put in, is told as that and nothing else.
#[test]
fn what_is_missing_is_named() {
    for name in FAMILIES {
        let whole = spec(&family(name));
        for (missing, what, path) in without_one(&whole) {
            let line = |kind: ChangeKind| (kind, what.to_string(), path.clone());
            assert_eq!(lines(&diff(&whole, &missing)), [line(ChangeKind::Removed)]);
            assert_eq!(lines(&diff(&missing, &whole)), [line(ChangeKind::Added)]);
        }
    }
}

fn lines(changes: &[Change]) -> Vec<(ChangeKind, String, String)> {
    let line = |change: &Change| (change.kind, change.what.clone(), change.path.clone());
    changes.iter().map(line).collect()
}

/// The schema without each of its presets, heads, params, parts, and entries of tables.
fn without_one(spec: &Spec) -> Vec<(Spec, &'static str, String)> {
    let mut found = Vec::new();
    let model = &spec.models[0];
    let mut without = |what: &'static str, path: String, remove: &dyn Fn(&mut Spec)| {
        let mut spec = spec.clone();
        remove(&mut spec);
        found.push((spec, what, path));
    };
    for (at, item) in model.presets.iter().enumerate() {
        let path = format!("{}.{}", model.name, item.name);
        without("preset", path, &|spec| drop(spec.models[0].presets.remove(at)));
    }
    for (at, item) in model.heads.iter().enumerate() {
        let path = format!("{}.{}", model.name, item.name);
        without("head", path, &|spec| drop(spec.models[0].heads.remove(at)));
    }
    for (at, item) in model.params.iter().enumerate() {
        let path = format!("{}.{}", model.name, item.name);
        without("param", path, &|spec| drop(spec.models[0].params.remove(at)));
    }
    for (at, item) in model.body.parts.iter().enumerate() {
        let path = format!("{}.{}", model.name, item.name);
        without("part", path, &|spec| drop(spec.models[0].body.parts.remove(at)));
    }
    for (table, weights) in model.weights.iter().enumerate() {
        for (at, item) in weights.entries.iter().enumerate() {
            let path = format!("{}.{}.{:?}", model.name, weights.format, item.source);
            let remove = |spec: &mut Spec| drop(spec.models[0].weights[table].entries.remove(at));
            without("weights entry", path, &remove);
        }
    }
    for (table, config) in model.configs.iter().enumerate() {
        for (at, item) in config.entries.iter().enumerate() {
            let path = format!("{}.{}.{}", model.name, config.format, item.param);
            let remove = |spec: &mut Spec| drop(spec.models[0].configs[table].entries.remove(at));
            without("config entry", path, &remove);
        }
    }
    found
}

#[test]
fn tensors_are_matched_by_name_and_then_by_shape_and_likeness() {
    let row = |name: &str, shape: &[usize], dtype: &str| TensorRow {
        name: name.into(),
        shape: shape.to_vec(),
        dtype: Some(dtype.into()),
    };
    let left = [
        row("h.0.ln_1.weight", &[8], "F32"),
        row("h.0.attn.q.weight", &[8, 8], "F32"),
        row("wte.weight", &[50, 8], "F32"),
        row("extra", &[3], "F32"),
    ];
    let right = [
        row("h.0.ln_one.weight", &[8], "F32"),
        row("h.0.attn.q.weight", &[8, 16], "F32"),
        row("wte.weight", &[50, 8], "F16"),
    ];
    assert_eq!(tensors(&left, &left), []);
    let layers = [
        row("h.0.up", &[2], "F32"),
        row("h.1.up", &[2], "F32"),
        row("h.2.up", &[3], "F32"),
    ];
    assert_eq!(
        render(&tensors(&layers, &[]), false),
        "- tensor h.*.up (2): F32 [2]\n- tensor h.2.up: F32 [3]\n"
    );
    insta::assert_snapshot!(render(&tensors(&left, &right), false), @r"
    > tensor h.0.ln_1.weight: is now h.0.ln_one.weight
    - tensor extra: F32 [3]
    ~ tensor h.0.attn.q.weight: F32 [8, 8] → F32 [8, 16]
    ~ tensor wte.weight: F32 [50, 8] → F16 [50, 8]
    ");
}

#[test]
fn colours_are_told_apart_and_optional() {
    let changes = diff(&spec("enum A { b }"), &spec("enum A { b, c(\"d\") }"));
    assert_eq!(render(&changes, false), "+ variant A.c: d\n");
    assert_eq!(render(&changes, true), "\x1b[32m+ variant A.c\x1b[0m: d\n");
}
