//! How long it takes to build a model without weights: `cargo bench -p ttt-tests --bench skeleton`.

#![allow(missing_docs, clippy::unwrap_used)]

use ttt::burn::tensor::Device;
use ttt::{Init, ModuleFactory, Opened, Opener};

fn main() {
    divan::main();
}

fn llama_7b() -> Opened {
    Opener::new()
        .preset("llama_7b")
        .head("lm")
        .open_named("Llama")
        .unwrap()
}

/// From the parsed schema's program to evaluated parts and shapes.
#[divan::bench]
fn evaluate_llama_7b() -> Opened {
    llama_7b()
}

/// From evaluated parts to a module whose parameters wait to be filled.
#[divan::bench]
fn build_llama_7b(bencher: divan::Bencher) {
    let opened = llama_7b();
    let init = Init::new(Device::flex());
    bencher.bench(|| {
        ModuleFactory::new()
            .from_instance(opened.program.clone(), opened.instance.clone(), &init)
            .unwrap()
    });
}
