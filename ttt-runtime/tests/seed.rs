//! A seed is repeatable. Burn's generator on the CPU is one for the whole process, so this test has a process of its own.

#![allow(clippy::unwrap_used)]

use burn::tensor::{Device, Int, Tensor};
use ttt_dsl::instance::Values;
use ttt_dsl::parse::parse_text;
use ttt_runtime::load::{collect_parameters, initialize};
use ttt_runtime::{Context, DynModel, Init, ModuleFactory, burn};

const TINY: &str = r#"
    model Tiny {
        params { vocab = 11, dim = 6 }
        embed: Embedding(vocab, dim);
        up: Linear(dim, 5);
        down: Linear(5, dim);
        forward(input_ids: Int[B, T]) -> last: [B, T, dim] { down(up(embed(input_ids))) }
    }
"#;

fn build(device: &Device) -> DynModel {
    let spec = parse_text(TINY).spec;
    let init = Init::new(device.clone());
    let model = ModuleFactory::new()
        .from_spec(&spec, &Values::new(), None, &init)
        .unwrap();
    initialize(model, 3, device)
}

#[test]
fn one_seed_gives_one_model_whatever_is_read_first() {
    let device = Device::flex();
    let one = collect_parameters(&build(&device));
    let other = build(&device);
    let ids = Tensor::<2, Int>::from_data([[1]], &device);
    other
        .run(&mut Context::new(), [("input_ids", ids.into())])
        .unwrap();
    for ((path, one), (_, other)) in one.iter().zip(collect_parameters(&other)) {
        assert_eq!(one.bytes, other.bytes, "{path}");
    }
}
