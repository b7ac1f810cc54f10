//! Transforms: what they make of a schema, which parts they change and which they leave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{codes, family, program, shown};
use insta::assert_snapshot;
use ttt_dsl::check::check;
use ttt_dsl::instance::{Instance, InstanceNode, Scalar, Values, instantiate};
use ttt_dsl::parse::parse_text;
use ttt_dsl::print;
use ttt_dsl::program::Program;
use ttt_dsl::spec::Encoding;
use ttt_dsl::transform::summary;

/// GPT-2 as it is shipped, with transforms.
fn gpt2(transforms: &str) -> String {
    let text = family("gpt2");
    let at = text.find("        /// Scores of the next token.").unwrap();
    format!("{}transform {{ {transforms} }}\n{}", &text[..at], &text[at..])
}

/// The same without tables of formats, which takes less time.
fn untabled(transforms: &str) -> String {
    format!(
        "{}}}",
        gpt2(transforms).split("        config hf").next().unwrap()
    )
}

fn small(program: &Program) -> Instance {
    let sizes = [
        ("layers", 3),
        ("dim", 64),
        ("heads", 4),
        ("vocab", 100),
        ("ctx", 16),
    ];
    let given: Values = sizes
        .into_iter()
        .map(|(name, size)| (name.to_owned(), Scalar::Int(size)))
        .collect();
    instantiate(program, "Gpt2", Some("lm"), &given).unwrap()
}

fn frozen(instance: &Instance) -> Vec<String> {
    let tensors = instance.tensors().into_iter().filter(|slot| slot.frozen);
    tensors.map(|slot| slot.path).collect()
}

#[test]
fn lora_makes_copies_of_the_blocks_on_its_way() {
    let program = program(&gpt2("freeze **; lora h[*].attn.{q, v}(rank: 8, alpha: 16.0);"));
    let spec = &program.spec;
    assert_snapshot!(print::rust(&ttt_dsl::spec::Spec {
        models: spec
            .models
            .iter()
            .cloned()
            .map(|mut model| {
                model.configs.clear();
                model.heads.clear();
                model.presets.clear();
                model.weights.truncate(1);
                model
            })
            .collect(),
        ..spec.clone()
    }));
}

#[test]
fn lora_trains_what_it_adds_and_nothing_else_that_is_frozen() {
    let program = program(&gpt2("freeze **; lora h[*].attn.{q, v}(rank: 8);"));
    let instance = small(&program);
    let trained: Vec<String> = instance
        .tensors()
        .into_iter()
        .filter(|slot| !slot.frozen)
        .map(|slot| slot.path)
        .collect();
    let expected: Vec<String> = (0..3)
        .flat_map(|i| ["q.down", "q.up", "v.down", "v.up"].map(|part| format!("h.{i}.attn.{part}.weight")))
        .collect();
    assert_eq!(trained, expected);
    assert_snapshot!(summary(&program, &instance).join("\n"));
}

#[test]
fn what_is_transformed_is_a_source_itself() {
    for transforms in [
        "freeze **; lora h[*].attn.{q, v}(rank: 8);",
        "rename h[*].mlp => ffn; quantize h[*](q8_0);",
        "replace h[*].mlp with SwiGlu(dim, hidden); recompute h[*];",
    ] {
        let spec = program(&untabled(transforms)).spec;
        let parsed = parse_text(&print::rust(&spec));
        assert!(parsed.report.is_empty());
        assert_eq!(parsed.spec, spec);
        let again = check(&parsed.spec);
        assert!(again.report.is_empty(), "{:?}", again.report);
        assert_eq!(again.program.unwrap().spec, spec);
    }
}

