//! Interpreted models are Burn modules like any other, and wrong inputs are errors that say what was expected.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod user_leaf;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Int, Tensor, TensorData};
use indexmap::IndexMap;
use ttt_dsl::instance::{Scalar, Values};
use ttt_dsl::parse::parse_text;
use ttt_dsl::spec::Spec;
use ttt_runtime::interpret::{BuildError, RunError};
use ttt_runtime::load::{Stored, collect_parameters, initialize, load_parameters};
use ttt_runtime::{AnyTensor, Context, DynModel, FloatDType, Init, ModuleFactory, burn};

/// Conditional parts, repetition, a tie, an optional output, an input with a default.
const TINY: &str = r#"
    block Layer(dim, heads, gated: Bool) {
        require dim % heads == 0;
        norm: RmsNorm(dim);
        attn: GroupedQueryAttention(dim, heads, 1, 4);
        gate: Vector(dim, init_mean: 1.0) if gated;
        forward(x: [B, T, dim], cos: [B, T, 4], sin: [B, T, 4]) -> [B, T, dim] {
            let mixed = attn(norm(x), cos, sin);
            if gated { x + gate * mixed } else { x + mixed }
        }
    }
    model Tiny {
        params { vocab = 11, kinds = 3, dim = 6, heads = 2, layers = 2, gated: Bool = true, pooled: Bool = false }
        require dim % heads == 0;
        embed: Embedding(vocab, dim);
        kind: Embedding(kinds, dim);
        rope: Rope(4);
        h: [Layer(dim, heads, gated); layers];
        pool: Linear(dim, dim) if pooled;
        forward(input_ids: Int[B, T], kind_ids: Int[B, T] = 0) -> (last: [B, T, dim], pooler: [B, dim] if pooled) {
            let (cos, sin) = rope(positions(input_ids));
            let x = h(embed(input_ids) + kind(kind_ids), cos, sin);
            let pooler = if pooled { pool(x[:, 0]) };
            (x, pooler)
        }
        head lm {
            logits: Linear(dim, vocab, bias: false);
            tie logits.weight = embed.weight;
            forward(last: [B, T, dim]) -> logits: [B, T, vocab] { logits(last) }
        }
    }
"#;

fn spec(text: &str) -> Spec {
    let parsed = parse_text(text);
    assert!(!parsed.report.has_errors(), "{:#?}", parsed.report.diagnostics);
    parsed.spec
}

fn build(text: &str, params: &[(&str, Scalar)], head: Option<&str>, device: &Device) -> DynModel {
    let params: Values = params
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    let init = Init::new(device.clone());
    match ModuleFactory::new().from_spec(&spec(text), &params, head, &init) {
        Ok(model) => initialize(model, 3, device),
        Err(BuildError::Schema(report)) => panic!("{:#?}", report.diagnostics),
        Err(error) => panic!("{error}"),
    }
}

fn ids(rows: &[&[i64]], device: &Device) -> AnyTensor {
    let numbers: Vec<i64> = rows.concat();
    Tensor::<2, Int>::from_data(TensorData::new(numbers, [rows.len(), rows[0].len()]), device).into()
}

fn run(model: &DynModel, inputs: Vec<(&str, AnyTensor)>) -> Result<IndexMap<String, AnyTensor>, RunError> {
    model.run(&mut Context::new(), inputs)
}

/// Every parameter with its path and the types of the modules around it.
struct Paths {
    stack: Vec<String>,
    containers: Vec<String>,
    found: Vec<(String, String)>,
}

impl ModuleVisitor for Paths {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.stack.push(name.to_string());
        self.containers.push(container.to_string());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.stack.pop();
        self.containers.pop();
    }

    fn visit_float<const D: usize>(&mut self, _: &Param<Tensor<D>>) {
        let container = self.containers.last().cloned().unwrap_or_default();
        self.found.push((self.stack.join("."), container));
    }
}

fn paths(model: &DynModel) -> Vec<(String, String)> {
    let mut paths = Paths {
        stack: Vec::new(),
        containers: Vec::new(),
        found: Vec::new(),
    };
    model.visit(&mut paths);
    paths.found
}

