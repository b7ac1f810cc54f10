//! The keys of the TOML spelling: what the reader knows, what the JSON Schema says and what the formatter goes by.

use crate::parse::{LINEAR_LAYOUTS, ROPE_PAIRINGS};

/// What stands under a key.
#[derive(Debug)]
pub(crate) enum Form {
    /// A text that is kept as it stands.
    Text,
    /// A text in the Rust-like spelling.
    Source,
    /// A text that is one of these words.
    Word(&'static [&'static str]),
    /// A number, a boolean, or a text with an expression.
    Value,
    /// A list.
    List(&'static Form),
    /// One, or a list of several.
    OneOrMore(&'static Form),
    /// A table with these keys.
    Table(&'static [&'static [Key]]),
    /// A table whose keys its author chooses.
    Named(&'static Form),
    /// The first form or, where there is more to say, a table with these keys.
    Short(&'static Form, &'static [Key]),
}

/// A key that the reader knows.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What it is for, with an example.
    pub(crate) about: &'static str,
    pub(crate) form: Form,
}

const fn key(name: &'static str, about: &'static str, form: Form) -> Key {
    Key { name, about, form }
}

const SOURCES: Form = Form::List(&Form::Source);
const TEXTS: Form = Form::List(&Form::Text);

const DOC: Key = key("doc", "Documentation.", Form::Text);
const ARGS: Key = key(
    "args",
    "Params, in order: [\"dim\", \"eps: Float = 1e-5\"].",
    Form::List(&Form::Short(&Form::Source, ARG)),
);
const LET: Key = key(
    "let",
    "Static values: let.head_dim = \"dim / heads\".",
    Form::Named(&Form::Value),
);
const REQUIRE: Key = key(
    "require",
    "Conditions, each with why if it needs saying: ['dim % heads == 0, \"why\"'].",
    SOURCES,
);

/// The kinds of items.
pub(crate) const ROOT: &[Key] = &[
    key(
        "enum",
        "Enumerations: Gate = [\"open\", 'shut(\"closed\")'].",
        Form::Named(&Form::Short(&SOURCES, ENUM)),
    ),
    key(
        "leaf",
        "Modules written in Rust, with their tensors and signatures.",
        Form::Named(&Form::Table(&[LEAF])),
    ),
    key(
        "block",
        "Blocks: parts and what is computed with them.",
        Form::Named(&Form::Table(&[BLOCK, BODY])),
    ),
    key(
        "model",
        "Architectures with params, heads, presets, config and weights tables.",
        Form::Named(&Form::Table(&[MODEL, BODY])),
    ),
];

pub(crate) const ENUM: &[Key] = &[
    key(
        "variants",
        "Variants, each with the spellings of foreign configurations.",
        SOURCES,
    ),
    DOC,
];

/// Functions, which only the standard library declares.
pub(crate) const FUNCTION: &[Key] = &[key("sig", "Inputs and output.", Form::Source), REQUIRE, DOC];

pub(crate) const LEAF: &[Key] = &[
    DOC,
    ARGS,
    key("path", "The Rust type: \"crate::Gate\".", Form::Source),
    LET,
    REQUIRE,
    key(
        "weights",
        "Tensors: weights.weight = \"tieable [out_dim, in_dim] if bias\".",
        Form::Named(&Form::Source),
    ),
    key(
        "forward",
        "The signature: \"(x: [.., dim]) -> [.., dim]\".",
        Form::Source,
    ),
];

/// What blocks, models and heads have in common.
pub(crate) const BODY: &[Key] = &[
    LET,
    REQUIRE,
    key(
        "parts",
        "Parts: parts.h = \"[Layer(dim, heads); layers]\", parts.pool = \"Linear(dim, dim) if pooled\".",
        Form::Named(&Form::Short(&Form::Source, PART)),
    ),
    key(
        "tie",
        "Tensors without storage of their own: [\"logits.weight = wte.weight if tied\"].",
        SOURCES,
    ),
    key("forward", "What is computed.", Form::Table(&[FORWARD])),
];

pub(crate) const PART: &[Key] = &[key("part", "The part: \"Linear(dim, dim)\".", Form::Source), DOC];

pub(crate) const FORWARD: &[Key] = &[
    key(
        "sig",
        "Inputs and outputs: \"(x: [B, T, dim]) -> [B, T, dim]\".",
        Form::Source,
    ),
    key(
        "do",
        "Statements and, last, the result: [\"let x = x + attn(ln_1(x))\", \"x\"].",
        SOURCES,
    ),
];

pub(crate) const BLOCK: &[Key] = &[DOC, ARGS];

pub(crate) const ARG: &[Key] = &[
    key("param", "The param: \"eps: Float = 1e-5\".", Form::Source),
    DOC,
];

