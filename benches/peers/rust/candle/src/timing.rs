//! Medians after once unmeasured, as for every peer. `run` sets REPEAT.

use std::time::Instant;

use candle_core::Result;

/// Milliseconds that `run` takes.
pub fn milliseconds(mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    median(|| {
        let started = Instant::now();
        run()?;
        Ok(1e3 * started.elapsed().as_secs_f64())
    })
}

/// Tokens per second of `new` tokens: `generate` reads the prompt with the place 0 and every token with its own, and
/// answers the next.
pub fn rate(
    prompt: &[u32],
    new: usize,
    mut generate: impl FnMut(&[u32], usize) -> Result<u32>,
) -> Result<f64> {
    median(|| {
        let mut token = generate(prompt, 0)?;
        let started = Instant::now();
        for place in prompt.len()..prompt.len() + new {
            token = generate(&[token], place)?;
        }
        Ok(new as f64 / started.elapsed().as_secs_f64())
    })
}

fn median(mut measure: impl FnMut() -> Result<f64>) -> Result<f64> {
    let repeat = std::env::var("REPEAT")
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(5);
    measure()?;
    let mut values = (0..repeat).map(|_| measure()).collect::<Result<Vec<f64>>>()?;
    values.sort_by(f64::total_cmp);
    Ok(values[values.len() / 2])
}
