//! Every operation gives the numbers of torch, and so do its gradients.

#![allow(clippy::unwrap_used, clippy::panic)]

use ttt_runtime::burn::tensor::{Bool, DType, Device, FloatDType, Gradients, Int, Tensor, TensorData};
use ttt_runtime::enums::{Activation, RopeScaling};
use ttt_runtime::leaf::{LayerNorm, RmsNorm, Rope};
use ttt_runtime::{Context, Init, Param, op};
use ttt_tests::{Reference, References, fixtures, largest_difference};

/// Sums of at most a hundred products in f32.
const SINGLE: f32 = 1e-5;
/// One step of f16 at one.
const HALF: f32 = 1e-3;

fn read(name: &str) -> References {
    References::read(&fixtures().join(format!("ops/{name}.safetensors")))
}

fn device() -> Device {
    Device::flex()
}

fn floats<const D: usize>(file: &References, name: &str, device: &Device) -> Tensor<D> {
    let reference = file.get(name).unwrap_or_else(|| panic!("no tensor {name}"));
    Tensor::from_data(
        TensorData::new(reference.floats().to_vec(), reference.shape().to_vec()),
        (device, DType::F32),
    )
}

fn ints<const D: usize>(file: &References, name: &str, device: &Device) -> Tensor<D, Int> {
    let reference = file.get(name).unwrap_or_else(|| panic!("no tensor {name}"));
    Tensor::from_data(
        TensorData::new(reference.ints().to_vec(), reference.shape().to_vec()),
        (device, DType::I64),
    )
}

fn mask(file: &References, name: &str, device: &Device) -> Tensor<2, Bool> {
    ints::<2>(file, name, device).not_equal_elem(0)
}

/// An input whose gradient is asked for.
fn input<const D: usize>(file: &References, name: &str) -> Tensor<D> {
    floats(file, name, &device().autodiff()).require_grad()
}

#[track_caller]
fn assert_same<const D: usize>(what: &str, found: Tensor<D>, expected: &Reference, tolerance: f32) {
    assert_eq!(found.dims().as_slice(), expected.shape(), "{what}: shape");
    let found = found
        .cast(FloatDType::F32)
        .into_data()
        .try_to_vec::<f32>()
        .unwrap();
    let difference = largest_difference(expected.shape(), expected.floats(), &found, None).unwrap();
    let scale = 1.0
        + expected
            .floats()
            .iter()
            .fold(0.0_f32, |largest, value| largest.max(value.abs()));
    assert!(difference.size() <= tolerance * scale, "{what}: {difference}");
}

/// Sends `grad` back through the answer.
#[track_caller]
fn assert_answer<const D: usize>(what: &str, file: &References, answer: Tensor<D>) -> Gradients {
    assert_same(what, answer.clone(), file.get("answer").unwrap(), SINGLE);
    let grad = floats::<D>(file, "grad", &device().autodiff());
    (answer * grad).sum().backward()
}

#[track_caller]
fn assert_gradient<const D: usize>(
    what: &str,
    file: &References,
    gradients: &Gradients,
    name: &str,
    input: &Tensor<D>,
) {
    let expected = file.get(&format!("{name}.grad")).unwrap();
    assert_same(
        &format!("{what}, gradient of {name}"),
        input.grad(gradients).unwrap(),
        expected,
        SINGLE,
    );
}

#[test]
fn attention_with_groups_causality_and_padding() {
    for (name, causal, scale) in [
        ("attend_causal", true, 0.0),
        ("attend_padding", false, 0.0),
        ("attend_causal_padding", true, 0.0),
        ("attend_last_queries", true, 0.0),
        ("attend_scale", false, 0.37),
    ] {
        let file = read(name);
        let context = |device: &Device| match file.get("padding") {
            Some(_) => Context::new().with_attention_mask(mask(&file, "padding", device)),
            None => Context::new(),
        };
        let plain = |name| floats::<4>(&file, name, &device());
        let answer = op::attend(
            &mut context(&device()),
            plain("q"),
            plain("k"),
            plain("v"),
            causal,
            scale,
        );
        assert_same(
            &format!("{name} without gradients"),
            answer,
            file.get("answer").unwrap(),
            SINGLE,
        );

        let (q, k, v) = (
            input::<4>(&file, "q"),
            input::<4>(&file, "k"),
            input::<4>(&file, "v"),
        );
        let mut context = context(&device().autodiff());
        let gradients = assert_answer(
            name,
            &file,
            op::attend(&mut context, q.clone(), k.clone(), v.clone(), causal, scale),
        );
        assert_gradient(name, &file, &gradients, "q", &q);
        assert_gradient(name, &file, &gradients, "k", &k);
        assert_gradient(name, &file, &gradients, "v", &v);
    }
}

