//! The runtime has what the standard library declares.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use burn::tensor::{Device, Int, Tensor};
use ttt_dsl::instance::Values;
use ttt_dsl::parse::parse_text;
use ttt_dsl::standard;
use ttt_runtime::enums::{Activation, ProblemType, RopeScaling};
use ttt_runtime::interpret::BuildError;
use ttt_runtime::{AnyTensor, Context, Init, ModuleFactory, burn};

#[test]
fn enumerations_have_the_declared_variants() {
    for (name, ours) in [
        ("Activation", Activation::NAMES),
        ("RopeScaling", RopeScaling::NAMES),
        ("ProblemType", ProblemType::NAMES),
    ] {
        let decl = standard::library()
            .enums
            .iter()
            .find(|decl| decl.name.as_str() == name)
            .expect(name);
        let declared: Vec<&str> = decl
            .variants
            .iter()
            .map(|variant| variant.name.as_str())
            .collect();
        assert_eq!(ours, declared, "{name}");
    }
    assert_eq!(standard::library().enums.len(), 3);
    assert_eq!("gelu_tanh".parse(), Ok(Activation::GeluTanh));
    assert_eq!(serde_json::to_string(&RopeScaling::Llama3).unwrap(), "\"llama3\"");
}

/// A model that calls every function of the standard library and holds every leaf.
const EVERYTHING: &str = r#"
    model Everything {
        params { dim = 6 }
        require dim % 2 == 0;
        embed: Embedding(9, dim);
        linear: Linear(dim, dim);
        layer_norm: LayerNorm(dim);
        rms_norm: RmsNorm(dim);
        drop: Dropout(0.5);
        rope: Rope(dim);
        vector: Vector(dim);
        matrix: Matrix(dim, 3);
        third: Tensor3(1, 1, dim);
        fourth: Tensor4(1, 1, 1, dim);
        forward(ids: Int[B, T]) -> (
            x: [B, T, dim], product: [B, T, T], mean: [B, T], sum: [B, 1, dim], max: [T, dim],
            both: [B, T, 2 * dim], mixed: [B, T, dim], first: [B, dim], picked: [B, dim],
            flipped: [dim, 3]
        ) {
            let (cos, sin) = rope(positions(ids));
            let x = drop(rms_norm(layer_norm(linear(embed(ids)))));
            let x = relu(x) + gelu(x) + gelu_tanh(x) + silu(x) + sigmoid(x) + tanh(x) + erf(x) + square(x);
            let x = x + sqrt(abs(x)) + log(exp(x)) + activate(x, mish) + softmax(x) - log_softmax(x, axis: 1);
            let x = 1.0 - x / 2.0 + 2.0 * vector + 3.0 / (4.0 + square(x)) - (-x) * third;
            let heads = rearrange(x, "b t (h d) -> b h t d", h: 1) + fourth;
            let mixed = attend(rotate(heads, cos, sin), rotate(heads, cos, sin), heads, causal: true);
            (
                x, matmul(x, rearrange(x, "b t d -> b d t")), mean(x),
                sum(x, axis: 1, keep: true), max(x, axis: 0), concat([x, x]),
                rearrange(mixed, "b h t d -> b t (h d)"), x[:, -1], pick(x, last_token(ids)), transpose(transpose(matrix + vector.value[0:3]))
            )
        }
    }
"#;

#[test]
fn every_function_and_leaf_is_known() {
    for function in &standard::library().functions {
        let call = format!("{}(", function.name);
        assert!(EVERYTHING.contains(&call), "`{}` is not called", function.name);
    }
    for leaf in &standard::library().leaves {
        assert!(
            EVERYTHING.contains(&format!(": {}(", leaf.name)),
            "`{}` is not used",
            leaf.name
        );
    }
    let parsed = parse_text(EVERYTHING);
    assert!(!parsed.report.has_errors(), "{:#?}", parsed.report.diagnostics);
    let device = Device::flex();
    let init = Init::new(device.clone());
    let model = match ModuleFactory::new().from_spec(&parsed.spec, &Values::new(), None, &init) {
        Ok(model) => model,
        Err(BuildError::Schema(report)) => panic!("{:#?}", report.diagnostics),
        Err(error) => panic!("{error}"),
    };
    let ids = AnyTensor::from(Tensor::<2, Int>::from_data(
        [[1, 2, 8, 0, 3], [4, 5, 6, 7, 1]],
        &device,
    ));
    let outputs = model.run(&mut Context::new(), [("ids", ids)]).unwrap();
    let shapes: Vec<(&str, Vec<usize>)> = outputs
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor.shape()))
        .collect();
    assert_eq!(
        shapes,
        [
            ("x", vec![2, 5, 6]),
            ("product", vec![2, 5, 5]),
            ("mean", vec![2, 5]),
            ("sum", vec![2, 1, 6]),
            ("max", vec![5, 6]),
            ("both", vec![2, 5, 12]),
            ("mixed", vec![2, 5, 6]),
            ("first", vec![2, 6]),
            ("picked", vec![2, 6]),
            ("flipped", vec![6, 3]),
        ]
    );
    for (name, tensor) in outputs {
        assert!(
            tensor.into_data().iter::<f32>().all(f32::is_finite),
            "{name} is not finite"
        );
    }
}
