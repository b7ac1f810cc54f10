//! Expanded and interpreted models are the same models: the same parameter paths, and the same bits out of the same
//! numbers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use indexmap::IndexMap;
use ttt_dsl::instance::{Values, instantiate};
use ttt_dsl::program::Program;
use ttt_models::bert::{BertConfig, BertOutput};
use ttt_models::gpt2::Gpt2Config;
use ttt_models::llama::LlamaConfig;
use ttt_runtime::burn::tensor::{DType, TensorData};
use ttt_runtime::enums::RopeScaling;
use ttt_runtime::{AnyTensor, Context, Device, DynModel, Init, Int, Module, ModuleFactory, Tensor};

const BATCH: usize = 2;
const LENGTH: usize = 5;
const VOCAB: usize = 17;

/// A model's schema, the head and the config that the expanded one was made with.
struct Declared<'a> {
    program: &'a Arc<Program>,
    model: &'a str,
    head: Option<&'a str>,
    values: Values,
}

/// Builds the interpreted model with the expanded one's parameters, which fails unless both have the same paths, and
/// compares every output.
fn assert_same<M: Module>(
    expanded: M,
    outputs: &[(&str, AnyTensor)],
    declared: Declared<'_>,
    ids: &Tensor<2, Int>,
) {
    let Declared {
        program,
        model,
        head,
        values,
    } = declared;
    let instance = instantiate(program, model, head, &values).unwrap();
    let interpreted = ModuleFactory::new()
        .from_instance(program.clone(), instance, &init())
        .unwrap();
    let interpreted = interpreted.try_load_record(expanded.into_record()).unwrap();
    let found = interpreted
        .run(&mut context(), [("input_ids", AnyTensor::from(ids.clone()))])
        .unwrap();
    assert_same_outputs(&found, outputs);
}

fn assert_same_outputs(found: &IndexMap<String, AnyTensor>, expected: &[(&str, AnyTensor)]) {
    for (name, expected) in expected {
        let (_, found) = found.iter().find(|(found, _)| found == name).unwrap();
        assert_eq!(bits(found), bits(expected), "{name}");
    }
}

/// An expanded and an interpreted model with the same head and the same parameters.
fn twins<M: Module + Clone>(
    program: &Arc<Program>,
    model: &str,
    head: &str,
    values: &Values,
    expanded: &M,
) -> DynModel {
    let instance = instantiate(program, model, Some(head), values).unwrap();
    let interpreted = ModuleFactory::new()
        .from_instance(program.clone(), instance, &init())
        .unwrap();
    interpreted
        .try_load_record(expanded.clone().into_record())
        .unwrap()
}

fn bits(tensor: &AnyTensor) -> (Vec<usize>, Vec<u32>) {
    let data: TensorData = tensor.clone().into_data();
    assert_eq!(data.dtype(), DType::F32);
    let numbers = data.try_to_vec::<f32>().unwrap();
    assert!(numbers.iter().all(|number| number.is_finite()));
    assert!(numbers.iter().any(|number| *number != 0.0));
    (tensor.shape(), numbers.into_iter().map(f32::to_bits).collect())
}

/// The second sequence is padded at its start.
fn context() -> Context {
    let mask = Tensor::<2, Int>::from_data([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1]], &Device::flex());
    Context::new().with_attention_mask(mask.equal_elem(1))
}

fn init() -> Init {
    Init::new(Device::flex())
}

fn ids() -> Tensor<2, Int> {
    let ids: Vec<i32> = (0..BATCH * LENGTH)
        .map(|index| (index * 7 % VOCAB) as i32)
        .collect();
    Tensor::from_data(TensorData::new(ids, [BATCH, LENGTH]), &Device::flex())
}

fn gpt2(tied: bool) -> Gpt2Config {
    Gpt2Config {
        vocab: VOCAB,
        ctx: 11,
        dim: 12,
        heads: 3,
        layers: 2,
        hidden: 20,
        tied,
        ..Gpt2Config::default()
    }
}

#[test]
fn gpt2_with_its_head() {
    for tied in [true, false] {
        let config = gpt2(tied);
        let model = config.init_lm(&init()).unwrap();
        let logits = model.forward(&mut context(), ids());
        let declared = Declared {
            program: ttt_models::gpt2::Gpt2::program(),
            model: "Gpt2",
            head: Some("lm"),
            values: config.values(),
        };
        assert_same(model, &[("logits", logits.into())], declared, &ids());
    }
}

#[test]
fn llama_with_its_head() {
    let small = llama();
    let yarn = LlamaConfig {
        rope_scaling: RopeScaling::Yarn,
        rope_factor: 4.0,
        rope_original_ctx: 4,
        mlp_bias: true,
        ..small.clone()
    };
    for config in [small.clone(), LlamaConfig { tied: true, ..small }, yarn] {
        let model = config.init_lm(&init()).unwrap();
        let logits = model.forward(&mut context(), ids());
        let declared = Declared {
            program: ttt_models::llama::Llama::program(),
            model: "Llama",
            head: Some("lm"),
            values: config.values(),
        };
        assert_same(model, &[("logits", logits.into())], declared, &ids());
    }
}

