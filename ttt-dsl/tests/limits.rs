//! Sources that no person writes: they end in diagnostics, soon, and never in a panic, a hang or an overflowing stack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::codes;
use proptest::collection::vec;
use proptest::prelude::*;
use ttt_dsl::check::check;
use ttt_dsl::diagnostic::human;
use ttt_dsl::instance::{Scalar, Values, instantiate};
use ttt_dsl::parse::{parse_text, parse_tokens};
use ttt_dsl::print;
use ttt_dsl::toml::parse_toml;

#[test]
fn brackets_stand_so_deep_and_no_deeper() {
    for depth in [1, 60] {
        assert_eq!(codes(&block(&in_brackets("x", depth))), [""; 0]);
    }
    for depth in [65, 10_000, 100_000] {
        assert_eq!(codes(&block(&in_brackets("x", depth))), ["T012"]);
        assert_eq!(codes(&model(&in_brackets("1", depth))), ["T012"]);
        assert_eq!(codes(&"[".repeat(depth)), ["T001"]);
        let toml = format!("[model.A]\nparams.a = \"{}\"", in_brackets("1", depth));
        assert_eq!(parse_toml(&toml).report.diagnostics.len(), 1);
    }
}

#[test]
fn expressions_are_so_long_and_no_longer() {
    for length in [1, 250, 10_000, 100_000] {
        let expected: &[&str] = if length < 256 { &[] } else { &["T012"] };
        assert_eq!(codes(&block(&format!("x{}", " + x".repeat(length)))), expected);
        assert_eq!(codes(&block(&format!("{}x", "- ".repeat(length)))), expected);
        assert_eq!(codes(&model(&format!("1{}", " + 1".repeat(length)))), expected);
        assert_eq!(
            codes(&model(&format!(
                "{}{{ 1 }}",
                "if true { 1 } else ".repeat(length)
            ))),
            expected
        );
    }
}

/// What is nested as deep as may be is still checked, printed and read again.
#[test]
fn the_deepest_expression_is_read_again() {
    let text = block(&format!("x{}", " + x".repeat(255)));
    let spec = common::program(&text).spec;
    assert_eq!(parse_text(&print::rust(&spec)).spec, spec);
    assert_eq!(parse_toml(&print::toml(&spec)).spec, spec);
}

#[test]
fn powers_of_powers_are_too_large() {
    let squares: String = (1..40)
        .map(|step| format!("let a{step} = a{0} * a{0}; ", step - 1))
        .collect();
    let text = format!("block A(a0) {{ {squares} forward(x: [B, a0]) -> [B, a0] {{ x * a39 }} }}");
    assert_eq!(codes(&text), ["T210"]);
}

#[test]
fn conditions_over_products_of_many_names_stay_unknown() {
    let names: Vec<String> = (0..40).map(|index| format!("p{index}")).collect();
    let (list, product) = (names.join(", "), names.join(" * "));
    let text = format!(
        "leaf L(size) = crate::L {{ require size > 1; value: [size]; }}
        block A({list}) {{ l: L({product}); forward(x: [B, p0]) -> [B, p0] {{ x * mean(l, axis: 0) }} }}"
    );
    assert!(codes(&text).contains(&"T401"));
}

#[test]
fn blocks_that_double_are_too_many() {
    let double = |level: usize| {
        let inner = level + 1;
        format!(
            "block A{level}(dim) {{ a: A{inner}(dim); b: A{inner}(dim); forward(x: [B, dim]) -> [B, dim] {{ a(b(x)) }} }}"
        )
    };
    let blocks: String = (0..40).map(double).collect();
    let text = format!(
        "{blocks} block A40(dim) {{ l: Linear(dim, dim); forward(x: [B, dim]) -> [B, dim] {{ l(x) }} }}
        model M {{ params {{ dim = 4 }} a: A0(dim); forward(x: [B, dim]) -> [B, dim] {{ a(x) }}"
    );
    assert_eq!(codes(&format!("{text} }}")), ["T404"]);
    assert_eq!(
        codes(&format!("{text} weights hf {{ \"x\" => skip }} }}")),
        ["T012"]
    );
}

#[test]
fn conditions_about_conditions_are_too_large() {
    let expr = (0..40).fold("p".to_owned(), |expr, _| format!("(p == {expr})"));
    let text =
        format!("block A(dim, p: Bool) {{ require {expr}; forward(x: [B, dim]) -> [B, dim] {{ x }} }}");
    assert_eq!(codes(&text), ["T012"]);
}

#[test]
fn a_million_million_layers_are_too_many() {
    let text = "model M {
        params { dim = 4, layers = 2 }
        a: [Linear(dim, dim); layers];
        forward(x: [B, dim]) -> [B, dim] { a(x) }
    }";
    assert_eq!(
        codes(&text.replace("layers = 2", "layers = 1000000000000")),
        ["T404"]
    );
    let values = Values::from_iter([("layers".to_owned(), Scalar::Int(1_000_000_000_000))]);
    let error = instantiate(&common::program(text), "M", None, &values).unwrap_err();
    assert_eq!(error.to_string(), "a: the model has too many parts");
}

#[test]
fn numbers_without_an_address_are_too_many() {
    let one =
        "model M { params { n = 4000000000000 } a: Linear(n, n); forward(x: [B, n]) -> [B, n] { a(x) } }";
    let several = "model M {
        params { n = 60000000000000000 }
        a: Vector(n); b: Vector(n);
        forward(x: [B, n]) -> [B, n] { x + a + b }
    }";
    assert_eq!(codes(one), ["T404"]);
    assert_eq!(codes(several), ["T404"]);
}

