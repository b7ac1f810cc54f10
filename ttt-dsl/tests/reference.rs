//! Statements of `docs/language.md` that no other test is about, each tried.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{codes, shown};

/// A body around parts, lets and statements; `x` is `[B, T, dim]`.
fn block(items: &str, computation: &str) -> String {
    format!(
        "enum Gate {{ open, shut(\"closed\") }}
        block A(dim, heads, many: Int = 0, rate: Float = 0.5, on: Bool = true, gate: Gate = open) {{
            require dim % heads == 0;
            {items}
            forward(x: [B, T, dim]) -> [B, T, dim] {{ {computation} }}
        }}"
    )
}

fn model(items: &str) -> String {
    format!(
        "model M {{
            params {{ dim = 4, on: Bool = true }}
            {items}
            forward(x: [B, T, dim]) -> last: [B, T, dim] {{ x }}
        }}"
    )
}

#[test]
fn what_the_reference_allows() {
    let mut wrong = Vec::new();
    for (statement, text) in [
        (
            "The language's own words may name parts",
            block("head: Linear(dim, dim);", "head(x)"),
        ),
        (
            "Lists may end in a comma",
            block("l: Linear(dim, dim,);", "l(x,)"),
        ),
        (
            "A variant's own name is always accepted",
            block("let a = if gate == shut { 1 } else { 2 };", "x * a"),
        ),
        (
            "A Dim converts to an Int and a Float",
            block("d: Dropout(rate: 1 / (dim + 1.0));", "d(x)"),
        ),
        ("On Floats `/` is division", block("let a = rate / 3.0;", "x * a")),
        (
            "`dim % heads == 0` licenses `dim / heads`",
            block(
                "l: Linear(dim, dim / heads); m: Linear(dim / heads, dim);",
                "m(l(x))",
            ),
        ),
        (
            "Static functions",
            block(
                "let a = min(dim, heads) + ceil_div(dim, 3) + round_up(dim, 8);",
                "x * a",
            ),
        ),
        (
            "A part that is a Parameter leaf is used by its name",
            block("s: Vector(dim);", "x * s"),
        ),
        (
            "`part.weight` names a tensor",
            block("l: Linear(dim, dim);", "l(x) * mean(l.weight, axis: 0)"),
        ),
        (
            "A repeated part folds",
            block("l: [|i| Linear(dim, dim, init_std: 0.1 * i); heads];", "l(x)"),
        ),
        (
            "Negative indices count from the end",
            block("", "concat([x[:, 1:], x[:, -1:]], axis: 1)"),
        ),
        (
            "A missing dimension or a 1 stretches",
            block("", "x + mean(x, axis: 1, keep: true)"),
        ),
        (
            "A part declared `if c` is called inside `if c`",
            block("l: Linear(dim, dim) if on;", "if on { l(x) } else { x }"),
        ),
        (
            "Every new axis but one is given",
            block(
                "",
                "rearrange(rearrange(x, \"b t (h d) -> b h t d\", h: heads), \"b h t d -> b t (h d)\")",
            ),
        ),
        (
            "An input with a default may be left out",
            block("", "x")
                + "block C(dim) { a: D(dim); forward(x: [B, dim]) -> [B, dim] { a(x) } } block D(dim) { forward(x: [B, dim], y: [B, dim] = 0.0) -> [B, dim] { x + y } }",
        ),
        (
            "A head's inputs are the base's inputs too",
            model("head h { l: Linear(dim, dim); forward(x: [B, T, dim]) -> [B, T, dim] { l(x) } }"),
        ),
        (
            "A config's enum, `len` and `present`",
            model("config hf(\"m\") { dim: \"a.b\" or len(\"c\") or 2 * 2, on: present(\"d\") or true }"),
        ),
    ] {
        let warnings_aside: Vec<&str> = codes(&text).into_iter().filter(|code| *code != "T111").collect();
        if !warnings_aside.is_empty() {
            wrong.push(format!("{statement}\n{}", shown(&text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_reference_forbids() {
    let mut wrong = Vec::new();
    for (statement, code, text) in [
        ("A user's name differs from the standard ones", "T102", "block Linear(dim) { forward(x: [dim]) -> [dim] { x } }".to_owned()),
        ("Doc comments are an error elsewhere", "T002", block("/// no\n let a = 2;", "x * a")),
        ("Rust's keywords cannot be names", "T005", block("type: Linear(dim, dim);", "x")),
        ("Comparisons do not chain", "T002", block("require 1 < dim < 4;", "x")),
        ("Numbers take no suffix", "T007", block("let a = 2u8;", "x * a")),
        ("An Int may not stand in shapes", "T205", block("l: Linear(dim, many);", "x + mean(l(x))")),
        ("An Int never converts back to a Dim", "T205", block("l: Vector(many + 1);", "x + mean(l)")),
        ("Defaults see params declared before them", "T103", "block A(a = b, b = 2) { forward(x: [B, a]) -> [B, a] { x * b } }".to_owned()),
        ("A let without `else` is no value", "T315", block("l: Linear(dim, dim);", "let y = if on { l(x) }; x + y")),
        ("A callee's require must be provable", "T401", "block A(dim, heads) { a: Attention(dim, heads); forward(x: [B, T, dim]) -> [B, T, dim] { a(x) } }".to_owned()),
        ("A capital name is bound by an input", "T308", "block A(dim) { forward(x: [B, dim]) -> [B, S] { x } }".to_owned()),
        ("`..` is for leaves and functions", "T307", "block A(dim) { forward(x: [.., dim]) -> [B, dim] { x } }".to_owned()),
        ("A body's names are distinct", "T101", block("let l = 2; l: Linear(dim, dim);", "l(x)")),
        ("A model's params have defaults", "T206", "model M { params { dim } forward(x: [B, dim]) -> [B, dim] { x } }".to_owned()),
        ("Every param has an entry or a keep", "T606", model("config hf(\"m\") { dim: \"a\" }")),
        ("`remove` only with `extends`", "T512", model("remove dim;")),
        ("Losses are the runtime's", "T508", model("head h { l: Linear(dim, dim); forward(last: [B, T, dim]) -> [B, T, dim] { l(last) } loss hinge; }")),
    ] {
        let errors: Vec<&str> = codes(&text).into_iter().filter(|code| *code != "T111").collect();
        if errors != [code] {
            wrong.push(format!("{statement}, {code}\n{}", shown(&text)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
