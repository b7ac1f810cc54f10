//! Other layouts than ours: fused, turned and interleaved tensors, come in and go out again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;

use indexmap::IndexMap;
use proptest::prelude::*;
use ttt_adapters::source::{MemorySource, TensorSource};
use ttt_adapters::tensor::{Dtype, HostTensor};
use ttt_adapters::weights::{Checkpoint, Export, LoadRequest};
use ttt_dsl::instance::{Instance, Scalar, Values, instantiate};
use ttt_dsl::program::Program;
use ttt_dsl::spec::WeightsTable;

const SCHEMA: &str = r#"
model Tiny {
    params { dim = 6, heads = 2, kv_heads = 1, head_dim = 4, layers = 2, norms: Bool = true, tied: Bool = true }
    require heads % kv_heads == 0;
    require head_dim % 2 == 0;
    embed: Embedding(11, dim);
    rope: Rope(head_dim);
    layer: [GroupedQueryAttention(dim, heads, kv_heads, head_dim, bias: true, out_bias: true, qk_norm: norms); layers];
    norm: RmsNorm(dim);
    forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] {
        let (cos, sin) = rope(positions(input_ids));
        norm(layer(embed(input_ids), cos, sin))
    }
    head lm {
        logits: Linear(dim, 11, bias: false);
        tie logits.weight = embed.weight if tied;
        forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, 11] { logits(last_hidden_state) }
    }
    weights fused(linear: in_out, rope: interleaved, prefix: "model") {
        "tok" => embed,
        "blocks.{i}.qkv" => (layer[i].q, layer[i].k, layer[i].v),
        "blocks.{i}.o" => layer[i].o,
        "blocks.{i}.qn" => layer[i].q_norm,
        "blocks.{i}.kn" => layer[i].k_norm,
        "norm" => norm via add(1.0),
        "lm_head" => lm.logits via transpose,
    }
    weights half(rope: half) {
        "tok" => embed,
        "blocks.{i}.qkv" => (layer[i].q, layer[i].k, layer[i].v),
        "blocks.{i}.o" => layer[i].o,
        "blocks.{i}.qn" => layer[i].q_norm,
        "blocks.{i}.kn" => layer[i].k_norm,
        "norm" => norm,
        "lm_head" => lm.logits,
    }
}
"#;

fn counted(shape: &[usize], first: f32) -> HostTensor {
    let count: usize = shape.iter().product();
    let numbers = (0..count).flat_map(|index| (first + index as f32).to_le_bytes());
    HostTensor {
        dtype: Dtype::F32,
        shape: shape.to_vec(),
        bytes: numbers.collect::<Vec<u8>>().into(),
    }
}

fn numbers(tensor: &HostTensor) -> Vec<f32> {
    tensor
        .bytes
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

/// Every tensor of an instance, each number another.
fn model(instance: &Instance) -> MemorySource {
    let mut source = MemorySource::new("model");
    let mut first = 0.0;
    for slot in instance.tensors().iter().filter(|slot| slot.tied.is_none()) {
        let tensor = counted(&slot.shape, first);
        first += numbers(&tensor).len() as f32;
        source.insert(&slot.path, tensor);
    }
    source
}

fn table<'a>(program: &'a Program, name: &str) -> &'a WeightsTable {
    program.model("Tiny").unwrap().weights(name).unwrap()
}

fn import(
    program: &Program,
    instance: &Instance,
    name: &str,
    source: Arc<dyn TensorSource>,
) -> Result<Checkpoint, ttt_adapters::Error> {
    let request = LoadRequest {
        program,
        instance,
        table: table(program, name),
        fresh_head: false,
        chosen: &[],
        origins: &IndexMap::new(),
    };
    Checkpoint::new(&request, source)
}

fn tiny(given: &[(&str, Scalar)], head: Option<&str>) -> (Program, Instance) {
    let program = common::program(SCHEMA);
    let values: Values = given
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    let instance = instantiate(&program, "Tiny", head, &values).unwrap();
    (program, instance)
}

