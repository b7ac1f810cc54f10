//! Config tables: how a foreign configuration fills the params.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::{Until, skip_to_comma};
use super::token::{at_label, at_word, opens, word};
use super::{Parse, Parser};
use crate::diagnostic::closest;
use crate::place::Place;
use crate::spec::{Agreement, ConfigEntry, ConfigTable, Expect, Expr, HeadChoice, Name, Source};

const CONFIG_WORDS: [&str; 5] = ["also", "expect", "ignore", "keep", "architecture"];
const ENTRIES: Until = Until {
    words: &CONFIG_WORDS,
    labels: true,
    texts: false,
};

impl Parser {
    /// `config hf("gpt2") { … }`
    pub(crate) fn config(&mut self, input: ParseStream) -> Parse<ConfigTable> {
        let format = self.name(input, "the name of a format")?;
        let model_types = self.quoted_list(input)?;
        let mut table = empty_table(format, model_types);
        let (lines, _) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.list(content, ENTRIES, Parser::config_line, missing_line)
        })?;
        for line in lines {
            match line {
                Line::Entry(entry) => table.entries.push(entry),
                Line::Also(agreement) => table.agreements.push(agreement),
                Line::Expect(expect) => table.expects.push(expect),
                Line::Ignore(keys) => table.ignores.extend(keys),
                Line::Keep(params) => table.keeps.extend(params),
                Line::Architecture(class, head) => table.architectures.push((class, head)),
            }
        }
        Ok(table)
    }

    fn config_line(&mut self, input: ParseStream) -> Parse<Line> {
        self.no_doc(input);
        if at_label(input) {
            let param = self.name(input, "the name of a param")?;
            self.expect(input, ":")?;
            // An entry stays an entry when its sources are faulty, so that its param is filled.
            let sources = self.sources(input).unwrap_or_else(|fault| {
                let place = fault.place;
                self.record(fault);
                skip_to_comma(input, ENTRIES);
                vec![Source::Value(Expr::missing(place))]
            });
            return Ok(Line::Entry(ConfigEntry { param, sources }));
        }
        match self.keyword(input, "a config table", &CONFIG_WORDS)?.0 {
            "also" => Ok(Line::Also(self.agreement(input)?)),
            "expect" => Ok(Line::Expect(self.expectation(input)?)),
            "ignore" => {
                let mut keys = vec![self.key(input)?];
                while input.peek(syn::Token![,]) && input.peek2(syn::LitStr) {
                    self.expect(input, ",")?;
                    keys.push(self.key(input)?);
                }
                Ok(Line::Ignore(keys))
            }
            "keep" => Ok(Line::Keep(self.keeps(input)?)),
            _ => {
                let (class, _) = self.quoted(input)?;
                self.expect(input, "=>")?;
                Ok(Line::Architecture(class, self.head_choice(input)?))
            }
        }
    }

    /// A key by itself.
    pub(crate) fn key(&mut self, input: ParseStream) -> Parse<Name> {
        let (text, place) = self.quoted(input)?;
        Ok(Name { text, place })
    }

    /// `"n_inner" or 4 * dim`
    pub(crate) fn sources(&mut self, input: ParseStream) -> Parse<Vec<Source>> {
        let mut sources = vec![self.source(input)?];
        while self.take_meant(input, "or").is_some() {
            sources.push(self.source(input)?);
        }
        Ok(sources)
    }

    /// `"rope.dimension_count" = head_dim`
    pub(crate) fn agreement(&mut self, input: ParseStream) -> Parse<Agreement> {
        let (key, place) = self.quoted(input)?;
        self.expect(input, "=")?;
        let value = self.expression(input)?;
        Ok(Agreement { key, value, place })
    }

    /// `"position_embedding_type" = "absolute" | "none", "why"`
    pub(crate) fn expectation(&mut self, input: ParseStream) -> Parse<Expect> {
        let (key, place) = self.quoted(input)?;
        self.expect(input, "=")?;
        let mut values = vec![self.literal(input)?];
        while self.take(input, "|").is_some() {
            values.push(self.literal(input)?);
        }
        let mut message = None;
        if input.peek(syn::Token![,]) && input.peek2(syn::LitStr) {
            self.expect(input, ",")?;
            message = Some(self.quoted(input)?.0);
        }
        Ok(Expect {
            key,
            values,
            message,
            place,
        })
    }

    /// `base` or the name of a head.
    pub(crate) fn head_choice(&mut self, input: ParseStream) -> Parse<HeadChoice> {
        let name = self.name(input, "`base` or the name of a head")?;
        Ok(match name.as_str() {
            "base" => HeadChoice::Base,
            _ => HeadChoice::Head(name),
        })
    }

    fn keeps(&mut self, input: ParseStream) -> Parse<Vec<Name>> {
        let mut keeps = Vec::new();
        loop {
            keeps.push(self.name(input, "the name of a param")?);
            let ahead = input.fork();
            let more = self.take(&ahead, ",").is_some()
                && ahead.peek(syn::Ident)
                && !opens(&ahead)
                && !at_label(&ahead);
            let keep_again = at_word(&ahead, "keep");
            if !more || keep_again {
                return Ok(keeps);
            }
            self.expect(input, ",")?;
        }
    }

    fn source(&mut self, input: ParseStream) -> Parse<Source> {
        if at_word(input, "or") {
            return Err(self.unexpected(input, "a source"));
        }
        if input.peek(syn::LitStr) {
            let (key, place) = self.quoted(input)?;
            return Ok(Source::Key { key, place });
        }
        if at_word(input, "none") && input.peek2(syn::token::Paren) {
            self.expect_word(input, "none")?;
            let (value, _) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
                parser.whole(content, Parser::expression)
            })?;
            return Ok(Source::Unset(value?));
        }
        if let Some((word, make)) = named_source(input)
            && let Some(start) = self.take_meant(input, word)
        {
            let (text, end) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
                parser.whole(content, Parser::quoted)
            })?;
            return Ok(make(text?.0, self.join(start, end)));
        }
        Ok(Source::Value(self.expression(input)?))
    }
}

