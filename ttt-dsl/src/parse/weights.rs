//! Weights tables: where tensors come from in a foreign checkpoint.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::{Until, skip_to_comma};
use super::token::{fault, word};
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::place::Place;
use crate::spec::{
    Alias, ExprKind, LinearLayout, Name, Path, RopePairing, Segment, Step, Target, WeightsEntry,
    WeightsOptions, WeightsTable,
};

const OPTIONS: [&str; 3] = ["linear", "rope", "prefix"];
const ENTRIES: Until = Until {
    words: &["alias"],
    labels: false,
    texts: true,
};

impl Parser {
    /// `weights hf(linear: in_out) { … }`
    pub(crate) fn weights(&mut self, input: ParseStream) -> Parse<WeightsTable> {
        let format = self.name(input, "the name of a format")?;
        let mut options = WeightsOptions::default();
        if input.peek(syn::token::Paren) {
            options = self.weights_options(input)?;
        }
        let mut table = WeightsTable {
            format,
            options,
            entries: Vec::new(),
            aliases: Vec::new(),
        };
        let (lines, _) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.list(content, ENTRIES, Parser::weights_line, missing_line)
        })?;
        for line in lines {
            match line {
                Line::Entry(entry) => table.entries.push(entry),
                Line::Alias(alias) => table.aliases.push(alias),
            }
        }
        Ok(table)
    }

    /// The value of one option, after its name and colon.
    pub(crate) fn weights_option(
        &mut self,
        input: ParseStream,
        name: &Name,
        to: &mut WeightsOptions,
    ) -> Parse<()> {
        match name.as_str() {
            "linear" => {
                let layouts = [LinearLayout::OutIn, LinearLayout::InOut];
                to.linear = layouts[self.choice(input, "layout", &["out_in", "in_out"])?];
            }
            "rope" => {
                let pairings = [RopePairing::Half, RopePairing::Interleaved];
                to.rope = pairings[self.choice(input, "pairing", &["half", "interleaved"])?];
            }
            "prefix" => to.prefix = Some(self.quoted(input)?.0),
            _ => {
                let mut fault = fault(
                    codes::UNKNOWN_ITEM,
                    name.place,
                    format!("unknown option `{name}`"),
                );
                fault
                    .help("the options are `linear`, `rope` and `prefix`")
                    .suggest_closest(name.as_str(), OPTIONS);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// `(h[i].attn.q, h[i].attn.k) via transpose`
    pub(crate) fn target(&mut self, input: ParseStream) -> Parse<(Target, Vec<Step>)> {
        let target = self.target_alone(input)?;
        let mut steps = Vec::new();
        while self.take_meant(input, "via").is_some() {
            steps.push(self.step(input)?);
        }
        Ok((target, steps))
    }

    fn weights_options(&mut self, input: ParseStream) -> Parse<WeightsOptions> {
        let mut options = WeightsOptions::default();
        let mut given: Vec<String> = Vec::new();
        self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
            let read = |parser: &mut Parser, input: ParseStream| {
                let name = parser.name(input, "the name of an option")?;
                parser.expect(input, ":")?;
                parser.weights_option(input, &name, &mut options)?;
                if given.contains(&name.text) {
                    parser.said_twice(name.place, name.as_str());
                }
                given.push(name.text);
                Ok(())
            };
            parser.list(content, Until::SEPARATOR, read, |read, _| read);
        })?;
        Ok(options)
    }

    fn weights_line(&mut self, input: ParseStream) -> Parse<Line> {
        self.no_doc(input);
        if word(input).is_some() {
            let (_, place) = self.keyword(input, "a weights table", &["alias"])?;
            let (from, _) = self.quoted(input)?;
            self.expect(input, "=>")?;
            let (to, _) = self.quoted(input)?;
            return Ok(Line::Alias(Alias { from, to, place }));
        }
        let (source, place) = self.quoted(input)?;
        self.expect(input, "=>")?;
        // An entry stays an entry when its target is faulty, so that its source is named.
        let (target, steps) = self.target(input).unwrap_or_else(|fault| {
            self.record(fault);
            skip_to_comma(input, ENTRIES);
            (missing_target(), Vec::new())
        });
        Ok(Line::Entry(WeightsEntry {
            source,
            place,
            target,
            steps,
        }))
    }

    fn target_alone(&mut self, input: ParseStream) -> Parse<Target> {
        if input.peek(syn::token::Paren) {
            return self.fused(input);
        }
        // A path is not followed by a bracket.
        if input.peek2(syn::token::Paren) && self.take_meant(input, "same").is_some() {
            let (path, _) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
                parser.whole(content, Parser::path)
            })?;
            return Ok(Target::Same(path?));
        }
        let path = self.path(input)?;
        Ok(match path.segments.as_slice() {
            [only] if only.name.as_str() == "skip" && only.index.is_none() => Target::Skip,
            _ => Target::Path(path),
        })
    }

    fn fused(&mut self, input: ParseStream) -> Parse<Target> {
        let before = self.report.diagnostics.len();
        let (paths, place): (Vec<Path>, _) =
            self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
                parser.list(content, Until::SEPARATOR, Parser::path, |_, _| {
                    Some(missing_path())
                })
            })?;
        match paths.is_empty() && self.report.diagnostics.len() == before {
            true => Err(fault(
                codes::MISSING,
                place,
                "expected paths between these brackets",
            )),
            false => Ok(Target::Fused(paths)),
        }
    }

    fn step(&mut self, input: ParseStream) -> Parse<Step> {
        if self.choice(input, "step", &["transpose", "add"])? == 0 {
            return Ok(Step::Transpose);
        }
        let (number, _) = self.group(
            input,
            Delimiter::Parenthesis,
            "`(` and a number",
            |parser, content| parser.whole(content, Parser::number),
        )?;
        let number = number?;
        match number.kind {
            ExprKind::Int(value) => Ok(Step::Add(value as f64)),
            ExprKind::Float(value) => Ok(Step::Add(value)),
            _ => Err(fault(codes::NUMBER, number.place, "expected a number")),
        }
    }
}

/// One line of a table.
enum Line {
    Entry(WeightsEntry),
    Alias(Alias),
}

fn missing_line(read: Option<Line>, place: Place) -> Option<Line> {
    let source = match read {
        Some(Line::Alias(alias)) => return Some(Line::Alias(alias)),
        Some(Line::Entry(entry)) => entry.source,
        None => String::new(),
    };
    Some(Line::Entry(WeightsEntry {
        source,
        ..missing_weights_entry(place)
    }))
}

/// An entry that could not be read, which may have fed any tensor.
pub(crate) fn missing_weights_entry(place: Place) -> WeightsEntry {
    WeightsEntry {
        source: String::new(),
        place,
        target: missing_target(),
        steps: Vec::new(),
    }
}

/// A target that could not be read.
fn missing_target() -> Target {
    Target::Path(missing_path())
}

/// A path that could not be read.
fn missing_path() -> Path {
    let segment = Segment {
        name: Name::MISSING,
        index: None,
    };
    Path {
        segments: vec![segment],
        place: Place::NOWHERE,
    }
}
