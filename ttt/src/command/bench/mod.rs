//! `ttt bench`: how fast a model runs, as a share of what the machine can do.

mod cold;
mod memory;
mod passes;
mod print;
mod work;

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use ttt::burn::tensor::Device;
use ttt::kernel::limits::Limits;
use ttt::task::{GENERATE, TaskError};
use ttt::{DynModel, Opened, Opener};

use self::memory::Memory;
use self::work::Work;
use super::run::init;
use super::{Failure, progress, runner, source};
use crate::cli::{Bench, Format, Measurement};

/// Measures the model and prints the figures.
pub fn run(args: &Bench) -> Result<(), Failure> {
    if let Some(threads) = args.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get());
        pool.build_global()
            .map_err(|error| Failure::new(format!("{threads} threads cannot be made: {error}")))?;
    }
    let figures = match args.only[..] {
        [Measurement::Cold] => cold::here(args)?,
        _ => measure(args)?,
    };
    match args.format {
        Format::Json => println!("{}", serde_json::json!(figures)),
        Format::Text => print::figures(&figures),
    }
    Ok(())
}

/// What was measured. Times are medians.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    model: String,
    head: Option<String>,
    dtype: String,
    threads: usize,
    level: String,
    limits: Option<Machine>,
    prefill: Option<Reading>,
    decode: Option<Decoding>,
    forward: Option<Reading>,
    memory: Option<Memory>,
    cold: Option<cold::Cold>,
}

/// The machine's limits, measured before and after the model; the better of both.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Machine {
    gflops: f64,
    read_gigabytes_per_second: f64,
}

/// Many tokens in one pass.
#[derive(Debug, Serialize, Deserialize)]
struct Reading {
    batch: usize,
    /// Of each sequence.
    tokens: usize,
    ms: f64,
    tokens_per_second: f64,
    /// Of multiplications with weights, as if each were done for every token; attention comes on top.
    gflops: f64,
    /// Of the arithmetic limit in `f32`.
    share_of_limit: f64,
}

/// Tokens one after the other.
#[derive(Debug, Serialize, Deserialize)]
struct Decoding {
    batch: usize,
    /// Of each sequence.
    tokens: usize,
    /// Tokens before the first.
    depth: usize,
    /// Of all sequences.
    tokens_per_second: f64,
    /// Of weights, and of keys and values that were there.
    gigabytes_per_second: f64,
    /// Of the limit of reading memory. What the processor's caches hold can take it above 1.
    share_of_limit: f64,
}

fn measure(args: &Bench) -> Result<Figures, Failure> {
    let spinner = progress::spinner("measuring the machine");
    let limits = || Limits::measure(Duration::from_millis(600));
    let before = limits();
    memory::forget_peak();
    spinner.set_message("loading");
    let subject = Subject::open(args)?;
    let wanted = |what: Measurement, fits: bool| match args.only.is_empty() {
        true => fits,
        false => args.only.contains(&what),
    };
    let generates = subject.generates;
    spinner.set_message("reading a prompt");
    let prefill = wanted(Measurement::Prefill, generates)
        .then(|| passes::prefill(&subject, args))
        .transpose()?;
    spinner.set_message("generating");
    let decode = wanted(Measurement::Decode, generates)
        .then(|| passes::decode(&subject, args))
        .transpose()?;
    spinner.set_message("running");
    let forward = wanted(Measurement::Forward, !generates)
        .then(|| passes::forward(&subject, args))
        .transpose()?;
    let memory = Memory::read(subject.work.stored_bytes);
    spinner.set_message("measuring the machine again");
    let after = limits();
    let machine = Machine {
        gflops: before.flops.max(after.flops) / 1e9,
        read_gigabytes_per_second: before.read_bytes.max(after.read_bytes) / 1e9,
    };
    let mut figures = subject.figures(args);
    spinner.set_message("starting a process");
    // The model's pages are in the system's cache by now, and stay there for the other process.
    drop(subject);
    if wanted(Measurement::Cold, true) {
        figures.cold = Some(cold::elsewhere(args)?);
    }
    spinner.finish_and_clear();
    figures.limits = Some(machine);
    figures.prefill = prefill.map(|pass| pass.reading(&machine));
    figures.forward = forward.map(|pass| pass.reading(&machine));
    figures.decode = decode.map(|pass| pass.decoding(&machine));
    figures.memory = memory;
    Ok(figures)
}

/// A model that is measured.
struct Subject {
    opened: Opened,
    model: DynModel,
    generates: bool,
    work: Work,
    device: Device,
    loading: Duration,
}

impl Subject {
    fn open(args: &Bench) -> Result<Subject, Failure> {
        let opener = source::opener(&args.source.choice);
        let path = &args.source.path;
        if source::is_built_in(path) {
            return Err(runner::no_weights(path));
        }
        let started = Instant::now();
        let (opened, generates) = open(&opener, &source::resolve(path)?)?;
        source::warn(&opened);
        if opened.weights.is_none() {
            return Err(runner::no_weights(path));
        }
        let device = Device::flex();
        let model = ttt::load(&opened, &init(args.dtype))?;
        Ok(Subject {
            work: Work::of(&opened, &model),
            loading: started.elapsed(),
            opened,
            model,
            generates,
            device,
        })
    }

    fn figures(&self, args: &Bench) -> Figures {
        Figures {
            model: self.opened.model.clone(),
            head: self.opened.head.clone(),
            dtype: args.dtype.to_string(),
            threads: ttt::kernel::threads(),
            level: ttt::kernel::Level::current().to_string(),
            ..Figures::default()
        }
    }

    /// As many tokens as are asked for, and else as are usual, if the model takes so many and leaves room for the others.
    fn tokens(&self, asked: Option<NonZeroUsize>, usual: usize, others: usize) -> usize {
        let context = self.opened.ctx().unwrap_or(usize::MAX);
        let longest = context.saturating_sub(others).max(1);
        asked.map_or(usual.min(longest), NonZeroUsize::get)
    }
}

/// A model with the head that generates, where it has one, and whether it has.
fn open(opener: &Opener, path: &Path) -> Result<(Opened, bool), Failure> {
    match opener.open_for(path, GENERATE) {
        Ok(opened) => {
            let generates = GENERATE.output(&opened).is_some();
            Ok((opened, generates))
        }
        Err(TaskError::NoHead { .. }) => Ok((opener.open(path)?, false)),
        Err(error) => Err(error.into()),
    }
}

/// The value in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
