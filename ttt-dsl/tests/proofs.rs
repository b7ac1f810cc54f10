//! What the checker can prove about shapes and conditions, and what it must refuse.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{codes, shown};

/// A block whose body is `items`, from `[B, T, dim]` to `[B, T, dim]`.
fn block(params: &str, items: &str, body: &str) -> String {
    format!("block Sample({params}) {{ {items} forward(x: [B, T, dim]) -> [B, T, dim] {{ {body} }} }}")
}

fn proven(params: &str, items: &str, body: &str) {
    let text = block(params, items, body);
    assert!(codes(&text).is_empty(), "{text}\n{}", shown(&text));
}

fn refused(code: &str, params: &str, items: &str, body: &str) {
    let text = block(params, items, body);
    assert_eq!(codes(&text), [code], "{text}\n{}", shown(&text));
}

#[test]
fn divisibility_follows_from_requires_and_arithmetic() {
    let attention = "a: Attention(dim, heads);";
    proven(
        "dim, heads",
        &format!("require dim % heads == 0; {attention}"),
        "a(x)",
    );
    refused("T401", "dim, heads", attention, "a(x)");
    // A multiple as written.
    proven(
        "dim, heads, k",
        "up: Linear(dim, k * heads); a: Attention(k * heads, heads); down: Linear(k * heads, dim);",
        "down(a(up(x)))",
    );
    // Through a let, and through a chain of two.
    proven(
        "dim, heads",
        "require dim % heads == 0; let wide = 3 * dim; up: Linear(dim, wide); a: Attention(wide, heads); down: Linear(wide, dim);",
        "down(a(up(x)))",
    );
    proven(
        "dim, heads, groups",
        "require dim % heads == 0; require heads % groups == 0; a: Attention(dim, groups);",
        "a(x)",
    );
    refused(
        "T401",
        "dim, heads, groups",
        "require dim % groups == 0; require heads % groups == 0; a: Attention(dim, heads);",
        "a(x)",
    );
    // A sum of multiples.
    proven(
        "dim, heads",
        "require dim % heads == 0; up: Linear(dim, dim + heads); a: Attention(dim + heads, heads); down: Linear(dim + heads, dim);",
        "down(a(up(x)))",
    );
    // Numbers.
    proven(
        "dim",
        "up: Linear(dim, 12); a: Attention(12, 4); down: Linear(12, dim);",
        "down(a(up(x)))",
    );
    refused(
        "T402",
        "dim",
        "up: Linear(dim, 12); a: Attention(12, 5); down: Linear(12, dim);",
        "down(a(up(x)))",
    );
}

#[test]
fn a_licensed_division_multiplies_back() {
    let split =
        "let y = rearrange(x, \"b t (h d) -> b h t d\", h: heads); rearrange(y, \"b h t d -> b t (h d)\")";
    proven("dim, heads", "require dim % heads == 0;", split);
    refused("T211", "dim, heads", "", split);
    proven(
        "dim, heads",
        "require dim % heads == 0; let head_dim = dim / heads; up: Linear(heads * head_dim, dim);",
        "up(x)",
    );
    proven(
        "dim",
        "require dim % 2 == 0; let half = dim / 2; up: Linear(dim, half); down: Linear(half, dim);",
        "concat([x[.., 0:half], x[.., half:]], axis: -1) + down(up(x))",
    );
}

#[test]
fn an_equality_is_a_rewrite() {
    let items = "up: Linear(dim, heads * head_dim);";
    proven(
        "dim, heads, head_dim",
        &format!("require dim == heads * head_dim; {items}"),
        "x + up(x)",
    );
    proven(
        "dim, heads, head_dim",
        &format!("require heads * head_dim == dim; {items}"),
        "up(up(x))",
    );
    refused("T303", "dim, heads, head_dim", items, "x + up(x)");
}

