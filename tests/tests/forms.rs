//! Every form of the language, expanded: user's leaves and enumerations, expressions, optional parts and inputs, heads,
//! block arguments, several macro calls side by side, a schema in a file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![deny(warnings, missing_docs)]

use std::sync::Arc;

use ttt_dsl::instance::{Values, instantiate};
use ttt_runtime::burn;
use ttt_runtime::burn::tensor::TensorData;
use ttt_runtime::initial::Initial;
use ttt_runtime::interpret::LeafFunction;
use ttt_runtime::{AnyTensor, Context, Device, Init, Int, Module, ModuleFactory, Param, Tensor};

/// A leaf of this crate: one factor per feature.
#[derive(Module, Debug)]
pub struct Scale {
    /// `[dim]`
    pub weight: Param<Tensor<1>>,
}

impl Scale {
    /// Factors of one.
    pub fn new(dim: usize, init: &Init) -> Scale {
        Scale {
            weight: init.param([dim], Initial::Constant(1.0)),
        }
    }

    /// `x` times the factors.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        x * self.weight.val().unsqueeze()
    }
}

ttt_runtime::model! {
    enum Gate { open, shut("closed") }

    leaf Scale(dim) = crate::Scale {
        weight: [dim];
        forward(x: [.., dim]) -> [.., dim];
    }

    block Forms(dim, heads, gate: Gate, share: Float = 0.5, offset: Int = 0) {
        require dim % heads == 0;
        require dim - heads > 1 && (gate == open || share < 8.0 / dim);
        let head_dim = dim / heads;
        let wide = round_up(dim, 8) + ceil_div(dim, 3);
        let temperature = 1.0 / sqrt(head_dim);
        bias: Vector(dim);
        scale: [Scale(dim); 3] if gate == open;
        up: Linear(dim, wide, bias: false);
        down: Linear(wide, dim);
        forward(x: [B, T, dim], mask: [B, T] = 1.0) -> (y: [B, T, dim], pooled: [B, dim] if gate == open) {
            let y = if gate == open { scale(x) } else { x * temperature + offset };
            let y = 1.0 - (y + bias) / 2.0 * -x;
            let scores = softmax(matmul(y, transpose(x)), axis: -1);
            let y = concat([y[:, 1:], x[:, 0:1]], axis: 1) + down(up(matmul(scores, x)));
            let y = y * rearrange(mask, "b t -> b t 1");
            let y = y / T + rearrange(rearrange(y[:, 0:T], "b t d -> (b t) d"), "(b t) d -> b t d", t: T);
            let y = if T > 3 { let twice = y * 2.0; twice - T } else { y };
            let y = y + softmax(y, axis: T - T - 1) * y[:, T - 1:T];
            (y, if gate == open { let first = y[:, -1]; first * share + mean(y, axis: 1) })
        }
    }

    block Wrapped(dim, ffn: Block) {
        norm: RmsNorm(dim);
        inner: ffn(dim);
        forward(x: [B, T, dim]) -> [B, T, dim] { x + inner(norm(x)) }
    }

    model Formed {
        params { vocab = 11, dim = 12, heads = 3, gate: Gate = open, offset: Int = -2 }
        require dim % heads == 0;
        require dim - heads > 1 && (gate == open || 0.5 < 8.0 / dim);
        embed: Embedding(vocab, dim);
        body: Forms(dim, heads, gate, offset: offset);
        wrapped: [Wrapped(dim, ffn: Mlp(hidden: 2 * dim)); 2];
        forward(input_ids: Int[B, T], segments: Int[B, T] = 1) -> (y: [B, T, dim], pooled: [B, dim] if gate == open) {
            let (y, pooled) = body(embed(input_ids) + embed(segments));
            (wrapped(y), pooled)
        }

        /// Scores of words and of segments.
        head score(classes = 3) {
            word: Linear(dim, vocab, bias: false);
            segment: Linear(dim, classes);
            table: Embedding(4, dim);
            tie word.weight = embed.weight;
            forward(y: [B, T, dim], segments: Int[B, T]) -> (words: [B, T, vocab], classes: [B, T, classes]) {
                (word(y), segment(y + table(segments)))
            }
        }
        preset shut { gate: shut }
    }
}

// A second call in the same module, with no model of its own.
ttt_runtime::model! {
    /// A block by itself.
    block Alone(dim) {
        up: Linear(dim, 2 * dim);
        forward(x: [B, dim]) -> [B, 2 * dim] { silu(up(x)) }
    }

    /// A block without parts.
    block Bare(dim, factor: Float) {
        forward(x: [B, dim]) -> [B, dim] { x * factor }
    }
}

