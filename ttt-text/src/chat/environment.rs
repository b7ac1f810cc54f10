//! What templates see of Hugging Face's environment, and the bounds they run in.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, escape_formatter};
use minijinja_contrib::pycompat::unknown_method_callback;
use serde_json::Map;
use ttt_adapters::error::{Error, Location, Problem, codes};

use super::{clock, json, rewrite};

/// How many instructions a template may run. A long conversation takes some thousands.
const FUEL: u64 = 500_000;
/// How many bytes a template may copy through its literal text, in all iterations of all loops.
const LITERAL: u64 = 1 << 30;
/// How many bytes a template may give, and join to longer strings on the way.
const BYTES: u64 = 16 << 20;
/// What repeating a string costs of [`BYTES`] when it is not said how often; minijinja bounds what comes of it.
const REPETITION: u64 = BYTES / 2;
/// Numbers up to this may be factors of anything.
const SMALL: u64 = 1000;

/// That a template is Jinja.
pub fn check(name: &str, text: &str) -> Result<(), Error> {
    let rewritten = rewrite::bounded(text);
    let environment = environment(text)?;
    let template = environment.template_from_named_str(name, &rewritten);
    template.map(|_| ()).map_err(|error| {
        let mut problem = Problem::new(
            codes::CHAT_TEMPLATE,
            format!("the chat template `{name}` is malformed: {}", detail(&error)),
        );
        if let Some(line) = error.line() {
            problem = problem.at(Location::Line(line, 1));
        }
        problem.into()
    })
}

/// The text that a template gives with these variables.
pub fn render(name: &str, text: &str, variables: &Map<String, serde_json::Value>) -> Result<String, Error> {
    let rewritten = rewrite::bounded(text);
    let environment = environment(text)?;
    let mut output = Bounded(Vec::new());
    let template = environment.template_from_named_str(name, &rewritten);
    let rendered = template.and_then(|template| {
        template
            .render_captured_to(Value::from(Serde(variables)), &mut output)
            .map(|_| ())
    });
    rendered.map_err(|error| refusal(name, &error))?;
    Ok(String::from_utf8_lossy(&output.0).into_owned())
}

/// The output, up to its bound.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() as u64 + bytes.len() as u64 > BYTES {
            return Err(io::Error::other("the text grows too long"));
        }
        self.0.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn refusal(name: &str, error: &minijinja::Error) -> Error {
    let help = match error.kind() {
        ErrorKind::OutOfFuel => "the template loops too long to be meant for these messages",
        ErrorKind::WriteFailure => "the template writes more than any model reads",
        _ => "",
    };
    let problem = Problem::new(
        codes::CHAT_RENDER,
        format!("the chat template `{name}` refuses: {}", detail(error)),
    );
    match error.line() {
        Some(line) => problem.at(Location::Line(line, 1)).help(help).into(),
        None => problem.help(help).into(),
    }
}

fn detail(error: &minijinja::Error) -> String {
    error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_string)
}

fn environment(text: &str) -> Result<Environment<'static>, Error> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    let syntax = syntax.map_err(|error| Problem::new(codes::CHAT_TEMPLATE, detail(&error)))?;
    let mut environment = Environment::new();
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL.min(LITERAL / (text.len() as u64 + 1))));
    environment.set_unknown_method_callback(unknown_method_callback);
    environment.add_filter("tojson", json::tojson);
    environment.add_function("strftime_now", |format: &str| clock::now(format));
    environment.add_function(
        "raise_exception",
        |message: &str| -> Result<Value, minijinja::Error> {
            Err(minijinja::Error::new(
                ErrorKind::InvalidOperation,
                message.to_string(),
            ))
        },
    );
    bound(&mut environment);
    Ok(environment)
}

/// Counts what is joined to longer strings, and what is written, loops and captured blocks included.
fn bound(environment: &mut Environment<'static>) {
    let spent = Arc::new(AtomicU64::new(0));
    let spend = move |bytes: u64| -> Result<(), minijinja::Error> {
        let before = spent.fetch_add(bytes, Ordering::Relaxed);
        match before.saturating_add(bytes) > BYTES {
            true => Err(minijinja::Error::new(
                ErrorKind::OutOfFuel,
                "the text grows too long",
            )),
            false => Ok(()),
        }
    };
    let spend = Arc::new(spend);
    let joined = spend.clone();
    environment.add_filter(
        rewrite::JOINED,
        move |value: Value| -> Result<Value, minijinja::Error> { joined(size(&value)).map(|()| value) },
    );
    let repeated = spend.clone();
    let repeat = move |value: Value, times: Option<u64>| -> Result<Value, minijinja::Error> {
        let is_small = value.as_i64().is_none_or(|number| number.unsigned_abs() <= SMALL);
        match times {
            _ if value.is_number() && is_small => {}
            Some(times) => repeated(size(&value).saturating_mul(times))?,
            None => repeated(REPETITION)?,
        }
        Ok(value)
    };
    environment.add_filter(rewrite::REPEATED, repeat);
    environment.set_formatter(move |out, state, value| {
        spend(size(value))?;
        match value {
            // As Python spells them.
            value if value.is_none() => write_text(out, "None"),
            value if value.kind() == minijinja::value::ValueKind::Bool => {
                write_text(out, if value.is_true() { "True" } else { "False" })
            }
            value => escape_formatter(out, state, value),
        }
    });
}

fn write_text(out: &mut minijinja::Output, text: &str) -> Result<(), minijinja::Error> {
    out.write_str(text).map_err(minijinja::Error::from)
}

/// The bytes of a string, or the items of a list.
fn size(value: &Value) -> u64 {
    match value.as_str() {
        Some(text) => text.len() as u64,
        None => value.len().unwrap_or(1) as u64,
    }
}
