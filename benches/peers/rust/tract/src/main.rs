//! tract: `tract-peer FILE.onnx BATCH TOKENS` prints the milliseconds of a pass of BERT.

use std::hint::black_box;
use std::time::Instant;

use tract_linalg::multithread::{Executor, set_default_executor};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::bail;

const VOCABULARY: usize = 30522;

fn main() -> TractResult<()> {
    let words: Vec<String> = std::env::args().collect();
    let [_, file, batch, tokens] = &words[..] else {
        bail!("tract-peer FILE BATCH TOKENS");
    };
    let (batch, tokens): (usize, usize) = (batch.parse()?, tokens.parse()?);
    set_default_executor(Executor::multithread(variable("THREADS", 1)));
    let model = tract_onnx::onnx()
        .model_for_path(file)?
        .with_input_fact(0, i64::fact([batch, tokens]).into())?
        .into_optimized()?
        .into_runnable()?;
    let numbers = (0..batch * tokens).map(|index| ((index * 7919 + 13) % VOCABULARY) as i64);
    let prompt: Tensor = tract_ndarray::Array2::from_shape_vec((batch, tokens), numbers.collect())?.into();
    let mut times = Vec::new();
    for _ in 0..=variable("REPEAT", 5) {
        let started = Instant::now();
        black_box(model.run(tvec!(prompt.clone().into()))?);
        times.push(1e3 * started.elapsed().as_secs_f64());
    }
    // The first warms up.
    times.remove(0);
    times.sort_by(f64::total_cmp);
    println!("{{\"ms\": {}}}", times[times.len() / 2]);
    Ok(())
}

fn variable(name: &str, otherwise: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(otherwise)
}
