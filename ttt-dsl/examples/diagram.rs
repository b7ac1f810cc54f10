//! Draws the model of a source: `cargo run -p ttt-dsl --example diagram -- models/src/gpt2.rs [FOLDER [HEAD [KEY=VALUE …]]]`.
//!
//! A source is a TOML file, or a Rust file with a `model! { … }`. The folder gets `NAME.svg`, `NAME.html` and `NAME.json`.

use std::error::Error;
use std::path::Path;

use ttt_dsl::check::check;
use ttt_dsl::diagram::{Source, diagram, html, svg};
use ttt_dsl::instance::{Scalar, Values};
use ttt_dsl::parse::parse_text;
use ttt_dsl::toml::parse_toml;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = args.first().ok_or("name a source")?;
    let folder = Path::new(args.get(1).map_or(".", String::as_str));
    let head = args.get(2).map(String::as_str).filter(|head| *head != "base");
    let text = std::fs::read_to_string(path)?;
    let (inner, lines_before) = match text.split_once("model! {") {
        Some((before, rest)) => (
            rest.rsplit_once('}').ok_or("no end")?.0,
            before.lines().count() - 1,
        ),
        None => (text.as_str(), 0),
    };
    let parsed = match path.ends_with(".toml") {
        true => parse_toml(inner),
        false => parse_text(inner),
    };
    let program = check(&parsed.spec).program.ok_or("the source has mistakes")?;
    let model = program.models.first().ok_or("the source has no model")?;
    let source = Source {
        name: path,
        text: inner,
        spec: &parsed.spec,
        places: &parsed.places,
        lines_before,
    };
    let mut values = Values::new();
    for setting in args.iter().skip(3) {
        let (name, value) = setting.split_once('=').ok_or("write KEY=VALUE")?;
        let value = match (value.parse(), value.parse()) {
            (Ok(value), _) => Scalar::Int(value),
            (_, Ok(value)) => Scalar::Bool(value),
            _ => Scalar::Variant(value.into()),
        };
        values.insert(name.into(), value);
    }
    let drawn = diagram(&program, &model.body.name, head, &values, &source)?;
    let stem = Path::new(path)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .ok_or("no name")?;
    std::fs::write(folder.join(format!("{stem}.svg")), svg(&drawn))?;
    std::fs::write(folder.join(format!("{stem}.html")), html(&drawn)?)?;
    std::fs::write(
        folder.join(format!("{stem}.json")),
        serde_json::to_string_pretty(&drawn)?,
    )?;
    Ok(())
}