#[test]
fn rotation() {
    let file = read("rotate");
    let x = input::<4>(&file, "x");
    let table = |name| floats::<3>(&file, name, &device().autodiff());
    let gradients = assert_answer("rotate", &file, op::rotate(x.clone(), table("cos"), table("sin")));
    assert_gradient("rotate", &file, &gradients, "x", &x);
}

#[test]
fn rotary_tables_of_every_scaling() {
    use RopeScaling::{Dynamic, Linear, Llama3, Unscaled, Yarn};
    let rope =
        |scaling, factor, [beta_fast, beta_slow]: [f64; 2], [given, mscale, all_dim]: [f64; 3], truncate| {
            let init = Init::new(device());
            Rope::new(
                16, 500.0, scaling, factor, 64, 1.0, 4.0, beta_fast, beta_slow, given, mscale, all_dim,
                truncate, &init,
            )
        };
    let (usual, none) = ([32.0, 1.0], [0.0; 3]);
    for (name, rope) in [
        ("unscaled", rope(Unscaled, 1.0, usual, none, true)),
        ("linear", rope(Linear, 3.0, usual, none, true)),
        ("dynamic", rope(Dynamic, 2.0, usual, none, true)),
        ("dynamic_within", rope(Dynamic, 2.0, usual, none, true)),
        ("yarn", rope(Yarn, 4.0, usual, none, true)),
        ("yarn_given", rope(Yarn, 4.0, [4.0, 0.5], [1.3, 0.0, 0.0], false)),
        ("yarn_mscale", rope(Yarn, 4.0, usual, [0.0, 1.2, 0.7], true)),
        ("llama3", rope(Llama3, 8.0, usual, none, true)),
    ] {
        let file = read(&format!("rope_{name}"));
        let (cos, sin) = rope.forward(ints::<2>(&file, "positions", &device()));
        // Angles reach 255: their own rounding in f32 is up to 1.5e-5.
        assert_same(
            &format!("{name}, cosines"),
            cos,
            file.get("cos").unwrap(),
            2.0 * SINGLE,
        );
        assert_same(
            &format!("{name}, sines"),
            sin,
            file.get("sin").unwrap(),
            2.0 * SINGLE,
        );
    }
}

#[test]
fn layer_norm() {
    let file = read("layer_norm");
    let x = input::<3>(&file, "x");
    let mut norm = LayerNorm::new(13, 1e-5, true, &Init::new(device().autodiff()));
    norm.weight = Param::from_tensor(input(&file, "weight"));
    norm.bias = Some(Param::from_tensor(input(&file, "bias")));
    let gradients = assert_answer("layer_norm", &file, norm.forward(x.clone()));
    assert_gradient("layer_norm", &file, &gradients, "x", &x);
    assert_gradient("layer_norm", &file, &gradients, "weight", &norm.weight.val());
    assert_gradient("layer_norm", &file, &gradients, "bias", &norm.bias.unwrap().val());
}

#[test]
fn rms_norm() {
    let file = read("rms_norm");
    let x = input::<3>(&file, "x");
    let mut norm = RmsNorm::new(13, 1e-6, &Init::new(device().autodiff()));
    norm.weight = Param::from_tensor(input(&file, "weight"));
    let gradients = assert_answer("rms_norm", &file, norm.forward(x.clone()));
    assert_gradient("rms_norm", &file, &gradients, "x", &x);
    assert_gradient("rms_norm", &file, &gradients, "weight", &norm.weight.val());
}