#[test]
fn arithmetic_at_its_edges() {
    for (expr, expected) in [
        ("1 / 0", "T211"),
        ("1 % 0", "T211"),
        ("ceil_div(1, 0)", "T211"),
        ("round_up(1, -1)", "T205"),
        ("9223372036854775807 + 1", "T210"),
        ("-9223372036854775808 - 1", "T210"),
        ("- -9223372036854775808", "T210"),
        ("-9223372036854775808 / -1", "T211"),
        ("-9223372036854775808 % -1", "T210"),
        ("9223372036854775807 * 9223372036854775807", "T210"),
        ("round_up(9223372036854775807, 2)", "T210"),
        ("9223372036854775808", "T007"),
        ("1e400", "T007"),
        ("-1", "T209"),
        ("0", "T209"),
        ("min(1, 0)", "T209"),
        ("pow(2, 1000)", "T205"),
        ("1.0 / 0.0", "T205"),
    ] {
        assert_eq!(codes(&model(expr)), [expected], "{expr}");
    }
}

#[test]
fn circles_are_said_once() {
    let forward = "forward(x: [B, dim]) -> [B, dim] { a(x) }";
    for text in [
        format!("block A(dim) {{ a: A(dim); {forward} }}"),
        format!("block A(dim) {{ a: C(dim); {forward} }} block C(dim) {{ a: A(dim); {forward} }}"),
        format!(
            "block A(dim, f: Block) {{ a: A(dim, A(f: f)); {forward} }} block C(dim) {{ a: A(dim, Mlp); {forward} }}"
        ),
        format!(
            "block A(dim, f: Block) {{ a: f(dim, A); {forward} }} block C(dim) {{ a: A(dim, A); {forward} }}"
        ),
    ] {
        assert_eq!(codes(&text), ["T110"], "{text}");
    }
    assert_eq!(codes("model A extends B { } model B extends A { }"), ["T510"]);
    assert_eq!(codes("model A extends A { }"), ["T510"]);
}

fn block(result: &str) -> String {
    format!("block A(dim) {{ forward(x: [B, dim]) -> [B, dim] {{ {result} }} }}")
}

fn model(default: &str) -> String {
    format!(
        "model M {{ params {{ dim = {default} }} a: Linear(dim, 2); forward(x: [B, dim]) -> [B, 2] {{ a(x) }} }}"
    )
}

fn in_brackets(inner: &str, depth: usize) -> String {
    format!("{}{inner}{}", "(".repeat(depth), ")".repeat(depth))
}

/// A label where a statement belongs once kept the parser in place for ever.
#[test]
fn a_statement_that_begins_as_a_label_is_passed() {
    for statement in ["let :", "let: a", "let : . $ ->"] {
        soup(&format!(
            "block A(dim) {{ forward(x: [B, dim]) -> [B, dim] {{ {statement} }} }}"
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn token_soup(words in vec(word(), 0..60)) {
        soup(&words.join(" "));
    }

    #[test]
    fn token_soup_in_a_body(words in vec(word(), 0..30)) {
        let soup_text = words.join(" ");
        soup(&format!("block A(dim, heads) {{ a: Linear(dim, heads); {soup_text} }}"));
        soup(&format!("model A {{ params {{ dim = 4, heads = 2 }} a: Linear(dim, heads); forward(x: [B, dim]) -> [B, heads] {{ {soup_text} }} }}"));
        soup(&format!("model A {{ params {{ {soup_text} }} }}"));
        soup(&format!("model A {{ weights hf {{ {soup_text} }} config hf(\"a\") {{ {soup_text} }} }}"));
    }
}

fn soup(text: &str) {
    let parsed = parse_text(text);
    let mut report = parsed.report;
    report.append(check(&parsed.spec).report);
    human::render(&report, "soup.ttt", text, &parsed.places, false);
    if let Ok(tokens) = text.parse() {
        let parsed = parse_tokens(tokens);
        let checked = check(&parsed.spec);
        let faulty = parsed.report.has_errors() || checked.report.has_errors();
        assert_eq!(checked.program.is_none(), faulty, "{text}");
        ttt_dsl::emit::partial(&parsed.spec, &quote::quote! { ::ttt }, &parsed.places);
    }
    if report.is_empty() {
        let toml = print::toml(&parsed.spec);
        let parsed = parse_toml(&toml);
        check(&parsed.spec);
    }
}

fn word() -> impl Strategy<Value = String> {
    let words = vec![
        "enum",
        "leaf",
        "block",
        "model",
        "extends",
        "params",
        "require",
        "let",
        "tie",
        "forward",
        "head",
        "loss",
        "preset",
        "config",
        "weights",
        "expect",
        "ignore",
        "keep",
        "architecture",
        "alias",
        "remove",
        "replace",
        "with",
        "via",
        "same",
        "skip",
        "or",
        "if",
        "else",
        "dim",
        "heads",
        "x",
        "a",
        "A",
        "B",
        "Linear",
        "Attention",
        "Float",
        "Int",
        "Bool",
        "Block",
        "=",
        "=>",
        "->",
        ":",
        ";",
        ",",
        ".",
        "..",
        "|",
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "<",
        "&&",
        "!",
        "0",
        "1",
        "-1",
        "2.5",
        "\"a\"",
        "\"h.{i}\"",
        "()",
        "(x)",
        "(dim)",
        "{}",
        "{ x }",
        "[]",
        "[B, dim]",
        "[..]",
        "(x: [B, dim])",
        "-> [B, dim]",
        "rearrange",
        "concat",
        "softmax",
        "sqrt",
        "true",
        "#",
        "///d\n",
        "'a'",
        "r#a",
        "gen",
        "fn",
        "$",
        "::",
        "x[0]",
    ];
    proptest::sample::select(words).prop_map(str::to_owned)
}