#[test]
fn parameters_stand_under_the_paths_of_the_instance() {
    let model = build(
        TINY,
        &[("pooled", Scalar::Bool(true))],
        Some("lm"),
        &Device::flex(),
    );
    let found = paths(&model);
    let names: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let slots = model.instance().tensors();
    let expected: Vec<&str> = slots
        .iter()
        .filter(|slot| slot.tied.is_none())
        .map(|slot| slot.path.as_str())
        .collect();
    assert_eq!(names, expected);
    assert!(
        names.contains(&"h.1.attn.q.weight") && names.contains(&"h.0.gate.value"),
        "{names:?}"
    );
    assert!(
        !names.contains(&"lm.logits.weight"),
        "a tied weight has no storage"
    );
    assert_eq!(Module::num_params(&model), model.instance().parameter_count());
    let container = |path: &str| {
        found
            .iter()
            .find(|(found, _)| found == path)
            .map(|(_, container)| container.as_str())
    };
    assert_eq!(container("h.1.attn.q.weight"), Some("Struct:Linear"));
    assert_eq!(container("embed.weight"), Some("Struct:Embedding"));
}

#[test]
fn an_optimizer_moves_parameters_and_a_record_brings_them_back() {
    let device = Device::flex().autodiff();
    let model = build(TINY, &[], Some("lm"), &device);
    let before = collect_parameters(&model);
    let input = || vec![("input_ids", ids(&[&[1, 2, 3], &[4, 0, 10]], &device))];
    let logits: Tensor<3> = run(&model, input()).unwrap()["logits"].clone().float().unwrap();
    let gradients = logits.square().mean().backward();
    let gradients = GradientsParams::from_grads(gradients, &model);
    assert_eq!(gradients.len(), before.len(), "every parameter has a gradient");
    let mut optimizer = AdamWConfig::new().init();
    let model = optimizer.step(0.01, model, gradients);
    for ((path, before), (_, after)) in before.iter().zip(collect_parameters(&model)) {
        assert_ne!(before.bytes, after.bytes, "{path} did not move");
    }

    let expected = run(&model, input()).unwrap()["logits"].clone().into_data();
    let record = model.into_record();
    let other = build(TINY, &[], Some("lm"), &device).load_record(record);
    let found = run(&other, input()).unwrap()["logits"].clone().into_data();
    assert_eq!(found, expected);
}

#[test]
fn outputs_exist_under_their_condition() {
    let device = Device::flex();
    let input = || vec![("input_ids", ids(&[&[1, 2, 3]], &device))];
    let outputs = run(&build(TINY, &[], Some("lm"), &device), input()).unwrap();
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["logits", "last"]);
    let pooled = build(TINY, &[("pooled", Scalar::Bool(true))], None, &device);
    let outputs = run(&pooled, input()).unwrap();
    assert_eq!(outputs.keys().collect::<Vec<_>>(), ["last", "pooler"]);
    assert_eq!(outputs["pooler"].shape(), [1, 6]);
}

#[test]
fn an_input_left_out_is_its_default() {
    let device = Device::flex();
    let model = build(TINY, &[], None, &device);
    let without = run(&model, vec![("input_ids", ids(&[&[1, 2]], &device))]).unwrap();
    let zeros = ids(&[&[0, 0]], &device);
    let with = run(
        &model,
        vec![("input_ids", ids(&[&[1, 2]], &device)), ("kind_ids", zeros)],
    )
    .unwrap();
    assert_eq!(
        without["last"].clone().into_data(),
        with["last"].clone().into_data()
    );
}

#[test]
fn a_trace_holds_every_part() {
    let device = Device::flex();
    let model = build(TINY, &[], Some("lm"), &device);
    let mut cx = Context::new().with_trace();
    let outputs = model
        .run(&mut cx, [("input_ids", ids(&[&[1, 2, 3]], &device))])
        .unwrap();
    let trace = cx.trace.unwrap();
    for path in [
        "rope.cos",
        "rope.sin",
        "h.0.attn.q",
        "h.1.attn",
        "h.1",
        "lm.logits",
    ] {
        assert!(
            trace.get(path).is_some(),
            "{path} is not in {:?}",
            trace.entries()
        );
    }
    let last = outputs["last"].clone();
    assert_eq!(trace.get("h.1").unwrap().clone().into_data(), last.into_data());
}

