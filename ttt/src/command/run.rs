//! `ttt run`: one forward pass on the tensors of a file.

use std::time::Instant;

use serde_json::json;
use ttt::adapters::gguf::Encoding;
use ttt::burn::tensor::{Device, FloatDType};
use ttt::{AnyTensor, Context, Init, Int, Opened, Packing, Tensor};

use super::{Failure, source, tensors};
use crate::cli::{Format, Precision, Run};

/// Runs the model and writes its outputs.
pub fn run(args: &Run) -> Result<(), Failure> {
    let mut opener = source::opener(&args.source.choice);
    if args.seed.is_some() {
        opener = opener.fresh();
    }
    let opened = source::open(&opener, &args.source.path)?;
    source::warn(&opened);
    let device = Device::flex();
    if opened.weights.is_none() && args.seed.is_none() {
        return Err(Failure::new(format!(
            "{}: there are no weights to run",
            args.source.path.display()
        ))
        .help("name a checkpoint, or let --seed N make fresh ones"));
    }
    if opened.weights.is_none() && init(args.dtype).packing != Packing::Numbers {
        return Err(
            Failure::new(format!("fresh numbers are not made in {}", args.dtype))
                .help("name a checkpoint, or ask for f32, f16 or bf16"),
        );
    }
    let (inputs, mut context) = read_inputs(args, &opened, &device)?;
    let started = Instant::now();
    let model = ttt::load(&opened, &init(args.dtype))?;
    let model = match args.seed {
        Some(seed) => ttt::load::initialize(model, seed, &device),
        None => model,
    };
    let loaded = started.elapsed();
    let started = Instant::now();
    let outputs = model.run(&mut context, inputs)?;
    let ran = started.elapsed();
    let shapes: Vec<(String, Vec<usize>)> = outputs
        .iter()
        .map(|(name, tensor)| (name.clone(), tensor.shape()))
        .collect();
    tensors::write(&args.outputs, outputs)?;
    if let (Some(path), Some(trace)) = (&args.trace, context.trace) {
        tensors::write(path, trace.into_entries())?;
    }
    match args.format {
        Format::Text => {
            for (name, shape) in &shapes {
                println!("{name} {shape:?}");
            }
            println!(
                "loaded in {loaded:.0?}, ran in {ran:.0?}, wrote {}",
                args.outputs.display()
            );
        }
        Format::Json => {
            let outputs: serde_json::Map<_, _> = shapes
                .into_iter()
                .map(|(name, shape)| (name, json!(shape)))
                .collect();
            println!(
                "{}",
                json!({
                    "model": opened.model, "head": opened.head, "outputs": outputs,
                    "load_seconds": loaded.as_secs_f64(), "run_seconds": ran.as_secs_f64(),
                })
            );
        }
    }
    Ok(())
}

/// The model's inputs, and the context that `attention_mask` and `position_ids` give.
fn read_inputs(
    args: &Run,
    opened: &Opened,
    device: &Device,
) -> Result<(Vec<(String, AnyTensor)>, Context), Failure> {
    let mut context = Context::new();
    if args.trace.is_some() {
        context = context.with_trace();
    }
    let mut inputs = Vec::new();
    for (name, tensor) in tensors::read(&args.inputs, device)? {
        let fail = |found: &AnyTensor| {
            Failure::new(format!(
                "{}: `{name}` has the shape {:?}",
                args.inputs.display(),
                found.shape()
            ))
            .help("give whole numbers of the shape of the ids: [batch, sequence], or [batch, choices, sequence]")
        };
        match name.as_str() {
            "attention_mask" => {
                let mask = rows(&tensor).ok_or_else(|| fail(&tensor))?;
                context = context.with_attention_mask(mask.not_equal_elem(0));
            }
            "position_ids" => {
                let positions = rows(&tensor).ok_or_else(|| fail(&tensor))?;
                context = context.with_position_ids(positions);
            }
            _ => inputs.push((name, tensor)),
        }
    }
    if inputs.is_empty() {
        return Err(Failure::new(format!(
            "{}: no input of {} is in it",
            args.inputs.display(),
            opened.model
        ))
        .help("`ttt show SRC` prints the inputs that the model takes"));
    }
    Ok((inputs, context))
}

/// One row for each sequence: a dimension that the head folds is folded.
fn rows(tensor: &AnyTensor) -> Option<Tensor<2, Int>> {
    match tensor.rank() {
        3 => tensor.clone().int::<3>().ok().map(|tensor| tensor.flatten(0, 1)),
        _ => tensor.clone().int().ok(),
    }
}

/// Parameters of this precision on the CPU.
pub fn init(precision: Precision) -> Init {
    let init = Init::new(Device::flex());
    match precision {
        Precision::F32 => init,
        Precision::F16 => init.with_dtype(FloatDType::F16),
        Precision::Bf16 => init.with_dtype(FloatDType::BF16),
        Precision::Q8_0 => init.with_packing(Packing::Blocks(Encoding::Q8_0)),
        Precision::Q4_0 => init.with_packing(Packing::Blocks(Encoding::Q4_0)),
        Precision::Q4_1 => init.with_packing(Packing::Blocks(Encoding::Q4_1)),
        Precision::Stored => init.with_packing(Packing::Stored),
    }
}
