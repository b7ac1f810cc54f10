//! What a checked program says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{codes, program};
use ttt_dsl::instance::{Values, instantiate};
use ttt_dsl::program::{Branch, CheckedForward, Value, ValueKind};

/// Every read of a local in order of evaluation, the last of a binding with an exclamation mark.
fn reads(forward: &CheckedForward) -> String {
    let mut reads = Vec::new();
    for statement in &forward.statements {
        read(&statement.value, &mut reads);
        reads.push(format!("let {};", statement.names.join(" ")));
    }
    forward.results.iter().for_each(|result| read(result, &mut reads));
    reads.join(" ")
}

fn read(value: &Value, reads: &mut Vec<String>) {
    match &value.kind {
        ValueKind::Local { name, last_use } => {
            reads.push(format!("{name}{}", if *last_use { "!" } else { "" }))
        }
        ValueKind::Static(_) | ValueKind::Weight { .. } => {}
        ValueKind::Part { args, .. } => args.iter().flatten().for_each(|arg| read(arg, reads)),
        ValueKind::Function { inputs, .. } | ValueKind::Tuple(inputs) => {
            inputs.iter().for_each(|input| read(input, reads))
        }
        ValueKind::Binary { lhs, rhs, .. } => {
            read(lhs, reads);
            read(rhs, reads);
        }
        ValueKind::Negate(base) | ValueKind::Slice { base, .. } | ValueKind::Rearrange { base, .. } => {
            read(base, reads)
        }
        ValueKind::If { then, otherwise, .. } => {
            branch("if", then, reads);
            otherwise
                .iter()
                .for_each(|otherwise| branch("else", otherwise, reads));
        }
    }
}

fn branch(word: &str, branch: &Branch, reads: &mut Vec<String>) {
    reads.push(format!("{word} {{"));
    for statement in &branch.statements {
        read(&statement.value, reads);
        reads.push(format!("let {};", statement.names.join(" ")));
    }
    read(&branch.result, reads);
    reads.push("}".to_owned());
}

fn reads_of(body: &str) -> String {
    let text = format!(
        "block Sample(dim, a: Bool) {{ forward(x: [B, dim], y: [B, dim]) -> [B, dim] {{ {body} }} }}"
    );
    reads(program(&text).blocks[0].forward.as_ref().unwrap())
}

#[test]
fn the_last_read_of_a_binding_is_marked() {
    assert_eq!(reads_of("x + x"), "x x!");
    assert_eq!(reads_of("let x = x + y; x * y"), "x! y let x; x! y!");
    assert_eq!(reads_of("let z = x; z + x"), "x let z; z! x!");
    assert_eq!(reads_of("if a { x } else { y }"), "if { x! } else { y! }");
    assert_eq!(reads_of("(if a { x } else { y }) + x"), "if { x } else { y! } x!");
    assert_eq!(reads_of("if a { x + y } else { x }"), "if { x! y! } else { x! }");
    // A let of a branch is another binding than the one outside.
    assert_eq!(
        reads_of("let z = if a { let x = x + y; x } else { x }; z + x"),
        "if { x y! let x; x! } else { x } let z; z! x!"
    );
    assert_eq!(
        reads_of("let z = if a { let x = x + y; let x = x * 2.0; x } else { x }; z"),
        "if { x! y! let x; x! let x; x! } else { x! } let z; z!"
    );
}

const GENERIC: &str = "
block Layer(dim, ffn: Block, eps: Float = 1e-5) {
    norm: LayerNorm(dim, eps: eps);
    mlp: ffn(dim);
    forward(x: [B, T, dim]) -> [B, T, dim] { x + mlp(norm(x)) }
}
block Stack(dim, layers, ffn: Block) {
    h: [Layer(dim, ffn); layers];
    forward(x: [B, T, dim]) -> [B, T, dim] { h(x) }
}
block Square(dim, bias: Bool = true) {
    up: Linear(dim, dim, bias: bias);
    forward(x: [B, T, dim]) -> [B, T, dim] { up(x) }
}
model Sample {
    params { dim = 8, layers = 2 }
    a: Stack(dim, layers, Square);
    b: Stack(dim, layers, Mlp(hidden: 4 * dim));
    c: Layer(dim, Square, eps: 1e-6);
    forward(x: [B, T, dim]) -> last_hidden_state: [B, T, dim] { c(b(a(x))) }
}
";

#[test]
fn a_block_argument_makes_a_copy() {
    let program = program(GENERIC);
    let names: Vec<&str> = program.blocks.iter().map(|block| block.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Square",
            "LayerWithSquare",
            "StackWithSquare",
            "Mlp",
            "LayerWithMlpHidden",
            "StackWithMlpHidden"
        ]
    );
    let instance = instantiate(&program, "Sample", None, &Values::new()).unwrap();
    let shapes: Vec<String> = instance
        .tensors()
        .iter()
        .filter(|slot| slot.path.starts_with("b.h.1.mlp"))
        .map(|slot| format!("{} {:?}", slot.path, slot.shape))
        .collect();
    assert_eq!(
        shapes,
        [
            "b.h.1.mlp.up.weight [32, 8]",
            "b.h.1.mlp.up.bias [32]",
            "b.h.1.mlp.down.weight [8, 32]",
            "b.h.1.mlp.down.bias [8]"
        ]
    );
}

const PARENT: &str = "
model Parent {
    params { vocab = 100, ctx = 16, dim = 8 }
    wte: Embedding(vocab, dim);
    wpe: Embedding(ctx, dim);
    norm: LayerNorm(dim);
    forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { norm(wte(ids) + wpe(positions(ids))) }
    head lm {
        logits: Linear(dim, vocab, bias: false);
        tie logits.weight = wte.weight;
        forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
        loss next_token;
    }
    preset small { dim: 4 }
}
";

#[test]
fn a_child_copies_its_parent_and_changes_it() {
    let text = format!(
        "{PARENT} model Child extends Parent {{ params {{ dim = 16, eps: Float = 1e-6 }} remove wpe; \
         replace norm with RmsNorm(dim, eps: eps); \
         forward(ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {{ norm(wte(ids)) }} }}"
    );
    let program = program(&text);
    let child = program.model("Child").unwrap();
    let parts: Vec<&str> = child.body.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(parts, ["wte", "norm"]);
    let instance = instantiate(&program, "Child", Some("lm"), &Values::new()).unwrap();
    let paths: Vec<String> = instance
        .tensors()
        .iter()
        .map(|slot| format!("{} {:?}", slot.path, slot.shape))
        .collect();
    assert_eq!(
        paths,
        [
            "wte.weight [100, 16]",
            "norm.weight [16]",
            "lm.logits.weight [100, 16]"
        ]
    );
    assert!(program.spec.models.iter().all(|model| model.extends.is_none()));
}

#[test]
fn a_removed_part_that_is_still_used_is_one_error() {
    let text = format!("{PARENT} model Child extends Parent {{ remove norm; }}");
    assert_eq!(codes(&text), ["T108"]);
    let text = format!("{PARENT} model Child extends Parent {{ remove lm.logits; }}");
    assert_eq!(codes(&text), ["T501"]);
}

#[test]
fn a_result_of_several_values_is_taken_apart() {
    let text = "block Tables(dim) { require dim % 2 == 0; r: Rope(dim); \
                forward(ids: Int[B, T]) -> (cos: [B, T, dim], sin: [B, T, dim]) { r(ids) } }";
    let program = program(text);
    assert_eq!(
        reads(program.blocks[0].forward.as_ref().unwrap()),
        "ids! let cos sin; cos! sin!"
    );
}