pub(crate) const MODEL: &[Key] = &[
    DOC,
    key("extends", "The model that it copies.", Form::Source),
    key(
        "params",
        "Params with defaults: { vocab = 50257, hidden = \"4 * dim\", act = \"Activation = gelu_tanh\" }.",
        Form::Named(&Form::Short(&Form::Value, PARAM)),
    ),
    key(
        "remove",
        "Parts, heads, presets, params or ties that are not copied.",
        SOURCES,
    ),
    key(
        "replace",
        "Parts in the place of copied ones: replace.h = \"[Other(dim); layers]\".",
        Form::Named(&Form::Short(&Form::Source, PART)),
    ),
    key(
        "transform",
        "Changes by path patterns, in order: [\"freeze **\", \"lora h[*].attn.{q, v}(rank: 8)\"].",
        SOURCES,
    ),
    key(
        "head",
        "Parts and losses on top of the model.",
        Form::Named(&Form::Table(&[HEAD, BODY])),
    ),
    key(
        "preset",
        "Values that differ from the defaults: medium = { dim = 1024, heads = 16 }.",
        Form::Named(&Form::Short(&Form::Named(&Form::Value), PRESET)),
    ),
    key(
        "config",
        "How foreign configurations fill the params, a table per format.",
        Form::Named(&Form::Table(&[CONFIG])),
    ),
    key(
        "weights",
        "Where tensors come from in foreign checkpoints, a table per format.",
        Form::Named(&Form::Table(&[WEIGHTS])),
    ),
    key(
        "checkpoint",
        "Checkpoints that the model fits: { path = \"model.safetensors\", preset = \"small\" }, or a list of them.",
        Form::OneOrMore(&Form::Table(&[CHECKPOINT])),
    ),
];

pub(crate) const CHECKPOINT: &[Key] = &[
    key(
        "path",
        "The file or directory, from the folder of this file.",
        Form::Text,
    ),
    key("preset", "The preset whose numbers it has.", Form::Source),
    key("head", "What is built on it: a head, or base.", Form::Source),
    key(
        "layout",
        "The weights table that it is read with, hf or gguf, or own: the model's own paths.",
        Form::Source,
    ),
];

pub(crate) const PARAM: &[Key] = &[key("default", "The default, and its kind.", Form::Value), DOC];

pub(crate) const HEAD: &[Key] = &[
    DOC,
    ARGS,
    key(
        "fold",
        "A further dimension of the inputs, folded into their first: \"C\".",
        Form::Source,
    ),
    key(
        "loss",
        "What it is trained with: \"next_token\".",
        Form::OneOrMore(&Form::Source),
    ),
];

pub(crate) const PRESET: &[Key] = &[
    key(
        "values",
        "Values that differ from the defaults.",
        Form::Named(&Form::Value),
    ),
    DOC,
];

pub(crate) const CONFIG: &[Key] = &[
    key("for", "The model types that it answers to: [\"gpt2\"].", TEXTS),
    key(
        "fields",
        "What fills each param: { vocab = '\"vocab_size\" or 50257' }.",
        Form::Named(&Form::Value),
    ),
    key(
        "also",
        "Keys that are written too: ['\"rope.dimension_count\" = head_dim'].",
        SOURCES,
    ),
    key(
        "expect",
        "Keys that hold nothing else: ['\"scale_attn_weights\" = true'].",
        SOURCES,
    ),
    key("ignore", "Keys that change nothing: [\"attn_pdrop\"].", TEXTS),
    key(
        "keep",
        "Params that stay at their defaults: [\"dropout\"].",
        SOURCES,
    ),
    key(
        "architecture",
        "The head of each class: { GPT2LMHeadModel = \"lm\", GPT2Model = \"base\" }.",
        Form::Named(&Form::Source),
    ),
];

pub(crate) const WEIGHTS: &[Key] = &[
    key(
        "options",
        "How the format lays tensors out.",
        Form::Table(&[OPTIONS]),
    ),
    key(
        "map",
        "Names and what they fill: map.\"h.{i}.ln_1\" = \"h[i].ln_1\".",
        Form::Named(&Form::OneOrMore(&Form::Source)),
    ),
    key(
        "lacks",
        "Parts and heads that the format has no tensors for.",
        SOURCES,
    ),
    key(
        "alias",
        "Other spellings of last segments: { gamma = \"weight\" }.",
        Form::Named(&Form::Text),
    ),
    key(
        "prefix",
        "Heads whose checkpoints have another prefix: { question_answering = \"transformer\" }.",
        Form::Named(&Form::Text),
    ),
];

pub(crate) const OPTIONS: &[Key] = &[
    key(
        "linear",
        "How linear weights are stored.",
        Form::Word(&LINEAR_LAYOUTS),
    ),
    key(
        "rope",
        "How rotary dimensions are paired.",
        Form::Word(&ROPE_PAIRINGS),
    ),
    key(
        "prefix",
        "The segment that tensors of the base carry in a checkpoint with a head: '\"transformer\"'.",
        Form::Source,
    ),
];
