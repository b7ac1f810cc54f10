//! What the macro expands to, for review.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod source;

use quote::quote;
use ttt_dsl::check::check;
use ttt_dsl::emit;
use ttt_dsl::parse::parse_tokens;

/// The expansion of a schema, formatted.
fn expansion(tokens: proc_macro2::TokenStream) -> String {
    let parsed = parse_tokens(tokens);
    assert!(parsed.report.is_empty(), "{:#?}", parsed.report);
    let checked = check(&parsed.spec);
    let program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.report));
    let tokens = emit::emit(&program, &quote! { ::ttt_runtime }, &parsed.places);
    pretty(tokens)
}

fn pretty(tokens: proc_macro2::TokenStream) -> String {
    let file = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}\n{tokens}"));
    let text = prettyplease::unparse(&file);
    // The schema is compared by the tests of printing and reading.
    let lines = text
        .lines()
        .map(|line| match line.trim_start().starts_with("const SPEC") {
            true => "    const SPEC: &str = \"…\";",
            false => line,
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn gpt2() {
    insta::assert_snapshot!(expansion(source::model("gpt2")));
}

#[test]
fn optional_parts_and_several_outputs() {
    insta::assert_snapshot!(expansion(source::model("bert")));
}

#[test]
fn standard_blocks() {
    insta::assert_snapshot!(pretty(emit::standard_blocks()));
}

#[test]
fn every_form_of_expression() {
    let expansion = expansion(quote! {
        enum Gate { open, shut("closed") }
        leaf Scale(dim) = crate::Scale {
            weight: [dim];
            forward(x: [.., dim]) -> [.., dim];
        }
        block Forms(dim, heads, gate: Gate, share: Float = 0.5, offset: Int = 0) {
            require dim % heads == 0;
            require dim - heads > 1 && (gate == open || share < 1.0 / dim);
            let head_dim = dim / heads;
            let wide = round_up(dim, 64) + ceil_div(dim, 3);
            let temperature = 1.0 / sqrt(head_dim);
            bias: Vector(dim);
            scale: [|i| Scale(dim); 3] if gate == open;
            up: Linear(dim, wide, bias: false);
            down: Linear(wide, dim);
            forward(x: [B, T, dim], mask: [B, T] = 1.0) -> (y: [B, T, dim], pooled: [B, dim] if gate == open) {
                let y = if gate == open { scale(x) } else { x * temperature + offset };
                let y = 1.0 - (y + bias) / 2.0 * -x;
                let scores = softmax(matmul(y, transpose(x)), axis: -1);
                let y = concat([y[:, 1:], x[:, 0:1]], axis: 1) + down(up(matmul(scores, x)));
                (y, if gate == open { let first = y[:, -1]; first * share + mean(y, axis: 1) })
            }
        }
        model Formed {
            params { dim = 12, heads = 3, gate: Gate = open }
            require dim % heads == 0;
            require dim - heads > 1;
            body: Forms(dim, heads, gate);
            forward(x: [B, T, dim]) -> (y: [B, T, dim], pooled: [B, dim] if gate == open) { body(x) }
        }
    });
    insta::assert_snapshot!(expansion);
}

#[test]
fn what_mistakes_leave_is_rust() {
    let parsed = parse_tokens(quote! {
        block Outer(dim) {
            norm: LayerNorm(dim);
            norm: RmsNorm(dim);
            inner: [Inner(dim); 2];
            forward(x: [B, dim], x: [B, dim]) -> [B, dim] { norm(x) }
        }
        block Inner(dim) {
            outer: Outer(dim);
            forward(x: [B, dim]) -> [B, dim] { outer(x) }
        }
    });
    let left = pretty(emit::partial(
        &parsed.spec,
        &quote! { ::ttt_runtime },
        &parsed.places,
    ));
    assert_eq!(left.matches("pub norm:").count(), 1, "a field twice:\n{left}");
    assert_eq!(left.matches("x: Tensor<2>").count(), 2, "an input twice:\n{left}");
    assert!(
        !left.contains("pub inner:") && !left.contains("pub outer:"),
        "endless:\n{left}"
    );
}

#[test]
fn mistakes_leave_the_types() {
    let parsed = parse_tokens(quote! {
        block Layer(dim, heads) {
            attn: Attention(dmi, heads);
            forward(x: [B, T, dim]) -> [B, T, dim] { attn(x) }
        }
        model Small {
            params { dim = 8, heads = 2, layers = 2 }
            layer: [Layer(dim, heads); layers];
            nothing: Nothing(dim);
            forward(x: [B, T, dim]) -> [B, T, dim] { layer(x) }
            head score { to: Linear(dim, 1); forward(x: [B, T, dim]) -> [B, T, 1] { to(output) } }
            preset tiny { layers: 1 }
        }
    });
    insta::assert_snapshot!(pretty(emit::partial(
        &parsed.spec,
        &quote! { ::ttt_runtime },
        &parsed.places
    )));
}