fn llama() -> LlamaConfig {
    LlamaConfig {
        vocab: VOCAB,
        ctx: 16,
        dim: 12,
        heads: 6,
        kv_heads: 2,
        head_dim: 6,
        hidden: 14,
        layers: 2,
        attention_bias: true,
        ..LlamaConfig::default()
    }
}

#[test]
fn bert_with_and_without_its_pooler() {
    for pooled in [true, false] {
        let config = bert(pooled);
        let model = config.init(&init()).unwrap();
        let BertOutput {
            last_hidden_state,
            pooler_output,
        } = model.forward(&mut context(), ids(), None);
        assert_eq!(pooler_output.is_some(), pooled);
        let mut outputs = vec![("last_hidden_state", AnyTensor::from(last_hidden_state))];
        outputs.extend(pooler_output.map(|output| ("pooler_output", AnyTensor::from(output))));
        let declared = Declared {
            program: ttt_models::bert::Bert::program(),
            model: "Bert",
            head: None,
            values: config.values(),
        };
        assert_same(model, &outputs, declared, &ids());
    }
}

#[test]
fn bert_with_its_head() {
    let config = bert(true);
    let model = config.init_masked_lm(&init()).unwrap();
    let logits = model.forward(&mut context(), ids(), None);
    let declared = Declared {
        program: ttt_models::bert::Bert::program(),
        model: "Bert",
        head: Some("masked_lm"),
        values: config.values(),
    };
    assert_same(model, &[("logits", logits.into())], declared, &ids());
}

fn bert(pooled: bool) -> BertConfig {
    BertConfig {
        vocab: VOCAB,
        ctx: 9,
        segments: 3,
        dim: 10,
        heads: 5,
        layers: 2,
        hidden: 14,
        pooled,
        ..BertConfig::default()
    }
}

/// The ids of [`BATCH`] questions with two answers each, and the mask of the folded sequences.
fn choices() -> (Tensor<3, Int>, Context) {
    let ids: Vec<i32> = (0..2 * BATCH * LENGTH)
        .map(|index| (index * 7 % VOCAB) as i32)
        .collect();
    let ids = Tensor::from_data(TensorData::new(ids, [BATCH, 2, LENGTH]), &Device::flex());
    let rows = [[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]];
    let mask = Tensor::<2, Int>::from_data(rows, &Device::flex());
    (ids, Context::new().with_attention_mask(mask.equal_elem(1)))
}

fn labels<const D: usize>(numbers: Vec<i32>, shape: [usize; D]) -> AnyTensor {
    Tensor::<D, Int>::from_data(TensorData::new(numbers, shape), &Device::flex()).into()
}

/// A head that folds a dimension, takes an input of its own and sums two losses.
#[test]
fn gpt2_with_two_heads() {
    let config = gpt2(true);
    let model = config.init_double_heads(&init()).unwrap();
    let program = ttt_models::gpt2::Gpt2::program();
    let interpreted = twins(program, "Gpt2", "double_heads", &config.values(), &model);
    let (ids, mut context) = choices();
    let spokesmen = Tensor::<2, Int>::from_data([[4, -1], [2, 3]], &Device::flex());
    for chosen in [Some(spokesmen), None] {
        let outputs = model.forward(&mut context, ids.clone(), chosen.clone());
        let given = chosen.map(|chosen| ("mc_token_ids", AnyTensor::from(chosen)));
        let inputs = given.into_iter().chain([("input_ids", ids.clone().into())]);
        let found = interpreted.run(&mut context, inputs).unwrap();
        let expected = [
            ("logits", outputs.logits.clone().into()),
            ("mc_logits", outputs.mc_logits.clone().into()),
        ];
        assert_same_outputs(&found, &expected);
        let given = || {
            [
                ("labels", ids.clone().into()),
                ("mc_labels", labels(vec![1, 0], [2])),
            ]
        };
        let ours = model.loss(&context, &outputs, given()).unwrap();
        let theirs = interpreted.loss(&context, &found, given()).unwrap();
        assert_eq!(bits(&ours.into()), bits(&theirs.into()));
    }
}

#[test]
fn llama_with_a_classifier() {
    let config = LlamaConfig {
        classes: 3,
        pad: 0,
        ..llama()
    };
    let model = config.init_sequence_classification(&init()).unwrap();
    let program = ttt_models::llama::Llama::program();
    let interpreted = twins(
        program,
        "Llama",
        "sequence_classification",
        &config.values(),
        &model,
    );
    let logits = model.forward(&mut context(), ids());
    let found = interpreted
        .run(&mut context(), [("input_ids", AnyTensor::from(ids()))])
        .unwrap();
    assert_same_outputs(&found, &[("logits", logits.clone().into())]);
    let ours = model
        .loss(&context(), &logits, [("labels", labels(vec![2, 0], [2]))])
        .unwrap();
    let theirs = interpreted
        .loss(&context(), &found, [("labels", labels(vec![2, 0], [2]))])
        .unwrap();
    assert_eq!(bits(&ours.into()), bits(&theirs.into()));
}