/// One line of a table.
enum Line {
    Entry(ConfigEntry),
    Also(Agreement),
    Expect(Expect),
    Ignore(Vec<Name>),
    Keep(Vec<Name>),
    Architecture(String, HeadChoice),
}

fn missing_line(read: Option<Line>, place: Place) -> Option<Line> {
    Some(read.unwrap_or(Line::Entry(missing_config_entry(place))))
}

/// An entry that could not be read, which may have filled any param.
pub(crate) fn missing_config_entry(place: Place) -> ConfigEntry {
    ConfigEntry {
        param: Name::MISSING,
        sources: vec![Source::Value(Expr::missing(place))],
    }
}

type MakeSource = fn(String, Place) -> Source;

/// Sources written as a word and a text in parentheses.
const NAMED_SOURCES: [(&str, MakeSource); 3] = [
    ("len", |key, place| Source::Length { key, place }),
    ("present", |tensor, place| Source::Present { tensor, place }),
    ("absent", |tensor, place| Source::Absent { tensor, place }),
];

/// The kind of source that begins here: no other call in a source has a text for its argument.
fn named_source(input: ParseStream) -> Option<(&'static str, MakeSource)> {
    let found = word(input)?;
    let (_, rest) = input.cursor().ident()?;
    let (content, _, _) = rest.group(Delimiter::Parenthesis)?;
    let texts = content
        .literal()
        .is_some_and(|(literal, _)| literal.to_string().starts_with('"'));
    let words = NAMED_SOURCES.map(|(word, _)| word);
    let meant = match texts {
        true => closest(&found, words)?,
        false => words.into_iter().find(|word| *word == found)?,
    };
    NAMED_SOURCES.into_iter().find(|(word, _)| *word == meant)
}

/// A table without entries.
pub(crate) fn empty_table(format: Name, model_types: Vec<String>) -> ConfigTable {
    ConfigTable {
        format,
        model_types,
        entries: Vec::new(),
        agreements: Vec::new(),
        expects: Vec::new(),
        ignores: Vec::new(),
        keeps: Vec::new(),
        architectures: Vec::new(),
    }
}