#[test]
fn marks_reach_copies_by_number_and_later_ones_win() {
    let program = program(&untabled(
        "freeze {wte, wpe}; freeze h[:-1].**.weight; train h[1].mlp.*; quantize h[0].mlp(q4_0); recompute h[1:];",
    ));
    let instance = small(&program);
    let frozen = frozen(&instance);
    for path in [
        "wte.weight",
        "lm.logits.weight",
        "h.0.ln_1.weight",
        "h.1.attn.q.weight",
    ] {
        assert!(frozen.contains(&path.to_owned()), "{path}");
    }
    for path in [
        "h.0.ln_1.bias",
        "h.1.mlp.up.weight",
        "h.2.attn.q.weight",
        "ln_f.weight",
    ] {
        assert!(!frozen.contains(&path.to_owned()), "{path}");
    }
    let encoded: Vec<(String, Encoding)> = instance
        .tensors()
        .into_iter()
        .filter_map(|slot| Some((slot.path, slot.encoding?)))
        .collect();
    assert_eq!(
        encoded,
        [
            ("h.0.mlp.up.weight".to_owned(), Encoding::Q4Block),
            ("h.0.mlp.down.weight".to_owned(), Encoding::Q4Block)
        ]
    );
    let Some(InstanceNode::Repeat(layers)) = instance.root.part("h") else {
        panic!("h is repeated");
    };
    let recomputed: Vec<bool> = layers
        .iter()
        .map(|layer| matches!(&**layer, InstanceNode::Block(block) if block.recompute))
        .collect();
    assert_eq!(recomputed, [false, true, true]);
}

#[test]
fn other_uses_of_a_block_stay_what_they_are() {
    let text = "block Two(dim) { a: Mlp(dim, dim); b: Mlp(dim, dim); forward(x: [B, T, dim]) -> [B, T, dim] { b(a(x)) } }
        model M {
            params { dim = 4 }
            x: Two(dim);
            y: Two(dim);
            transform { lora x.a(rank: 2); rename x.b => c; replace y.a with SwiGlu(dim, 8); }
            forward(x0: [B, T, dim]) -> [B, T, dim] { y(x(x0)) }
        }";
    let program = program(text);
    let instance = instantiate(&program, "M", None, &Values::new()).unwrap();
    let parts: Vec<String> = instance.tensors().into_iter().map(|slot| slot.path).collect();
    assert_snapshot!(parts.join("\n"));
}

#[test]
fn what_a_transform_breaks_is_said_at_its_pattern_or_at_what_no_longer_fits() {
    assert_snapshot!(shown(&gpt2(
        "replace h[*].mlp with Mlp(dim, hidden, act: act, bias: 3);"
    )));
    assert_snapshot!(shown(&gpt2("replace h[*].attn.q with Linear(dim, 3);")));
    assert_snapshot!(shown(&gpt2("replace h[*].mlp with SwiGlu(dim, hidden);")));
}

#[test]
fn every_name_of_a_choice_leads_somewhere() {
    assert_eq!(codes(&untabled("freeze h[*].attn.{q, w};")), ["T901"]);
    assert_eq!(codes(&untabled("freeze h.attn.q;")), ["T901"]);
    assert_eq!(codes(&untabled("freeze wte[*];")), ["T901"]);
    assert_eq!(codes(&untabled("freeze wte; rename wte => tokens;")), ["T901"]);
    assert_eq!(codes(&untabled("lora ln_f(rank: 8);")), ["T902"]);
    assert_eq!(codes(&untabled("lora h[0].attn.q(rank: 8);")), ["T902"]);
    assert_eq!(codes(&untabled("recompute wte;")), ["T902"]);
    assert_eq!(codes(&untabled("quantize ln_f(q8_0);")), ["T902"]);
    assert_eq!(codes(&untabled("rename wte.weight => w;")), ["T902"]);
    assert_eq!(codes(&untabled("lora h[*].attn.q(alpha: 8.0);")), ["T201"]);
    assert_eq!(
        codes(&untabled("lora h[*].attn.q(rank: 8, alfa: 8.0);")),
        ["T203"]
    );
}
