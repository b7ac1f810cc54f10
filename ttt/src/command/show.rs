//! `ttt show`: a model's tree, schema, plan or diagram.

use ttt::Opened;
use ttt::adapters::registry::FormatAdapter;
use ttt::adapters::spec::SpecFile;
use ttt::adapters::weights::{Checkpoint, Fill};
use ttt::dsl::diagram::{self, Diagram, Source};
use ttt::dsl::instance::Instance;
use ttt::dsl::parse::parse_text;
use ttt::dsl::plan::plan;
use ttt::dsl::print;
use ttt::dsl::program::{CheckedHead, CheckedModel};
use ttt::dsl::toml::parse_toml;
use ttt::dsl::transform::summary;

use super::{Failure, source};
use crate::cli::{Form, Precision, Show};
use crate::tree::tree;

/// Prints what was asked for.
pub fn run(args: &Show) -> Result<(), Failure> {
    let opener = source::opener(&args.source.choice).fresh();
    let opened = source::open(&opener, &args.source.path)?;
    source::warn(&opened);
    if args.transforms {
        return transforms(&opened);
    }
    let text = match args.form {
        Form::Tree => {
            let model = opened.program.model(&opened.model);
            let doc = model.map(|model| model.body.doc.as_str()).unwrap_or_default();
            let signature = model
                .and_then(|model| signature(model, &opened.instance))
                .unwrap_or_default();
            tree(&opened.instance, doc, &signature, bytes(args.dtype)?)
        }
        Form::Toml => print::toml(&opened.program.spec),
        Form::Rust => print::rust(&opened.program.spec),
        Form::Json => json(&opened.program.spec)?,
        Form::Plan => json(&plan(&opened.program, &opened.instance)?)?,
        Form::Svg => diagram::svg(&drawn(args, &opened)?),
        Form::Html => diagram::html(&drawn(args, &opened)?)
            .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?,
    };
    let text = format!("{}\n", text.trim_end());
    match &args.output {
        Some(path) => std::fs::write(path, text).map_err(|error| Failure::file(path, error)),
        None => {
            anstream::print!("{text}");
            Ok(())
        }
    }
}

/// The diagram. A schema's lines are those of its file; those of a built-in family are of the schema as it is printed.
fn drawn(args: &Show, opened: &Opened) -> Result<Diagram, Failure> {
    let path = &args.source.path;
    let head = opened.head.as_deref();
    let program = &opened.program;
    let (name, text, parsed) = if SpecFile.recognises(path) {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
        let parsed = parse_toml(&text);
        (path.display().to_string(), text, parsed)
    } else {
        let text = print::rust(&program.spec);
        let parsed = parse_text(&text);
        (format!("ttt show {} --as rust", path.display()), text, parsed)
    };
    let source = Source {
        name: &name,
        text: &text,
        spec: &parsed.spec,
        places: &parsed.places,
        lines_before: 0,
    };
    let mut drawn = diagram::diagram(program, &opened.model, head, &opened.values, &source)?;
    if let Some(checkpoint) = &opened.weights {
        drawn.note_stored(&|path| stored(checkpoint, path));
    }
    Ok(drawn)
}

/// What a checkpoint has for a tensor of the model: `F16 from transformer.wte.weight`, or `fresh`.
fn stored(checkpoint: &Checkpoint, path: &str) -> Option<String> {
    match checkpoint.plan().fills.get(path)? {
        Fill::Read(recipe) => {
            let stored = checkpoint.source().tensors().get(&recipe.source)?;
            Some(format!("{} from {}", stored.dtype, recipe.source))
        }
        Fill::Tied(_) => None,
        Fill::Fresh => Some("fresh".into()),
    }
}

/// A line for each transform, and a line for each path it led to.
fn transforms(opened: &Opened) -> Result<(), Failure> {
    let applied = &opened.program.applied;
    let own = applied.iter().filter(|applied| applied.model == opened.model);
    let lines = summary(&opened.program, &opened.instance);
    if lines.is_empty() {
        return Err(Failure::new(format!("`{}` has no transforms", opened.model))
            .help("transforms stand in `transform { … }`, or under the key `transform` of a TOML schema"));
    }
    for (applied, line) in own.zip(lines) {
        anstream::println!("{line}");
        applied
            .matched
            .iter()
            .for_each(|path| anstream::println!("    {path}"));
    }
    Ok(())
}

/// `forward(input_ids: Int[B, T]) -> last_hidden_state: [B, T, dim]`, absent outputs left out. With a head, what its
/// caller gives and gets.
fn signature(model: &CheckedModel, instance: &Instance) -> Option<String> {
    let base = model.body.forward.as_ref()?;
    let head = instance.head.as_ref().and_then(|(name, _)| model.head(name));
    let outer = head.map(|head| head.folded_forward(base));
    let inputs = outer.as_ref().unwrap_or(base).inputs.iter();
    let inputs = inputs.chain(head.into_iter().flat_map(CheckedHead::given_inputs));
    let inputs = inputs.map(|input| format!("{}: {}", input.name, input.ty));
    let forward = match head {
        Some(head) => head.body.forward.as_ref()?,
        None => base,
    };
    let exists = |condition: &ttt::dsl::spec::Expr| {
        ttt::dsl::instance::evaluate_condition(condition, &instance.root.values).unwrap_or(true)
    };
    let outputs = forward
        .outputs
        .iter()
        .filter(|output| output.condition.as_ref().is_none_or(exists));
    let outputs = outputs.map(|output| format!("{}: {}", output.name, output.ty));
    let outputs: Vec<String> = outputs.collect();
    let inputs: Vec<String> = inputs.collect();
    Some(match outputs.as_slice() {
        [output] => format!("forward({}) -> {output}", inputs.join(", ")),
        outputs => format!("forward({}) -> ({})", inputs.join(", "), outputs.join(", ")),
    })
}

/// Bytes of a number; in blocks those of a scale are shared.
fn bytes(precision: Precision) -> Result<f64, Failure> {
    Ok(match precision {
        Precision::F32 => 4.0,
        Precision::F16 | Precision::Bf16 => 2.0,
        Precision::Q8_0 => 34.0 / 32.0,
        Precision::Q4_0 => 18.0 / 32.0,
        Precision::Q4_1 => 20.0 / 32.0,
        Precision::Stored => {
            return Err(Failure::new(
                "memory is counted in one precision for all numbers, which `stored` is not",
            )
            .help("name another; `ttt bench SRC --dtype stored` tells the bytes of a checkpoint as it is"));
        }
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}
