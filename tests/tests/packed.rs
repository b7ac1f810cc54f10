//! Matrices in blocks: what is kept, and how far the results are from those of numbers.
//!
//! With blocks, rows are rounded to bytes of 1/127 of the largest of 32, which changes a product by about 1 %, and what comes
//! of several by less than 2 %.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use safetensors::tensor::TensorView;
use ttt::adapters::gguf::{self, Encoding};
use ttt::adapters::source::TensorSource;
use ttt::adapters::tensor::HostTensor;
use ttt::burn::module::{Lora, Module};
use ttt::burn::optim::{GradientsParams, SgdConfig};
use ttt::burn::tensor::{Device, TensorData};
use ttt::load::collect_parameters;
use ttt::pipeline::Scorer;
use ttt::{AnyTensor, Context, DynModel, FloatDType, Init, Int, Opened, Opener, Packing, Tensor};

/// The committed model, whose rows are 3 and 8 blocks long.
fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ttt/demo")
}

fn init(packing: Packing) -> Init {
    Init::new(Device::flex()).with_packing(packing)
}

fn logits(model: &DynModel) -> Vec<f32> {
    let ids: Vec<i64> = (0..26).map(|at| (at * 389 + 7) % 1024).collect();
    let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [2, 13]), &Device::flex());
    let outputs = model.run(&mut Context::new(), [("input_ids", AnyTensor::from(ids))]);
    let logits = outputs.unwrap()["logits"].clone().float::<3>().unwrap();
    logits.into_data().try_into_vec().unwrap()
}

/// The root of the mean square of a difference, relative to that of what is expected.
fn relative(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let square = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>();
    let difference = square(&mut found.iter().zip(expected).map(|(a, b)| f64::from(a - b)));
    (difference / square(&mut expected.iter().map(|b| f64::from(*b)))).sqrt()
}

fn bytes(model: &DynModel, opened: &Opened) -> usize {
    let slots = opened.instance.tensors().into_iter();
    let own = slots.filter(|slot| slot.tied.is_none());
    own.map(|slot| model.tensor_bytes(&slot.path).unwrap()).sum()
}

/// The model as a file of GGUF.
fn written(encoding: Encoding, folder: &Path) -> PathBuf {
    let opened = ttt::open(demo()).unwrap();
    let path = folder.join("demo.gguf");
    let request = gguf::SaveRequest {
        program: &opened.program,
        instance: &opened.instance,
        encoding,
        metadata: &[],
    };
    gguf::save(&path, &request, Arc::new(opened.weights.unwrap())).unwrap();
    path
}

/// What rounding weights costs is the encoding's: it is measured in `text_is_expected_as_before`.
#[test]
fn a_file_of_blocks_is_computed_with_as_it_is() {
    for (encoding, of_f32) in [
        (Encoding::Q8_0, 0.28),
        (Encoding::Q4_1, 0.21),
        (Encoding::Q4_0, 0.20),
        (Encoding::F16, 0.51),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = written(encoding, folder.path());
        let opened = ttt::open(&path).unwrap();
        let stored = ttt::load(&opened, &init(Packing::Stored)).unwrap();
        let widened = ttt::load(&opened, &init(Packing::Numbers)).unwrap();
        let share = bytes(&stored, &opened) as f64 / bytes(&widened, &opened) as f64;
        assert!(share < of_f32, "{encoding:?}: {share}");

        let difference = relative(&logits(&stored), &logits(&widened));
        let rounds = encoding != Encoding::F16;
        let expected = if rounds { 1e-4..0.02 } else { 0.0..1e-6 };
        assert!(expected.contains(&difference), "{encoding:?}: {difference}");

        let numbers = |model| collect_parameters(model).into_iter();
        for ((path, a), (_, b)) in numbers(&stored).zip(numbers(&widened)) {
            assert_eq!(a.to_f32(), b.to_f32(), "{path}");
        }
    }
}

#[test]
fn the_bytes_are_those_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(Encoding::Q8_0, folder.path());
    let opened = ttt::open(&path).unwrap();
    let checkpoint = opened.weights.as_ref().unwrap();
    let model = ttt::load(&opened, &init(Packing::Stored)).unwrap();
    let packed = checkpoint.packed("layer.1.mlp.down.weight").unwrap();
    assert_eq!(
        Some(packed.bytes.len()),
        model.tensor_bytes("layer.1.mlp.down.weight")
    );
    // 96 rows of 8 blocks of 34 bytes.
    assert_eq!(packed.bytes.len(), 96 * 8 * 34);
}

