//! Whether an interpreted model is as fast as an expanded one: `cargo bench -p ttt --bench forms`.
//!
//! Both run in turn, so that other programs disturb both alike, and their parameters share one storage: with copies in
//! several places of memory, one and the same form differs from itself by up to 4 %. Every two times that follow each other
//! give a ratio. Printed is their median, and the range that holds the true one in 95 of 100 runs. The goal is a ratio
//! within 2 % of 1.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use ttt::adapters::tensor::HostTensor;
use ttt::burn::tensor::{Device, TensorData};
use ttt::dsl::instance::instantiate;
use ttt::load::{Stored, collect_parameters, load_parameters};
use ttt::models::gpt2::{Gpt2, Gpt2Config};
use ttt::{AnyTensor, Cache, Context, FloatDType, Init, Int, Module, ModuleFactory, Tensor};

/// The command's allocator, as it runs interpreted models.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long both are measured in turn.
const TIME: Duration = Duration::from_secs(20);

fn ids(count: usize) -> Tensor<2, Int> {
    let ids: Vec<i64> = (0..count).map(|at| (at * 7919 + 13) as i64 % 50257).collect();
    Tensor::from_data(TensorData::new(ids, [1, count]), &Device::flex())
}

fn main() {
    let small = Gpt2Config {
        dim: 384,
        heads: 6,
        layers: 6,
        ..Gpt2Config::default()
    };
    measure(&small);
    measure(&Gpt2Config::default());
}

/// Both forms of one model.
fn measure(config: &Gpt2Config) {
    let init = Init::new(Device::flex());
    let expanded = config.init_lm(&init).unwrap();
    let instance = instantiate(Gpt2::program(), "Gpt2", Some("lm"), &config.values()).unwrap();
    let interpreted = ModuleFactory::new()
        .from_instance(Gpt2::program().clone(), instance, &init)
        .unwrap();
    let stored: HashMap<String, HostTensor> = collect_parameters(&expanded).into_iter().collect();
    let (expanded, interpreted) = (backed(expanded, &stored), backed(interpreted, &stored));
    println!("{} million parameters", expanded.num_params() / 1_000_000);
    let run = |cx: &mut Context, count| {
        let inputs = [("input_ids", AnyTensor::from(ids(count)))];
        interpreted.run(cx, inputs).unwrap();
    };
    let forward = |cx: &mut Context, count| {
        expanded.forward(cx, ids(count));
    };
    for (what, count, cached) in [
        ("128 tokens", 128, 0),
        ("1 token after 64", 1, 64),
        ("1 token after 512", 1, 512),
    ] {
        compare(what, count, cached, &forward, &run);
    }
}

/// The model with parameters of this storage.
fn backed<M: Module>(model: M, stored: &HashMap<String, HostTensor>) -> M {
    let mut read = |path: &str| Ok::<_, Infallible>(stored.get(path).cloned().map(Stored::from));
    let (model, missing) = load_parameters(model, FloatDType::F32, &mut read).unwrap();
    assert!(missing.is_empty(), "{missing:?}");
    model
}

type Pass<'a> = dyn Fn(&mut Context, usize) + 'a;

fn compare(what: &str, count: usize, cached: usize, expanded: &Pass<'_>, interpreted: &Pass<'_>) {
    let mut contexts = [(); 2].map(|()| Context::new());
    if cached > 0 {
        for (cx, pass) in contexts.iter_mut().zip([expanded, interpreted]) {
            cx.cache = Some(Cache::new(1024));
            pass(cx, cached);
            if let Some(cache) = &mut cx.cache {
                cache.advance(cached);
            }
        }
    }
    let mut times = [Vec::new(), Vec::new()];
    let began = Instant::now();
    for round in 0.. {
        if began.elapsed() > TIME {
            break;
        }
        for turn in 0..2 {
            let side = (round + turn) % 2;
            let began = Instant::now();
            [expanded, interpreted][side](&mut contexts[side], count);
            times[side].push(began.elapsed().as_secs_f64() * 1e3);
            if let Some(cache) = &mut contexts[side].cache {
                cache.truncate(cached);
            }
        }
    }
    let ratios = times[1].iter().zip(&times[0]).map(|(a, b)| a / b).collect();
    let [expanded, interpreted] = times.map(|times| quantiles(times)[1]);
    let [least, ratio, most] = quantiles(ratios);
    println!(
        "{what:18} expanded {expanded:7.3} ms, interpreted {interpreted:7.3} ms: {ratio:.3} ({least:.3} to {most:.3})"
    );
}

/// The median between the bounds of its 95 % confidence, which are so many ranks away by the binomial distribution.
fn quantiles(mut numbers: Vec<f64>) -> [f64; 3] {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let ranks = ((numbers.len() as f64).sqrt() * 0.98).ceil() as usize;
    let last = numbers.len() - 1;
    [middle.saturating_sub(ranks), middle, (middle + ranks).min(last)].map(|rank| numbers[rank])
}
