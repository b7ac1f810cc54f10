//! Heads are trained with the losses of the reference implementation, and their gradients are the reference's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use ttt::adapters::source::{MemorySource, TensorSource};
use ttt::adapters::tensor::{Dtype, HostTensor};
use ttt::adapters::weights::Export;
use ttt::burn::module::{Module, ModuleVisitor, Param};
use ttt::burn::optim::GradientsParams;
use ttt::burn::tensor::Device;
use ttt::{Init, Int, Opened, Opener, Tensor, loss};
use ttt_tests::{Case, References, inputs, largest_difference, tensor};

/// A case's loss, and the gradients of all its parameters under the names of its checkpoint.
struct Trained {
    loss: f32,
    gradients: Export,
}

fn train(case: &Case, references: &References) -> Trained {
    let device = Device::flex().autodiff();
    let opened = Opener::new()
        .open(&case.folder)
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let model = ttt::load(&opened, &Init::new(device.clone())).unwrap();
    let (inputs, mut context) = inputs(&case.inputs(), &device);
    let outputs = model.run(&mut context, inputs).unwrap();
    let labels = references
        .iter()
        .filter(|(name, _)| *name != "loss" && !name.starts_with("gradient."))
        .map(|(name, reference)| (name, tensor(reference, &device)));
    let loss = model
        .loss(&context, &outputs, labels)
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let gradients = GradientsParams::from_grads(loss.clone().backward(), &model);
    let mut collector = Collector {
        path: Vec::new(),
        gradients,
        found: MemorySource::new("gradients"),
    };
    model.visit(&mut collector);
    Trained {
        loss: loss.into_scalar(),
        gradients: exported(&opened, collector.found),
    }
}

fn exported(opened: &Opened, gradients: MemorySource) -> Export {
    let model = opened.program.model(&opened.model).unwrap();
    let table = model.weights("hf").unwrap();
    Export::new(&opened.program, &opened.instance, table, Arc::new(gradients)).unwrap()
}

/// The gradients by the paths of their parameters; zero where nothing flows.
struct Collector {
    path: Vec<String>,
    gradients: GradientsParams,
    found: MemorySource,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let gradient = self
            .gradients
            .get::<D>(param.id)
            .unwrap_or_else(|| param.val().inner().zeros_like());
        let bytes = gradient
            .to_data()
            .iter::<f32>()
            .flat_map(f32::to_le_bytes)
            .collect::<Vec<u8>>();
        let tensor = HostTensor {
            dtype: Dtype::F32,
            shape: gradient.dims().to_vec(),
            bytes: bytes.into(),
        };
        self.found.insert(self.path.join("."), tensor);
    }
}

fn disagreements(case: &Case) -> Vec<String> {
    let Some(references) = case.gradients() else {
        return Vec::new();
    };
    let trained = train(case, &references);
    let mut found = Vec::new();
    let expected = references.get("loss").expect("a loss").floats()[0];
    if (trained.loss - expected).abs() > case.about.tolerance {
        found.push(format!(
            "{}: the loss is {}, expected {expected}",
            case.name, trained.loss
        ));
    }
    for (name, reference) in references.under("gradient.") {
        let ours = trained
            .gradients
            .read(name)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let numbers: Vec<f32> = ours
            .bytes
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        let difference = largest_difference(reference.shape(), reference.floats(), &numbers, None);
        let difference = difference.expect("something to compare");
        if difference.size() > case.about.tolerance {
            found.push(format!("{}: gradient of {name}: {difference}", case.name));
        }
    }
    found
}

#[test]
fn losses_and_gradients_are_those_of_transformers() {
    let cases = ["gpt2", "llama", "bert", "heads"].into_iter().flat_map(Case::of);
    let found: Vec<String> = cases.flat_map(|case| disagreements(&case)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What the mask leaves out and what a label of -100 leaves out is the same, and nothing at all is no loss.
#[test]
fn padding_does_not_count() {
    let device = Device::flex();
    let logits = Tensor::<3>::from_data([[[1.0, -2.0], [0.5, 3.0], [-1.0, 0.0]]], &device);
    let tokens = Tensor::<2, Int>::from_data([[1, 0, 1]], &device);
    let ignored = Tensor::<2, Int>::from_data([[1, 0, -100]], &device);
    let mask = Tensor::<2, Int>::from_data([[1, 1, 0]], &device).equal_elem(1);
    let value = |loss: Tensor<1>| loss.into_scalar::<f32>();
    let masked = value(loss::next_token(logits.clone(), tokens.clone(), Some(mask)));
    assert_eq!(masked, value(loss::next_token(logits.clone(), ignored, None)));
    assert!((masked - (1.0 + f32::exp(-3.0)).ln()).abs() < 1e-6, "{masked}");
    let none = Tensor::<2, Int>::full([1, 3], -100, &device);
    assert_eq!(value(loss::masked_token(logits.clone(), none, None)), 0.0);
    let one = logits.narrow(1, 0, 1);
    assert_eq!(value(loss::next_token(one, tokens.narrow(1, 0, 1), None)), 0.0);
}
