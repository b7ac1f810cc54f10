//! Leaves whose Rust code the user registers.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use indexmap::IndexMap;
use ttt_dsl::instance::{Scalar, Values};
use ttt_runtime::initial::Initial;
use ttt_runtime::interpret::{BuildError, LeafFunction, RunError};
use ttt_runtime::{AnyTensor, Context, Init, ModuleFactory, burn};

use crate::{paths, run, spec};

/// `x · weight`
struct Gate;

impl LeafFunction for Gate {
    fn initial(&self, _weight: &str, _params: &Values) -> Initial {
        Initial::Constant(2.0)
    }

    fn forward(
        &self,
        _context: &mut Context,
        params: &Values,
        weights: &IndexMap<String, AnyTensor>,
        inputs: Vec<AnyTensor>,
    ) -> Result<Vec<AnyTensor>, String> {
        let [x] = inputs.try_into().map_err(|_| "one input".to_string())?;
        let x: Tensor<2> = x.float().map_err(|error| error.to_string())?;
        if params.get("broken") == Some(&Scalar::Bool(true)) {
            return Err("it is broken".to_string());
        }
        let weight: Tensor<1> = weights["weight"]
            .clone()
            .float()
            .map_err(|error| error.to_string())?;
        Ok(vec![(x * weight.unsqueeze()).into()])
    }
}

const GATED: &str = r#"
    leaf Gate(dim, broken: Bool = false) = crate::Gate { weight: [dim]; forward(x: [.., dim]) -> [.., dim]; }
    model Gated {
        params { dim = 3, broken: Bool = false }
        gate: Gate(dim, broken: broken);
        forward(x: [B, dim]) -> y: [B, dim] { gate(x) }
    }
"#;

#[test]
fn a_users_leaf_is_a_part_like_any_other() {
    let device = Device::flex();
    let mut factory = ModuleFactory::new();
    let init = Init::new(device.clone());
    let unknown = factory
        .from_spec(&spec(GATED), &Values::new(), None, &init)
        .expect_err("not registered");
    assert!(
        matches!(unknown, BuildError::UnknownLeaf { ref part, .. } if part == "gate"),
        "{unknown}"
    );
    factory.register_leaf("Gate", Arc::new(Gate));
    let model = factory
        .from_spec(&spec(GATED), &Values::new(), None, &init)
        .unwrap();
    assert_eq!(
        paths(&model),
        [("gate.weight".to_string(), "Struct:Gate".to_string())]
    );
    let x = || AnyTensor::from(Tensor::<2>::from_data([[1.0, -2.0, 3.0]], &device));
    let y: Tensor<2> = run(&model, vec![("x", x())]).unwrap()["y"]
        .clone()
        .float()
        .unwrap();
    assert_eq!(y.into_data().try_to_vec::<f32>().unwrap(), [2.0, -4.0, 6.0]);

    let broken = Values::from_iter([("broken".to_string(), Scalar::Bool(true))]);
    let model = factory.from_spec(&spec(GATED), &broken, None, &init).unwrap();
    let error = run(&model, vec![("x", x())]).expect_err("broken");
    assert_eq!(error.to_string(), "gate: it is broken");
}

/// `x` and `-x`, unless `gives` asks for something else.
struct Halves;

impl LeafFunction for Halves {
    fn initial(&self, _weight: &str, _params: &Values) -> Initial {
        Initial::Constant(0.0)
    }

    fn forward(
        &self,
        _context: &mut Context,
        params: &Values,
        _weights: &IndexMap<String, AnyTensor>,
        mut inputs: Vec<AnyTensor>,
    ) -> Result<Vec<AnyTensor>, String> {
        let x: Tensor<2> = inputs.remove(0).float().map_err(|error| error.to_string())?;
        let minus = AnyTensor::from(x.clone().neg());
        Ok(match params.get("gives") {
            Some(Scalar::Int(1)) => vec![x.into()],
            Some(Scalar::Int(0)) => vec![],
            Some(Scalar::Int(-1)) => vec![x.clone().unsqueeze::<3>().into(), minus],
            Some(Scalar::Int(-2)) => vec![x.int().into(), minus],
            _ => vec![x.into(), minus],
        })
    }
}

const HALVED: &str = r#"
    leaf Halves(dim, gives: Int) = crate::Halves { forward(x: [B, dim]) -> (plus: [B, dim], minus: [B, dim]); }
    block Layer(dim, gives: Int) {
        halves: Halves(dim, gives);
        forward(x: [B, dim]) -> [B, dim] { let (plus, minus) = halves(x); plus - minus }
    }
    model Halved {
        params { dim = 3, gives: Int = 2 }
        layers: [Layer(dim, gives); 2];
        forward(x: [B, dim]) -> y: [B, dim] { layers(x) }
    }
"#;

/// The trace and the result of [`HALVED`].
fn halved(gives: i64) -> Result<(Vec<String>, Vec<f32>), RunError> {
    let device = Device::flex();
    let mut factory = ModuleFactory::new();
    factory.register_leaf("Halves", Arc::new(Halves));
    let params = Values::from_iter([("gives".to_string(), Scalar::Int(gives))]);
    let model = factory
        .from_spec(&spec(HALVED), &params, None, &Init::new(device.clone()))
        .unwrap();
    let mut cx = Context::new().with_trace();
    let x = Tensor::<2>::from_data([[1.0, -2.0, 3.0]], &device);
    let y = model.run(&mut cx, [("x", x.into())])?["y"].clone();
    let y = y.into_data().try_to_vec().unwrap();
    let trace = cx.trace.unwrap();
    Ok((
        trace.into_entries().into_iter().map(|(path, _)| path).collect(),
        y,
    ))
}

#[test]
fn several_outputs_of_a_users_leaf_are_told_apart_and_wrong_ones_refused() {
    let (trace, y) = halved(2).unwrap();
    assert_eq!(y, [4.0, -8.0, 12.0]);
    assert_eq!(
        trace[..3],
        ["layers.0.halves.plus", "layers.0.halves.minus", "layers.0"]
    );

    for (gives, expected) in [
        (1, "layers.0.halves: the number of its outputs is 1, expected 2"),
        (0, "layers.0.halves: the number of its outputs is 0, expected 2"),
        (
            -1,
            "layers.0.halves: expected Float of rank 2, found Float of rank 3",
        ),
        (
            -2,
            "layers.0.halves: expected Float of rank 2, found Int of rank 2",
        ),
    ] {
        assert_eq!(halved(gives).unwrap_err().to_string(), expected, "{gives}");
    }
}
