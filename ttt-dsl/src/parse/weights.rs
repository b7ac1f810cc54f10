//! Weights tables: where tensors come from in a foreign checkpoint.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::{Until, skip_to_comma};
use super::token::{fault, opens, word};
use super::{Parse, Parser};
use crate::diagnostic::{closest, codes};
use crate::place::Place;
use crate::spec::{
    Alias, ExprKind, HeadPrefix, LinearLayout, Name, Path, RopePairing, Segment, Step, Target, WeightsEntry,
    WeightsOptions, WeightsTable,
};

const OPTIONS: [&str; 3] = ["linear", "rope", "prefix"];
/// How linear weights may be stored.
pub(crate) const LINEAR_LAYOUTS: [&str; 2] = ["out_in", "in_out"];
/// How rotary dimensions may be paired.
pub(crate) const ROPE_PAIRINGS: [&str; 2] = ["half", "interleaved"];

const ENTRY_WORDS: [&str; 3] = ["lacks", "alias", "prefix"];
const ENTRIES: Until = Until {
    words: &ENTRY_WORDS,
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
            lacks: Vec::new(),
            aliases: Vec::new(),
            prefixes: Vec::new(),
        };
        let (lines, _) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.list(content, ENTRIES, Parser::weights_line, missing_line)
        })?;
        for line in lines {
            match line {
                Line::Entry(entry) => insert(&mut table.entries, entry),
                Line::Lacks(paths) => table.lacks.extend(paths),
                Line::Alias(alias) => table.aliases.push(alias),
                Line::Prefix(prefix) => table.prefixes.push(prefix),
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
                to.linear = layouts[self.choice(input, "layout", &LINEAR_LAYOUTS)?];
            }
            "rope" => {
                let pairings = [RopePairing::Half, RopePairing::Interleaved];
                to.rope = pairings[self.choice(input, "pairing", &ROPE_PAIRINGS)?];
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
            return self.worded_line(input);
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

    /// A line that begins with a word.
    fn worded_line(&mut self, input: ParseStream) -> Parse<Line> {
        let (word, place) = self.keyword(input, "a weights table", &ENTRY_WORDS)?;
        if word == "lacks" {
            return Ok(Line::Lacks(self.lacks(input)?));
        }
        let (from, _) = self.quoted(input)?;
        self.expect(input, "=>")?;
        if word == "prefix" {
            let head = self.name(input, "the name of a head")?;
            return Ok(Line::Prefix(HeadPrefix { prefix: from, head }));
        }
        let (to, _) = self.quoted(input)?;
        Ok(Line::Alias(Alias { from, to, place }))
    }

    fn lacks(&mut self, input: ParseStream) -> Parse<Vec<Path>> {
        let mut lacks = Vec::new();
        loop {
            lacks.push(self.path(input)?);
            let ahead = input.fork();
            let more = self.take(&ahead, ",").is_some() && ahead.peek(syn::Ident);
            if !more || opens(&ahead) {
                return Ok(lacks);
            }
            self.expect(input, ",")?;
        }
    }

    fn target_alone(&mut self, input: ParseStream) -> Parse<Target> {
        if input.peek(syn::token::Paren) {
            return self.fused(input);
        }
        // A path is not followed by a bracket.
        if input.peek2(syn::token::Paren)
            && let Some((word, make)) = named_target(input)
            && self.take_meant(input, word).is_some()
        {
            let (path, _) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
                parser.whole(content, Parser::path)
            })?;
            return Ok(make(path?));
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
    Lacks(Vec<Path>),
    Alias(Alias),
    Prefix(HeadPrefix),
}

fn missing_line(read: Option<Line>, place: Place) -> Option<Line> {
    let source = match read {
        Some(Line::Entry(entry)) => entry.source,
        Some(other) => return Some(other),
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

/// Adds an entry after those of the same source, since in TOML they stand under one key.
fn insert(entries: &mut Vec<WeightsEntry>, entry: WeightsEntry) {
    let last = entries.iter().rposition(|earlier| earlier.source == entry.source);
    let index = last.map_or(entries.len(), |last| last + 1);
    entries.insert(index, entry);
}

type MakeTarget = fn(Path) -> Target;

/// Targets written as a word and a path in parentheses.
const NAMED_TARGETS: [(&str, MakeTarget); 2] = [("same", Target::Same), ("factors", Target::Factors)];

/// The kind of target whose word, or a misspelling of it, stands here.
fn named_target(input: ParseStream) -> Option<(&'static str, MakeTarget)> {
    let meant = closest(&word(input)?, NAMED_TARGETS.map(|(word, _)| word))?;
    NAMED_TARGETS.into_iter().find(|(word, _)| *word == meant)
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