/// The model's optional inputs are folded too.
#[test]
fn bert_with_choices() {
    let config = bert(true);
    let model = config.init_multiple_choice(&init()).unwrap();
    let program = ttt_models::bert::Bert::program();
    let interpreted = twins(program, "Bert", "multiple_choice", &config.values(), &model);
    let (ids, mut context) = choices();
    let segments = ids.clone().remainder_scalar(3);
    for segments in [Some(segments), None] {
        let logits = model.forward(&mut context, ids.clone(), segments.clone());
        let given = segments.map(|segments| ("token_type_ids", AnyTensor::from(segments)));
        let inputs = given.into_iter().chain([("input_ids", ids.clone().into())]);
        let found = interpreted.run(&mut context, inputs).unwrap();
        assert_same_outputs(&found, &[("logits", logits.into())]);
        assert_eq!(found["last_hidden_state"].shape(), [BATCH, 2, LENGTH, config.dim]);
    }
}

#[test]
fn labels_that_do_not_fit_say_so() {
    let config = Gpt2Config {
        classes: 3,
        ..gpt2(true)
    };
    let model = config.init_token_classification(&init()).unwrap();
    let logits = model.forward(&mut context(), ids());
    let message =
        |given: Vec<(&str, AnyTensor)>| model.loss(&context(), &logits, given).unwrap_err().to_string();
    let fitting = || labels(vec![0, 1, 2, -100, 0, 1, 2, 0, 1, 2], [2, 5]);
    assert!(model.loss(&context(), &logits, [("labels", fitting())]).is_ok());
    assert_eq!(message(vec![]), "the loss needs `labels`: Int[..]");
    assert_eq!(
        message(vec![("labels", fitting()), ("label", fitting())]),
        "the loss reads no `label`: it reads labels"
    );
    assert_eq!(
        message(vec![("labels", labels(vec![0, 1], [2]))]),
        "`labels` is Int[2], expected Int[2, 5]"
    );
    assert_eq!(
        message(vec![(
            "labels",
            labels(vec![0, 1, 2, 3, 0, 1, 2, 0, 1, 2], [2, 5])
        )]),
        "`labels` holds 3, expected 0 to 2 or -100 for what does not count"
    );
}

#[test]
fn a_config_that_breaks_a_require_says_so() {
    let config = Gpt2Config {
        dim: 770,
        ..Gpt2Config::default()
    };
    let error = config.init(&init()).unwrap_err().to_string();
    assert_eq!(
        error,
        "Gpt2: `dim % heads == 0` does not hold; here dim = 770, heads = 12"
    );
    let config = Gpt2Config {
        dropout: 1.5,
        ..Gpt2Config::default()
    };
    let error = config.check().unwrap_err().to_string();
    assert_eq!(
        error,
        "Gpt2: drop: `rate >= 0.0 && rate < 1.0` does not hold: a dropout rate is at least 0 and below 1; here rate = 1.5"
    );
}

#[test]
fn defaults_follow_what_is_given() {
    assert_eq!(Gpt2Config::medium().hidden, 4 * 1024);
    assert_eq!(ttt_models::gpt2::preset::medium(), Gpt2Config::medium());
    let config: Gpt2Config = serde_json::from_str(r#"{"dim": 24, "act": "relu", "eps": 1}"#).unwrap();
    assert_eq!((config.dim, config.hidden, config.eps), (24, 96, 1.0));
    let again: Gpt2Config = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
    assert_eq!(again, config);
    let error = serde_json::from_str::<Gpt2Config>(r#"{"hiden": 24}"#)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "Gpt2: `Gpt2` has no param `hiden`; did you mean `hidden`?");
    let error = serde_json::from_str::<Gpt2Config>(r#"{"heads": 0}"#)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "Gpt2: `heads` cannot be 0; give a whole number above 0");
}

#[test]
#[should_panic(expected = "Gpt2Block: x is [2, 5, 7], but its declared shape [B, T, dim] is [2, 5, 12] here")]
fn a_block_refuses_another_shape() {
    let model = gpt2(true).init(&init()).unwrap();
    model.h[0].forward(&mut Context::new(), Tensor::zeros([2, 5, 7], &Device::flex()));
}

#[test]
#[should_panic(expected = "17 at [1, 4] is not an entry: expected 0 to 16")]
fn an_id_beyond_the_vocabulary_is_refused() {
    let model = gpt2(true).init(&init()).unwrap();
    let beyond = Tensor::<2, Int>::from_data([[0, 1, 2, 3, 4], [0, 1, 2, 3, VOCAB as i32]], &Device::flex());
    model.forward(&mut Context::new(), beyond);
}