#[test]
fn activations() {
    let file = read("activations");
    for name in Activation::NAMES {
        let x = input::<1>(&file, "x");
        let answer = op::activate(x.clone(), name.parse().unwrap());
        assert_same(name, answer.clone(), file.get(name).unwrap(), SINGLE);
        let gradient = x.grad(&answer.sum().backward()).unwrap();
        assert_same(
            &format!("{name}, gradient"),
            gradient,
            file.get(&format!("{name}.grad")).unwrap(),
            SINGLE,
        );
    }
}

#[test]
fn softmax_along_any_axis() {
    for (name, axis) in [("last", -1), ("middle", 1)] {
        for (kind, function) in [
            ("softmax", op::softmax::<3> as fn(Tensor<3>, i64) -> Tensor<3>),
            ("log_softmax", op::log_softmax),
        ] {
            let name = format!("{kind}_{name}");
            let file = read(&name);
            let x = input::<3>(&file, "x");
            let gradients = assert_answer(&name, &file, function(x.clone(), axis));
            assert_gradient(&name, &file, &gradients, "x", &x);
        }
    }
}

#[test]
fn rearrange() {
    let file = read("rearrange");
    let x = || floats::<3>(&file, "x", &device());
    let y = floats::<4>(&file, "y", &device());
    let image = floats::<4>(&file, "image", &device());
    #[track_caller]
    fn same<const D: usize>(file: &References, name: &str, found: Tensor<D>) {
        assert_same(name, found, file.get(name).unwrap(), 0.0);
    }
    let (b, t, c) = (&["b"][..], &["t"][..], &["c"][..]);
    let (h, d) = (&["h"][..], &["d"][..]);
    let heads = op::rearrange(x(), [b, t, &["h", "d"]], [b, h, t, d], &[("h", 3)]);
    same(&file, "x: b t (h d) -> b h t d", heads);
    let heads = op::rearrange(x(), [b, t, &["d", "h"]], [b, h, t, d], &[("h", 3)]);
    same(&file, "x: b t (d h) -> b h t d", heads);
    let flat = op::rearrange(x(), [b, t, c], [&["b", "t"], c], &[]);
    same(&file, "x: b t c -> (b t) c", flat);
    let turned = op::rearrange(x(), [b, t, c], [c, t, b], &[]);
    same(&file, "x: b t c -> c t b", turned);
    let merged = op::rearrange(y, [b, h, t, d], [b, t, &["h", "d"]], &[]);
    same(&file, "y: b h t d -> b t (h d)", merged);
    let patches = op::rearrange(
        image,
        [b, c, &["h", "p"], &["w", "q"]],
        [b, &["h", "w"], &["c", "p", "q"]],
        &[("p", 2), ("q", 2)],
    );
    same(&file, "image: b c (h p) (w q) -> b (h w) (c p q)", patches);
}

#[test]
fn half_precision_is_rounded_once() {
    let file = read("f16");
    fn half<const D: usize>(file: &References, name: &str) -> Tensor<D> {
        floats::<D>(file, name, &device()).cast(FloatDType::F16)
    }
    let x = || half::<3>(&file, "x");
    let same = |name: &str, found: Tensor<3>| {
        assert_eq!(found.dtype(), DType::F16, "{name}");
        assert_same(name, found, file.get(name).unwrap(), HALF);
    };
    let init = Init::new(device()).with_dtype(FloatDType::F16);
    let mut layer_norm = LayerNorm::new(13, 1e-5, true, &init);
    layer_norm.weight = Param::from_tensor(half(&file, "weight"));
    layer_norm.bias = Some(Param::from_tensor(half(&file, "bias")));
    same("layer_norm", layer_norm.forward(x()));
    let mut rms_norm = RmsNorm::new(13, 1e-6, &init);
    rms_norm.weight = Param::from_tensor(half(&file, "weight"));
    same("rms_norm", rms_norm.forward(x()));
    same("softmax", op::softmax(x(), -1));
    for name in Activation::NAMES {
        same(name, op::activate(x(), name.parse().unwrap()));
    }
    let answer = op::attend(
        &mut Context::new(),
        half(&file, "q"),
        half(&file, "k"),
        half(&file, "v"),
        true,
        0.0,
    );
    assert_eq!(answer.dtype(), DType::F16);
    assert_same("attend_causal", answer, file.get("attend_causal").unwrap(), HALF);
}
