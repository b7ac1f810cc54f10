//! Ten mistakes in one source are ten diagnostics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{codes, shown};

const TEXT: &str = r#"
/// Mistakes 1 to 4.
block Layer(dim, heads, act: Activaton) {
    attn: Attention(dim, heads);
    mlp: Mlp(dim, hiden: 4 * dim, act: act);
    norm: LayerNrom(dim);
    forward(x: [B, T, dim]) -> [B, T, dim] {
        let y = norm(x + attn(x));
        mlp(y)
    }
}

/// Mistakes 5 and 6.
block Wide(dim) {
    up: Linear(dim, 4 * dim);
    forward(x: [B, T, dim]) -> [B, T, dim] {
        let wide = x + up(x);
        let narrow = wide + wide;
        narrow + hidden
    }
}

/// Mistakes 7 to 10.
model Sample {
    params { vocab = 100, dim = 64, heads = 4, layers = 2 }
    require dim % heads == 0;
    wte: Embedding(vocab, dim);
    h: [Layer(dim, heads, gelu); layers];
    wide: Wide(dim);
    forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { wide(h(wte(ids))) }
    head lm {
        logits: Linear(dim, vocab, bias: false);
        tie logits.weight = wte.wieght;
        forward(hidden: [B, T, dim]) -> logits: [B, T, vocab] { logits(hidden) }
        loss next_token;
    }
    preset small { dim: 32, head: 2 }
    config hf("sample") {
        vocab: "vocab_size", dim: "hidden_size", heads: "heads", layers: len("layers") or "layers",
        architecture "Sample" => ml,
    }
}
"#;

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let mut found = codes(TEXT);
    found.sort_unstable();
    let expected = [
        "T104", "T105", "T107", "T203", "T303", "T401", "T405", "T501", "T505", "T605",
    ];
    assert_eq!(found, expected, "{}", shown(TEXT));
}

#[test]
fn a_number_is_named_before_the_parts() {
    for body in [
        "let factor = dim / 2.0; x * factor",
        "let (a, factor) = (x, dim / 2.0); a * factor",
        "x * (if dim > 3 { let y = x + x; 2.0 } else { 3.0 })",
    ] {
        let text = format!("block Half(dim) {{ forward(x: [B, dim]) -> [B, dim] {{ {body} }} }}");
        let errors = codes(&text).into_iter().filter(|code| *code == "T305").count();
        assert_eq!(errors, 1, "{}", shown(&text));
    }
    let text = "block Half(dim) { let factor = dim / 2.0; forward(x: [B, dim]) -> [B, dim] { x * factor } }";
    assert!(codes(text).is_empty(), "{}", shown(text));
}
