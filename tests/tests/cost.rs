//! The models of `benches/cost` compile, run, and are the same written by hand and declared. What they cost to compile is
//! measured by `scripts/bench-cost`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../../benches/cost/by-hand/src/lib.rs"]
#[allow(
    dead_code,
    reason = "a library for the benchmark, of which this test uses some"
)]
mod by_hand;
#[path = "../../benches/cost/declared/src/lib.rs"]
#[allow(
    dead_code,
    reason = "a library for the benchmark, of which this test uses some"
)]
mod declared;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};
use by_hand::bert::BertConfig;
use by_hand::gpt2::Gpt2Config;
use by_hand::llama::LlamaConfig;
use ttt_dsl::instance::{Scalar, Values, instantiate};
use ttt_dsl::program::Program;

/// As few numbers as tell the sizes apart.
const SIZES: &[(&str, i64)] = &[
    ("vocab", 11),
    ("ctx", 8),
    ("dim", 12),
    ("heads", 2),
    ("hidden", 20),
    ("layers", 2),
];

fn declared_parameters(program: &Program, model: &str, head: &str, more: &[(&str, i64)]) -> usize {
    let sizes = SIZES.iter().chain(more);
    let values: Values = sizes
        .map(|(name, size)| (name.to_string(), Scalar::Int(*size)))
        .collect();
    instantiate(program, model, Some(head), &values)
        .unwrap()
        .parameter_count()
}

fn tokens(device: &Device) -> Tensor<2, Int> {
    Tensor::from_ints([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], device)
}

#[test]
fn gpt2_is_the_same_by_hand() {
    let device = Device::flex();
    let config = Gpt2Config::new();
    let config = config
        .with_vocab(11)
        .with_ctx(8)
        .with_dim(12)
        .with_heads(2)
        .with_hidden(20)
        .with_layers(2);
    let lm = config.init_lm(&device);
    let program = declared::gpt2::Gpt2::program();
    assert_eq!(lm.num_params(), declared_parameters(program, "Gpt2", "lm", &[]));
    assert_eq!(lm.forward(tokens(&device)).dims(), [2, 5, 11]);
    let scores = config.init_sequence_classification(3, &device);
    assert_eq!(scores.forward(tokens(&device)).dims(), [2, 3]);
}

#[test]
fn llama_is_the_same_by_hand() {
    let device = Device::flex();
    let config = LlamaConfig::new()
        .with_vocab(11)
        .with_ctx(8)
        .with_dim(12)
        .with_heads(2)
        .with_hidden(20);
    let config = config.with_layers(2).with_kv_heads(1).with_head_dim(6);
    let lm = config.init_lm(&device);
    let program = declared::llama::Llama::program();
    let more = [("kv_heads", 1), ("head_dim", 6)];
    assert_eq!(
        lm.num_params(),
        declared_parameters(program, "Llama", "lm", &more)
    );
    assert_eq!(lm.forward(tokens(&device)).dims(), [2, 5, 11]);
    let scores = config.init_sequence_classification(3, &device);
    assert_eq!(scores.forward(tokens(&device)).dims(), [2, 3]);
}

#[test]
fn bert_is_the_same_by_hand() {
    let device = Device::flex();
    let config = BertConfig::new();
    let config = config
        .with_vocab(11)
        .with_ctx(8)
        .with_dim(12)
        .with_heads(2)
        .with_hidden(20)
        .with_layers(2);
    let masked = config.init_masked_lm(&device);
    let program = declared::bert::Bert::program();
    assert_eq!(
        masked.num_params(),
        declared_parameters(program, "Bert", "masked_lm", &[])
    );
    assert_eq!(masked.forward(tokens(&device), None).dims(), [2, 5, 11]);
    let scores = config.init_sequence_classification(3, &device);
    let padding = tokens(&device).equal_elem(5);
    assert_eq!(scores.forward(tokens(&device), Some(padding)).dims(), [2, 3]);
}