ttt_runtime::model_file!("schemas/small.toml");

/// The interpreter's side of [`Scale`].
struct Scaling;

impl LeafFunction for Scaling {
    fn initial(&self, _: &str, _: &Values) -> Initial {
        Initial::Constant(1.0)
    }

    fn forward(
        &self,
        _: &mut Context,
        _: &Values,
        weights: &indexmap::IndexMap<String, AnyTensor>,
        inputs: Vec<AnyTensor>,
    ) -> Result<Vec<AnyTensor>, String> {
        let weight: Tensor<1> = weights["weight"]
            .clone()
            .float()
            .map_err(|error| error.to_string())?;
        let x: Tensor<3> = inputs[0].clone().float().map_err(|error| error.to_string())?;
        Ok(vec![(x * weight.unsqueeze()).into()])
    }
}

fn ids() -> Tensor<2, Int> {
    Tensor::from_data([[1, 4, 9, 2], [10, 0, 3, 3]], &Device::flex())
}

fn data(tensor: impl Into<AnyTensor>) -> TensorData {
    tensor.into().into_data()
}

#[test]
fn expanded_and_interpreted_agree() {
    let init = Init::new(Device::flex());
    let config = FormedConfig {
        offset: 1,
        ..FormedConfig::default()
    };
    let model = config.init_score(&init).unwrap();
    let mut factory = ModuleFactory::new();
    factory.register_leaf("Scale", Arc::new(Scaling));
    let instance = instantiate(Formed::program(), "Formed", Some("score"), &config.values()).unwrap();
    let twin = factory
        .from_instance(Formed::program().clone(), instance, &init)
        .unwrap();
    let twin = twin.try_load_record(model.clone().into_record()).unwrap();
    // The length of the sequence decides a branch.
    for length in [4, 3] {
        let ids = || ids().narrow(1, 0, length);
        let FormedScoreOutput { words, classes } = model.forward(&mut Context::new(), ids(), None);
        let segments = Tensor::<2, Int>::ones([2, length], &init.device);
        let inputs = [("input_ids", ids().into()), ("segments", segments.into())];
        let outputs = twin.run(&mut Context::new(), inputs).unwrap();
        let output = |name: &str| data(outputs[name].clone());
        assert_eq!(data(words), output("words"));
        assert_eq!(data(classes), output("classes"));
        let FormedOutput { pooled, .. } = model.base.forward(&mut Context::new(), ids(), None);
        assert_eq!(data(pooled.unwrap()), output("pooled"));
    }
}

#[test]
fn what_does_not_exist_is_none() {
    let init = Init::new(Device::flex());
    let model = FormedConfig::shut().init(&init).unwrap();
    assert!(model.body.scale.is_none());
    assert!(model.forward(&mut Context::new(), ids(), None).pooled.is_none());
    let wide = FormedConfig {
        dim: 24,
        ..FormedConfig::shut()
    };
    let error = wide.init(&init).unwrap_err().to_string();
    assert_eq!(
        error,
        "Formed: `dim - heads > 1 && (gate == open || 0.5 < 8.0 / dim)` does not hold; here dim = 24, heads = 3, gate = shut"
    );
}

#[test]
fn enumerations_go_by_name() {
    assert_eq!("shut".parse::<Gate>().unwrap(), Gate::Shut);
    let error = "closed".parse::<Gate>().unwrap_err().to_string();
    assert_eq!(
        error,
        "`closed` is not a variant of Gate: expected one of open, shut"
    );
    let config: FormedConfig = serde_json::from_str(r#"{"gate": "shut"}"#).unwrap();
    assert_eq!(config, FormedConfig::shut());
}

#[test]
fn a_schema_in_a_file_is_a_model() {
    let init = Init::new(Device::flex());
    let model: FromFile = FromFileConfig::default().init(&init).unwrap();
    let ids = Tensor::from_data([[1, 2, 3]], &init.device);
    assert_eq!(model.forward(&mut Context::new(), ids).dims(), [1, 3, 6]);
}

#[test]
fn a_block_alone() {
    let init = Init::new(Device::flex());
    let block = Alone::new(3, &init);
    assert_eq!(
        block
            .forward(&mut Context::new(), Tensor::ones([2, 3], &init.device))
            .dims(),
        [2, 6]
    );
    let bare = Bare::new(3, 0.5, &init);
    let halves = bare.forward(&mut Context::new(), Tensor::ones([2, 3], &init.device));
    assert_eq!(data(halves), TensorData::from([[0.5f32; 3]; 2]));
}