#[test]
fn interleaved_pairs_become_halves_head_by_head() {
    let (program, instance) = tiny(&[], None);
    let export = Export::new(
        &program,
        &instance,
        table(&program, "fused"),
        Arc::new(model(&instance)),
    )
    .unwrap();
    let ours = model(&instance);
    // Two query heads and one key head of four rows are reordered, the value's rows are not.
    let q = numbers(&ours.read("layer.0.q.bias").unwrap());
    let k = numbers(&ours.read("layer.0.k.bias").unwrap());
    let v = numbers(&ours.read("layer.0.v.bias").unwrap());
    let pairs = |n: &[f32]| vec![n[0], n[2], n[1], n[3]];
    let expected = [pairs(&q[..4]), pairs(&q[4..]), pairs(&k), v].concat();
    assert_eq!(numbers(&export.read("blocks.0.qkv.bias").unwrap()), expected);
    let weight = export.read("blocks.0.qkv.weight").unwrap();
    assert_eq!(weight.shape, [6, 16]);
    let norm = numbers(&ours.read("layer.0.q_norm.weight").unwrap());
    assert_eq!(numbers(&export.read("blocks.0.qn.weight").unwrap()), pairs(&norm));
}

#[test]
fn rows_of_a_fused_tensor_are_windows() {
    let (program, instance) = tiny(&[], None);
    let export = Export::new(
        &program,
        &instance,
        table(&program, "half"),
        Arc::new(model(&instance)),
    )
    .unwrap();
    let mut stored = MemorySource::new("stored");
    for name in export.tensors().keys() {
        stored.insert(name, export.read(name).unwrap());
    }
    let fused = stored.read("blocks.1.qkv.weight").unwrap();
    let checkpoint = import(&program, &instance, "half", Arc::new(stored)).unwrap();
    let k = checkpoint.read("layer.1.k.weight").unwrap().unwrap();
    assert_eq!(k.bytes.as_ptr(), fused.bytes[8 * 6 * 4..].as_ptr());
}

#[test]
fn a_tied_tensor_may_be_there_if_it_is_equal_and_may_stand_for_its_owner() {
    let (program, instance) = tiny(&[], Some("lm"));
    let export = Export::new(
        &program,
        &instance,
        table(&program, "fused"),
        Arc::new(model(&instance)),
    )
    .unwrap();
    let stored = || {
        let mut stored = MemorySource::new("stored");
        for name in export.tensors().keys() {
            stored.insert(name, export.read(name).unwrap());
        }
        stored
    };
    assert!(export.tensors().keys().all(|name| name.starts_with("model.")));
    let mut equal = stored();
    let embed = equal.read("model.tok.weight").unwrap();
    equal.insert("lm_head.weight", embed.clone());
    let checkpoint = import(&program, &instance, "fused", Arc::new(equal)).unwrap();
    insta::assert_snapshot!(checkpoint.report(), @"14 tensors used, 1 tied");

    let mut alone = stored();
    alone.remove("model.tok.weight");
    alone.insert("lm_head.weight", embed);
    let checkpoint = import(&program, &instance, "fused", Arc::new(alone)).unwrap();
    assert_eq!(checkpoint.report().used.len(), 14);

    let mut unequal = stored();
    unequal.insert("lm_head.weight", counted(&[11, 6], 0.5));
    let error = import(&program, &instance, "fused", Arc::new(unequal)).unwrap_err();
    insta::assert_snapshot!(error);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    /// Going out through a table and in again gives every tensor back.
    #[test]
    fn import_undoes_export(dim in 1i64..40, groups in 1i64..3, kv_heads in 1i64..3, half in 1i64..5, norms: bool, tied: bool, fused: bool) {
        let given = [
            ("dim", Scalar::Int(dim)),
            ("heads", Scalar::Int(groups * kv_heads)),
            ("kv_heads", Scalar::Int(kv_heads)),
            ("head_dim", Scalar::Int(2 * half)),
            ("norms", Scalar::Bool(norms)),
            ("tied", Scalar::Bool(tied)),
        ];
        let (program, instance) = tiny(&given, Some("lm"));
        let name = if fused { "fused" } else { "half" };
        let ours = model(&instance);
        let export = Export::new(&program, &instance, table(&program, name), Arc::new(ours.clone())).unwrap();
        let checkpoint = import(&program, &instance, name, Arc::new(export)).unwrap();
        for path in ours.tensors().keys() {
            let (before, after) = (ours.read(path).unwrap(), checkpoint.read(path).unwrap().unwrap());
            prop_assert_eq!(&before.shape, &after.shape);
            prop_assert_eq!(numbers(&before), numbers(&after), "{}", path);
        }
    }
}
