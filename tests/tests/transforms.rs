//! Transforms in training: what is frozen stays, what LoRA adds learns; expanded and interpreted models do the same.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use ttt::burn::module::Module;
use ttt::burn::optim::{GradientsParams, SgdConfig};
use ttt::load::{self, collect_parameters};
use ttt::{AnyTensor, Context, Device, DynModel, Init, Int, ModuleFactory, Tensor, model};

model! {
    model Tuned {
        params { vocab = 11, dim = 12, heads = 3, layers = 2 }
        require dim % heads == 0;
        embed: Embedding(vocab, dim);
        h: [Attention(dim, heads, causal: true); layers];
        norm: LayerNorm(dim);
        forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim] { norm(h(embed(input_ids))) }
        head lm {
            logits: Linear(dim, vocab, bias: false);
            forward(last_hidden_state: [B, T, dim]) -> logits: [B, T, vocab] { logits(last_hidden_state) }
            loss next_token;
        }
        transform {
            freeze **;
            train norm;
            lora h[*].{q, v}(rank: 2, alpha: 4.0);
        }
    }
}

type Numbers = BTreeMap<String, Vec<u8>>;

fn numbers<M: Module>(model: &M) -> Numbers {
    let parameters = collect_parameters(model);
    parameters
        .into_iter()
        .map(|(path, tensor)| (path, tensor.bytes.to_vec()))
        .collect()
}

fn ids(device: &Device) -> Tensor<2, Int> {
    Tensor::from_ints([[1, 5, 3, 9, 2], [7, 0, 4, 4, 10]], device)
}

/// One step of gradient descent.
fn stepped<M: Module>(model: M, loss: Tensor<1>) -> M {
    let gradients = GradientsParams::from_grads(loss.backward(), &model);
    SgdConfig::new().init().step(0.5, model, gradients)
}

fn learns(path: &str) -> bool {
    path.starts_with("norm.") || path.contains(".up.")
}

fn assert_only_what_is_trained_moved(before: &Numbers, after: &Numbers) {
    for (path, numbers) in before {
        // `down` has no gradient yet: `up`, which it goes through, starts at zero.
        assert_eq!(after[path] != *numbers, learns(path), "{path}");
    }
    assert!(before.keys().any(|path| path == "h.1.v.up.weight"));
}

#[test]
fn frozen_parameters_stay_and_additions_learn() {
    let device = Device::flex().autodiff();
    let init = Init::new(device.clone());
    let config = TunedConfig::default();
    let expanded = config.init_lm(&init).unwrap();
    let instance =
        ttt::dsl::instance::instantiate(Tuned::program(), "Tuned", Some("lm"), &config.values()).unwrap();
    let interpreted = ModuleFactory::new()
        .from_instance(Tuned::program().clone(), instance, &init)
        .unwrap();
    let interpreted = interpreted
        .try_load_record(expanded.clone().into_record())
        .unwrap();
    let before = numbers(&expanded);
    assert_eq!(before, numbers(&interpreted));

    let mut cx = Context::new();
    let logits = expanded.forward(&mut cx, ids(&device));
    let labels = || [("labels", AnyTensor::from(ids(&device)))];
    let loss = expanded.loss(&cx, &logits, labels()).unwrap();
    let after = numbers(&stepped(expanded, loss));
    assert_only_what_is_trained_moved(&before, &after);

    let mut cx = Context::new();
    let outputs = interpreted
        .run(&mut cx, [("input_ids", AnyTensor::from(ids(&device)))])
        .unwrap();
    let loss = interpreted.loss(&cx, &outputs, labels()).unwrap();
    assert_eq!(numbers(&stepped(interpreted, loss)), after);
}

fn built(transform: &str) -> Result<DynModel, String> {
    let text = format!(
        "model Small {{ params {{ dim = 32, uneven = 12 }} a: Linear(dim, uneven); b: Linear(uneven, dim); m: Mlp(dim, dim);
         forward(x: [B, T, dim]) -> [B, T, dim] {{ m(b(a(x))) }} transform {{ {transform}; }} }}"
    );
    let parsed = ttt::dsl::parse::parse_text(&text);
    let program = ttt::dsl::check::check(&parsed.spec).program.unwrap();
    let instance = ttt::dsl::instance::instantiate(&program, "Small", None, &Default::default()).unwrap();
    let init = Init::new(Device::flex());
    let built = ModuleFactory::new().from_instance(program.into(), instance, &init);
    built.map_err(|error| error.to_string())
}

#[test]
fn what_is_not_done_is_refused() {
    let message = built("recompute m").unwrap_err();
    assert!(message.contains("`recompute` asks"), "{message}");
    let message = built("quantize b(q8_0)").unwrap_err();
    assert!(
        message.contains("rows of 12 numbers, which are no whole blocks of 32"),
        "{message}"
    );
    built("quantize b(bf16)").unwrap();
}

/// The tensors that `quantize` names are in blocks once they are loaded, and the others are not.
#[test]
fn quantize_is_done_where_numbers_are_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = built("freeze a").unwrap();
    let tensors: Vec<_> = collect_parameters(&load::initialize(fresh, 3, &Device::flex()));
    let views = tensors.iter().map(|(path, tensor)| {
        let view = TensorView::new(safetensors::Dtype::F32, tensor.shape.clone(), &tensor.bytes);
        (path.as_str(), view.unwrap())
    });
    let weights = folder.path().join("small.safetensors");
    safetensors::serialize_to_file(views, None, &weights).unwrap();
    let schema = folder.path().join("small.ttt");
    let text = "model Small { params { dim = 32, uneven = 12 } a: Linear(dim, uneven); b: Linear(uneven, dim); m: Mlp(dim, dim);
         forward(x: [B, T, dim]) -> [B, T, dim] { m(b(a(x))) } transform { quantize {a, m}(q4_1); } }";
    std::fs::write(&schema, text).unwrap();
    let opened = ttt::Opener::new().weights(&weights).open(&schema).unwrap();
    let model = ttt::load(&opened, &Init::new(Device::flex())).unwrap();
    assert_eq!(model.tensor_bytes("a.weight"), Some(12 * 20));
    assert_eq!(model.tensor_bytes("m.up.weight"), Some(32 * 20));
    assert_eq!(model.tensor_bytes("b.weight"), Some(32 * 12 * 4));
}