/// transformers' loss of a text that the model was not trained on, `text_loss` of the fixture, is 3.8.
#[test]
fn text_is_expected_as_before() {
    let expected = std::fs::read(ttt_tests::fixtures().join("demo/expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let (text, loss) = (
        expected["text"].as_str().unwrap(),
        expected["text_loss"].as_f64().unwrap(),
    );
    for (packing, most) in [
        (Packing::Stored, 1e-4),
        (Packing::Blocks(Encoding::Q8_0), 0.005),
        (Packing::Blocks(Encoding::Q4_1), 0.1),
        (Packing::Blocks(Encoding::Q4_0), 0.1),
    ] {
        let opened = ttt::open(demo()).unwrap();
        let text_model = ttt::text_model(&opened, &demo(), &init(packing)).unwrap();
        let found = Scorer::new(text_model).score(text, &mut |_, _| {}).unwrap().loss;
        assert!((found - loss).abs() < most, "{packing:?}: {found} for {loss}");
    }
}

/// Four bits are too few for what scores tokens.
#[test]
fn rows_of_whole_tokens_keep_eight_bits() {
    let opened = ttt::open(demo()).unwrap();
    let model = ttt::load(&opened, &init(Packing::Blocks(Encoding::Q4_0))).unwrap();
    assert_eq!(model.tensor_bytes("embed.weight"), Some(1024 * 3 * 34));
    assert_eq!(model.tensor_bytes("layer.0.mlp.down.weight"), Some(96 * 8 * 18));
    assert_eq!(model.tensor_bytes("norm.weight"), Some(96 * 4));
}

/// Precision of its own for each tensor: activations stay in 32 bits.
#[test]
fn sixteen_bits_give_what_widened_ones_give() {
    let opened = ttt::open(demo()).unwrap();
    let widened = logits(&ttt::load(&opened, &init(Packing::Numbers)).unwrap());
    let stored = logits(&ttt::load(&opened, &init(Packing::Stored)).unwrap());
    assert!(relative(&stored, &widened) < 1e-6);
    let whole = Init::new(Device::flex()).with_dtype(FloatDType::F16);
    let whole = logits(&ttt::load(&opened, &whole).unwrap());
    assert!(relative(&whole, &widened) < 1e-3);
}

/// One step of gradient descent on the sum of the logits.
fn stepped(model: DynModel) -> DynModel {
    let ids = Tensor::<2, Int>::from_ints([[5, 800, 31]], &Device::flex().autodiff());
    let outputs = model.run(&mut Context::new(), [("input_ids", AnyTensor::from(ids))]);
    let logits = outputs.unwrap()["logits"].clone().float::<3>().unwrap();
    let gradients = GradientsParams::from_grads(logits.sum().backward(), &model);
    SgdConfig::new().init().step(0.5, model, gradients)
}

/// A frozen base in blocks, and what is added to it learns.
#[test]
fn additions_learn_beside_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(schema()).unwrap();
    let transform = "transform { freeze **; lora layer[*].attn.{q, v}(rank: 2); quantize layer[*].attn.{q, v}.base(q8_0); quantize layer[*].mlp(q8_0); }";
    let end = text.rfind('}').unwrap();
    let path = folder.path().join("adapted.ttt");
    std::fs::write(&path, format!("{}{transform}\n}}\n", &text[..end])).unwrap();
    let opened = Opener::new().open(&path).unwrap();
    let init = Init::new(Device::flex().autodiff());
    let fresh = ttt::load(&opened, &init).unwrap();
    let fresh = ttt::load::initialize(fresh, 5, &Device::flex());
    let weights = folder.path().join("weights.safetensors");
    write(&weights, &collect_parameters(&fresh));

    let opened = Opener::new().weights(&weights).open(&path).unwrap();
    let model = ttt::load(&opened, &init).unwrap();
    let base = "layer.0.attn.q.base.weight";
    let blocks = Some(64 * 2 * 34);
    assert_eq!(model.tensor_bytes(base), blocks);
    let up = |model: &DynModel| {
        let mut parameters = collect_parameters(model).into_iter();
        let up = parameters.find(|(path, _)| path == "layer.0.attn.q.up.weight");
        up.unwrap().1.to_f32().unwrap()
    };
    let before = up(&model);
    let model = stepped(model);
    assert_ne!(up(&model), before);
    assert_eq!(model.tensor_bytes(base), blocks);
    // Without gradients the kernel multiplies, with inputs rounded to bytes.
    let difference = relative(&logits(&model.valid()), &logits(&model));
    assert!((1e-5..0.02).contains(&difference), "{difference}");
}

/// A small decoder, with rows of 2 and 8 blocks.
fn schema() -> PathBuf {
    ttt_tests::fixtures().join("packed/small.ttt")
}

fn write(path: &Path, parameters: &[(String, HostTensor)]) {
    let views = parameters.iter().map(|(path, tensor)| {
        let view = TensorView::new(safetensors::Dtype::F32, tensor.shape.clone(), &tensor.bytes);
        (path.as_str(), view.unwrap())
    });
    safetensors::serialize_to_file(views, None, path).unwrap();
}

/// Burn's own adapters reach matrices of linear maps as they reach other parameters.
#[test]
fn adapters_of_burn_are_seen_and_learn() {
    let opened = ttt::open(demo()).unwrap();
    let model = ttt::load(&opened, &Init::new(Device::flex().autodiff())).unwrap();
    let before = model.num_params();
    let model = model.apply_lora(Lora::new(2, 4.0));
    assert!(model.num_params() > before);
    let first = logits(&model);
    let model = stepped(model);
    assert!(relative(&logits(&model), &first) > 1e-6);
}

/// Other blocks take the place of those that are there.
#[test]
fn a_packed_model_is_loaded_again() {
    let opened = ttt::open(demo()).unwrap();
    let mut model = ttt::load(&opened, &init(Packing::Blocks(Encoding::Q4_0))).unwrap();
    for (packing, bytes) in [
        (Packing::Blocks(Encoding::Q8_0), 96 * 8 * 34),
        (Packing::Numbers, 96 * 256 * 4),
        (Packing::Blocks(Encoding::Q4_1), 96 * 8 * 20),
    ] {
        model = ttt::fill(model, &opened, &init(packing)).unwrap();
        assert_eq!(
            model.tensor_bytes("layer.1.mlp.down.weight"),
            Some(bytes),
            "{packing:?}"
        );
    }
}
