//! Opened checkpoints answer as the reference implementation does.
//!
//! The tolerance of each case is 1e-4 absolute: the references are f32 results that differ from f64 ones by less than
//! 1e-5, and every wrong field, mask or pairing that a case is there to catch moves an answer by more than 3e-4.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use indexmap::IndexMap;
use ttt::burn::tensor::Device;
use ttt::{AnyTensor, Init, Opener, Trace};
use ttt_tests::{Case, Reference, inputs, largest_difference};

fn run(case: &Case) -> (IndexMap<String, AnyTensor>, Trace) {
    let device = Device::flex();
    let opened = Opener::new()
        .head(&case.about.head)
        .open(&case.folder)
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let model = ttt::load(&opened, &Init::new(device.clone()))
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let (inputs, context) = inputs(&case.inputs(), &device);
    let mut context = context.with_trace();
    let outputs = model
        .run(&mut context, inputs)
        .unwrap_or_else(|error| panic!("{}: {error}", case.name));
    (outputs, context.trace.expect("a trace"))
}

/// Every way in which a case disagrees with its reference.
fn disagreements(case: &Case) -> Vec<String> {
    let (outputs, trace) = run(case);
    let references = case.outputs();
    let mask = references.get("output_mask");
    let mut found = Vec::new();
    for (name, reference) in references.iter() {
        let ours = match name.strip_prefix("trace.") {
            Some(part) => trace.get(part),
            None => outputs.get(name),
        };
        if name == "output_mask" || name == "greedy" {
            continue;
        }
        match ours {
            None => found.push(format!("{}: there is no {name}", case.name)),
            Some(tensor) => found.extend(compare(case, name, reference, tensor, mask)),
        }
    }
    found
}

fn compare(
    case: &Case,
    name: &str,
    reference: &Reference,
    tensor: &AnyTensor,
    mask: Option<&Reference>,
) -> Option<String> {
    if tensor.shape() != reference.shape() {
        let (expected, found) = (reference.shape(), tensor.shape());
        return Some(format!(
            "{}: {name} has the shape {found:?}, expected {expected:?}",
            case.name
        ));
    }
    let numbers: Vec<f32> = tensor.clone().into_data().iter::<f32>().collect();
    // A mask of positions says nothing about outputs that have none.
    let mask = mask.filter(|mask| reference.shape().starts_with(mask.shape()));
    let difference = largest_difference(
        reference.shape(),
        reference.floats(),
        &numbers,
        mask.map(Reference::ints),
    );
    match difference {
        None => Some(format!("{}: nothing of {name} was compared", case.name)),
        Some(difference) if difference.size() > case.about.tolerance => {
            Some(format!("{}: {name}: {difference}", case.name))
        }
        Some(_) => None,
    }
}

fn agrees(family: &str) {
    let found: Vec<String> = Case::of(family).iter().flat_map(disagreements).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn gpt2_answers_as_transformers_does() {
    agrees("gpt2");
}

#[test]
fn llama_answers_as_transformers_does() {
    agrees("llama");
}

#[test]
fn bert_answers_as_transformers_does() {
    agrees("bert");
}

#[test]
fn every_head_answers_as_transformers_does() {
    agrees("heads");
}

/// The head that a configuration's `architectures` asks for is the one that is built.
#[test]
fn the_configuration_chooses_the_head() {
    for family in ["gpt2", "llama", "bert", "heads"] {
        for case in Case::of(family) {
            let opened = ttt::open(&case.folder).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            assert_eq!(
                opened.head.as_deref().unwrap_or("base"),
                case.about.head,
                "{}",
                case.name
            );
        }
    }
}

/// Half precision keeps about three digits; the outputs are of order one.
#[test]
fn half_precision_is_near() {
    for name in ["gpt2", "llama", "bert"] {
        let case = &Case::of(name)[0];
        let device = Device::flex();
        let opened = Opener::new().head(&case.about.head).open(&case.folder).unwrap();
        let init = Init::new(device.clone()).with_dtype(ttt::FloatDType::F16);
        let model = ttt::load(&opened, &init).unwrap();
        let (inputs, mut context) = inputs(&case.inputs(), &device);
        let outputs = model.run(&mut context, inputs).unwrap();
        let references = case.outputs();
        let mask = references.get("output_mask");
        let (name, tensor) = outputs.first().expect("an output");
        let reference = references.get(name).expect("the first output has a reference");
        let numbers: Vec<f32> = tensor.clone().into_data().iter::<f32>().collect();
        let mask = mask.filter(|mask| reference.shape().starts_with(mask.shape()));
        let difference = largest_difference(
            reference.shape(),
            reference.floats(),
            &numbers,
            mask.map(Reference::ints),
        );
        let difference = difference.expect("something to compare");
        assert!(difference.size() < 0.05, "{}: {difference}", case.name);
    }
}
