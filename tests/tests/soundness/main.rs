//! What passes the check runs: every part of a random schema gives a tensor of the size that the checker says, and a
//! schema that is expanded computes what it computes interpreted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(
    missing_docs,
    deprecated,
    reason = "drawn parts need not be used, which is a warning"
)]
mod drawn;
mod expanded;
#[path = "../../../ttt-dsl/tests/sound/mod.rs"]
mod sound;

use std::sync::Arc;

use sound::drawn::{HEADS, draw};
use sound::shapes;
use ttt_dsl::check::check;
use ttt_dsl::instance::{Scalar, Values, instantiate};
use ttt_dsl::parse::parse_text;
use ttt_runtime::burn::tensor::TensorData;
use ttt_runtime::load::initialize;
use ttt_runtime::{AnyTensor, Context, Device, Init, Int, ModuleFactory, Tensor};

/// How many schemas are built and run.
const SEEDS: u64 = 40;

#[test]
fn real_shapes_are_the_symbolic_ones() {
    let mut compared = 0;
    for seed in 0..SEEDS {
        let drawn = draw(seed, false);
        let program = Arc::new(check(&parse_text(&drawn.text).spec).program.unwrap());
        let mut values: Values = drawn
            .values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Scalar::Int(*value)))
            .collect();
        values.insert("flag".to_owned(), Scalar::Bool(drawn.flag));
        let [sequences, texts, tokens] = drawn.sizes;
        for head in [None].into_iter().chain(HEADS.map(Some)) {
            let batch = match head {
                Some("choose") => vec![sequences, texts, tokens],
                _ => vec![sequences, tokens],
            };
            let instance = instantiate(&program, "Drawn", head, &values).unwrap();
            let expected = shapes::run(&program, &instance, &batch).unwrap();
            let model = ModuleFactory::new()
                .from_instance(program.clone(), instance, &Init::new(Device::flex()))
                .unwrap();
            let model = initialize(model, seed, &Device::flex());
            let mut context = Context::new().with_trace();
            let outputs = model.run(&mut context, [("input_ids", ids(&batch))]);
            let outputs =
                outputs.unwrap_or_else(|error| panic!("seed {seed}, {head:?}: {error}\n{}", drawn.text));
            let trace = context.trace.unwrap();
            let traced: Vec<(String, Vec<usize>)> = trace
                .entries()
                .iter()
                .map(|(path, tensor)| (path.clone(), tensor.shape()))
                .collect();
            assert_eq!(traced, expected.trace, "seed {seed}, {head:?}\n{}", drawn.text);
            for (name, shape) in &expected.outputs {
                assert_eq!(outputs[name].shape(), *shape, "seed {seed}, {head:?}: {name}");
            }
            compared += traced.len();
        }
    }
    assert!(compared > 1000);
}

/// Token ids of any shape of two or three dimensions.
fn ids(shape: &[usize]) -> AnyTensor {
    let count: usize = shape.iter().product();
    let ids: Vec<i32> = (0..count).map(|index| (index * 7 % 11) as i32).collect();
    match shape {
        [a, b] => Tensor::<2, Int>::from_data(TensorData::new(ids, [*a, *b]), &Device::flex()).into(),
        [a, b, c] => Tensor::<3, Int>::from_data(TensorData::new(ids, [*a, *b, *c]), &Device::flex()).into(),
        _ => panic!("{shape:?}"),
    }
}
