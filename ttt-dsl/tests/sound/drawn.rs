//! A whole schema, drawn: blocks, one of them an argument of another, a model with heads and a preset.

use super::random::Random;
use super::steps::{Local, Steps};

/// A schema, and numbers to try it with.
pub struct Drawn {
    pub text: String,
    /// Values of whole-number params: `dim`, `heads`, `hidden`, `layers`; and of `flag`.
    pub values: Vec<(&'static str, i64)>,
    pub flag: bool,
    /// Sequences, texts in each where a head folds, tokens in each.
    pub sizes: [usize; 3],
}

/// The heads that a model may have. The last one folds.
pub const HEADS: [&str; 3] = ["lm", "classify", "choose"];

/// Draws a schema; a `wild` one may have mistakes.
pub fn draw(seed: u64, wild: bool) -> Drawn {
    let mut random = Random::new(seed);
    let (first, second) = (
        block("First", false, &mut random, wild),
        block("Second", true, &mut random, wild),
    );
    let values = numbers(&mut random);
    let text = format!(
        "{first}\n{second}\n{}",
        model("Drawn", &values, &mut random, wild)
    );
    Drawn {
        text,
        values: numbers(&mut random),
        flag: random.once_in(2),
        sizes: [random.between(1, 3), random.between(1, 2), random.between(2, 5)],
    }
}

/// Sizes that keep what the blocks require.
fn numbers(random: &mut Random) -> Vec<(&'static str, i64)> {
    let heads = random.between(1, 3);
    let dim = heads * random.between(1, 3);
    let sizes = [
        ("dim", dim),
        ("heads", heads),
        ("hidden", random.between(1, 7)),
        ("layers", random.between(1, 2)),
    ];
    sizes.map(|(name, size)| (name, size as i64)).to_vec()
}

fn block(name: &str, takes_block: bool, random: &mut Random, wild: bool) -> String {
    let count = random.between(2, 9);
    let mut steps = begun(random, wild, takes_block);
    steps.locals.push(local("x", &["B", "T", "dim"]));
    let extra = steps.random.once_in(2);
    if extra {
        steps.locals.push(local("y", &["B", "T", "hidden"]));
    }
    if takes_block {
        steps.parts.push("inner: ffn(dim);".to_owned());
    }
    steps.take(count);
    let result = steps
        .last_of(&["B", "T", "dim"])
        .map_or("x".to_owned(), |local| local.name);
    let param = if takes_block { ", ffn: Block" } else { "" };
    let input = if extra { ", y: [B, T, hidden] = 0.5" } else { "" };
    format!(
        "block {name}(dim, heads, hidden, flag: Bool, act: Activation, rate: Float{param}) {{
{LETS}
    {}
    forward(x: [B, T, dim]{input}) -> [B, T, dim] {{
        {}
        x + {result}
    }}
}}",
        steps.parts.join("\n    "),
        steps.statements.join("\n        ")
    )
}

/// Sizes that no polynomial can say, beside those that one can.
const LETS: &str = "    require dim % heads == 0;
    let head_dim = dim / heads;
    let wide = round_up(hidden, 4) + ceil_div(dim, 3);
    let either = if flag { max(dim, hidden) } else { min(dim, 2 * hidden) };";

fn model(name: &str, values: &[(&str, i64)], random: &mut Random, wild: bool) -> String {
    let params: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let flag = random.once_in(2);
    let count = random.between(0, 6);
    let mut steps = begun(random, wild, false);
    steps.locals.push(local("embedded", &["B", "T", "dim"]));
    let inner = [
        "Mlp(hidden: hidden)",
        "SwiGlu(hidden: 2 * dim)",
        "First(heads: heads, hidden: hidden, flag: flag, act: act, rate: rate)",
    ];
    let inner = *steps.random.pick(&inner);
    for part in [
        "embed: Embedding(vocab, dim);".to_owned(),
        "place: Embedding(ctx, dim);".to_owned(),
        "first: [First(dim, heads, hidden, flag, act, rate); layers];".to_owned(),
        format!("second: Second(dim, heads, hidden, flag, act, rate, {inner});"),
        "pool: Linear(dim, hidden) if flag;".to_owned(),
    ] {
        steps.parts.push(part);
    }
    steps
        .statements
        .push("let embedded = embed(input_ids) + place(positions(input_ids));".to_owned());
    let body = steps.bind(
        "second(first(embedded))".to_owned(),
        local("", &["B", "T", "dim"]).dims,
    );
    steps.take(count);
    let result = steps
        .last_of(&["B", "T", "dim"])
        .map_or(body.name, |local| local.name);
    format!(
        "model {name} {{
    params {{ vocab = 11, ctx = 9, {}, flag: Bool = {flag}, act: Activation = gelu, rate: Float = 0.5 }}
{LETS}
    {}
    forward(input_ids: Int[B, T]) -> (last: [B, T, dim], pooled: [B, hidden] if flag) {{
        {}
        ({result}, if flag {{ pool({result}[:, 0]) }})
    }}
    head lm {{
        logits: Linear(dim, vocab, bias: false);
        tie logits.weight = embed.weight;
        forward(last: [B, T, dim]) -> logits: [B, T, vocab] {{ logits(last) }}
        loss next_token;
    }}
    head classify(classes = 3) {{
        score: Linear(dim, classes);
        forward(last: [B, T, dim], input_ids: Int[B, T]) -> logits: [B, classes] {{
            score(pick(last, last_token(input_ids)))
        }}
        loss cross_entropy;
    }}
    head choose {{
        fold C;
        score: Linear(dim, 1);
        forward(last: [B, C, T, dim]) -> logits: [B, C] {{ score(mean(last, axis: 2))[:, :, 0] }}
        loss cross_entropy;
    }}
    preset other {{ flag: true, hidden: 5 }}
}}",
        params.join(", "),
        steps.parts.join("\n    "),
        steps.statements.join("\n        "),
    )
}

fn begun(random: &mut Random, wild: bool, inner: bool) -> Steps<'_> {
    Steps {
        random,
        wild,
        parts: Vec::new(),
        statements: Vec::new(),
        locals: Vec::new(),
        inner,
    }
}

fn local(name: &str, dims: &[&str]) -> Local {
    Local {
        name: name.to_owned(),
        dims: dims.iter().map(|dim| (*dim).to_owned()).collect(),
    }
}