#[test]
fn conditions_hold_where_they_are_asked_for() {
    let rope = "r: Rope(dim, scaling: scaling, original_ctx: original);";
    let params = "dim, scaling: RopeScaling, original: Int";
    let even = "require dim % 2 == 0;";
    let body = "let (cos, sin) = r(x_ids); x + cos + sin";
    let with_ids = |text: String| text.replace("(x: [B, T, dim])", "(x: [B, T, dim], x_ids: Int[B, T])");
    let check = |items: &str| codes(&with_ids(block(params, items, body)));
    assert_eq!(check(&format!("{even} {rope}")), ["T401"]);
    let same = "require scaling == unscaled || scaling == linear || original > 0;";
    assert!(check(&format!("{even} {same} {rope}")).is_empty());
    let reordered = "require original >= 1 || linear == scaling || scaling == unscaled;";
    assert!(check(&format!("{even} {reordered} {rope}")).is_empty());
    let stronger = "require scaling == linear;";
    assert!(check(&format!("{even} {stronger} {rope}")).is_empty());
    let weaker = "require scaling == unscaled || scaling == linear || scaling == yarn || original > 0;";
    assert_eq!(check(&format!("{even} {weaker} {rope}")), ["T401"]);
}

#[test]
fn a_part_is_used_where_its_condition_holds() {
    let params = "dim, a: Bool, b: Bool";
    let items = "norm: LayerNorm(dim) if a;";
    proven(params, items, "if a { norm(x) } else { x }");
    proven(params, items, "if a && b { norm(x) } else { x }");
    proven(params, items, "if !a { x } else { norm(x) }");
    refused("T316", params, items, "if b { norm(x) } else { x }");
    refused("T316", params, items, "if a || b { norm(x) } else { x }");
    refused("T316", params, items, "if a { x } else { norm(x) }");
}

#[test]
fn a_condition_on_a_part_is_known_in_its_arguments() {
    let items = "a: Attention(dim, heads) if dim % heads == 0;";
    proven("dim, heads", items, "if dim % heads == 0 { a(x) } else { x }");
}

#[test]
fn floats_wait_for_numbers() {
    proven("dim, rate: Float", "drop: Dropout(rate);", "drop(x)");
    refused("T402", "dim", "drop: Dropout(1.5);", "drop(x)");
    proven("dim", "drop: Dropout(0.5);", "drop(x)");
    let model = |rate: &str| {
        format!(
            "model M {{ params {{ dim = 8, rate: Float = 0.1 }} drop: Dropout(rate); \
             forward(x: [B, dim]) -> y: [B, dim] {{ drop(x) }} preset p {{ rate: {rate} }} }}"
        )
    };
    assert!(codes(&model("0.9")).is_empty());
    assert_eq!(codes(&model("1.0")), ["T403"]);
}

#[test]
fn shapes_broadcast_as_in_numpy() {
    proven("dim", "scale: Vector(dim);", "x * scale");
    proven("dim", "", "x * mean(x, keep: true)");
    proven("dim", "", "x * 0.5 + 1");
    refused("T303", "dim", "", "x * mean(x)");
    proven("dim", "", "matmul(x, transpose(x))[:, :, 0:1] * x");
}

#[test]
fn indices_give_the_sizes_they_say() {
    proven("dim", "", "concat([x[:, 0:1], x[:, 1:]], axis: 1)");
    proven("dim", "", "concat([x[:, :-1], x[:, -1:]], axis: 1)");
    refused("T321", "dim", "", "x[:, 1:]");
    refused("T321", "dim", "", "x[:, 0]");
    proven("dim", "", "x + x[:, 0:1]");
    proven("dim", "", "x + x[.., 0:1]");
}

#[test]
fn a_repeated_part_knows_its_index() {
    proven("dim, layers", "h: [|i| Dropout(0.1); layers];", "h(x)");
    proven("dim, layers", "h: [|i| Dropout(0.1 * i); layers];", "h(x)");
    // An index is an `Int`, and an `Int` is never converted back.
    refused(
        "T205",
        "dim, layers",
        "up: [|i| SwiGlu(dim, (i + 1) * dim); layers];",
        "up(x)",
    );
    refused(
        "T209",
        "dim, layers",
        "up: [SwiGlu(dim, dim * 0); layers];",
        "up(x)",
    );
}