#[test]
fn wrong_inputs_are_errors() {
    let device = Device::flex();
    let model = build(TINY, &[], None, &device);
    let good = || ids(&[&[1, 2, 3]], &device);
    let message = |inputs| run(&model, inputs).expect_err("wrong inputs").to_string();
    let float = AnyTensor::from(Tensor::<2>::zeros([1, 3], &device));
    let flat = AnyTensor::from(Tensor::<1, Int>::zeros([3], &device));
    assert_eq!(
        message(vec![]),
        "the input `input_ids` is missing: expected Int[B, T]"
    );
    assert_eq!(
        message(vec![("ids", good())]),
        "`ids` is not an input of the model: it takes input_ids: Int[B, T], kind_ids: Int[B, T]"
    );
    assert_eq!(
        message(vec![("input_ids", float)]),
        "`input_ids` is [1, 3], expected Int[B, T]"
    );
    assert_eq!(
        message(vec![("input_ids", flat)]),
        "`input_ids` is Int[3], expected Int[B, T]"
    );
    assert_eq!(
        message(vec![
            ("input_ids", good()),
            ("kind_ids", ids(&[&[0, 0]], &device))
        ]),
        "dimension 1 (`T`) of `kind_ids` is 2, expected 3 as in `input_ids`"
    );
    assert_eq!(
        message(vec![("input_ids", ids(&[&[1, 2, 3], &[4, 11, 5]], &device))]),
        "embed: 11 at [1, 1] of `input_ids` is not an entry: expected 0 to 10"
    );
    let mask = Tensor::<2, Int>::ones([1, 4], &device).bool();
    let mut cx = Context::new().with_attention_mask(mask);
    let error = model
        .run(&mut cx, [("input_ids", good())])
        .expect_err("a mask that does not fit");
    assert_eq!(
        error.to_string(),
        "h.0.attn: the context's attention mask is [1, 4], expected [1, 3]"
    );
}

#[test]
fn a_default_whose_size_nothing_tells_is_missing() {
    let text = "model Half { params { dim = 2 }  forward(x: [B, dim] = 1.0) -> [B, dim] { x / 2 } }";
    let device = Device::flex();
    let model = build(text, &[], None, &device);
    let given = run(&model, vec![("x", Tensor::<2>::ones([3, 2], &device).into())]).unwrap();
    assert_eq!(given["output"].shape(), [3, 2]);
    let error = run(&model, vec![]).unwrap_err();
    assert!(
        matches!(&error, RunError::MissingInput { input, .. } if input == "x"),
        "{error}"
    );
}

#[test]
fn parameters_load_and_what_does_not_fit_is_named() {
    let device = Device::flex();
    let source: IndexMap<_, _> = collect_parameters(&build(TINY, &[], None, &device))
        .into_iter()
        .collect();
    let init = Init::new(device);
    let fresh = || {
        ModuleFactory::new()
            .from_spec(&spec(TINY), &Values::new(), None, &init)
            .unwrap()
    };

    let (loaded, missing) = load_parameters(fresh(), FloatDType::F32, &mut |path| {
        let tensor = source.get(path).filter(|_| path != "kind.weight");
        Ok::<_, String>(tensor.cloned().map(Stored::from))
    })
    .unwrap();
    assert_eq!(missing, ["kind.weight"]);
    for (path, tensor) in collect_parameters(&loaded)
        .iter()
        .filter(|(path, _)| path != "kind.weight")
    {
        assert_eq!(tensor.bytes, source[path].bytes, "{path}");
    }

    let error = load_parameters(fresh(), FloatDType::F32, &mut |path| {
        let mut tensor = source[path].clone();
        if path == "h.0.attn.o.weight" {
            tensor.shape.reverse();
        }
        Ok::<_, String>(Some(Stored::from(tensor)))
    });
    let error = error.expect_err("a transposed weight").to_string();
    assert_eq!(
        error,
        "`h.0.attn.o.weight` is [8, 6] in the checkpoint, expected [6, 8]"
    );
}
