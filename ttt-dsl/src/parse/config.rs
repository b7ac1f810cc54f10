//! Config tables: how a foreign configuration fills the params.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::recovery::Until;
use super::token::{at_label, at_word, word};
use super::{Parse, Parser};
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
        self.expect_word(input, "config")?;
        let format = self.name(input, "the name of a format")?;
        let model_types = self.quoted_list(input)?;
        let mut table = empty_table(format, model_types);
        self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.list(
                content,
                ENTRIES,
                |parser, input| parser.config_entry(input, &mut table),
                |_| None,
            );
        })?;
        Ok(table)
    }

    fn config_entry(&mut self, input: ParseStream, table: &mut ConfigTable) -> Parse<()> {
        self.no_doc(input);
        if at_label(input) {
            let param = self.name(input, "the name of a param")?;
            self.expect(input, ":")?;
            // An entry stays an entry when its sources are faulty, so that its param is filled.
            let (sources, read) = match self.sources(input) {
                Ok(sources) => (sources, Ok(())),
                Err(fault) => (vec![Source::Value(Expr::missing(fault.place))], Err(fault)),
            };
            table.entries.push(ConfigEntry { param, sources });
            return read;
        }
        match word(input).as_deref() {
            Some("also") => {
                self.expect_word(input, "also")?;
                table.agreements.push(self.agreement(input)?);
            }
            Some("expect") => {
                self.expect_word(input, "expect")?;
                table.expects.push(self.expectation(input)?);
            }
            Some("ignore") => {
                self.expect_word(input, "ignore")?;
                table.ignores.push(self.quoted(input)?.0);
                while input.peek(syn::Token![,]) && input.peek2(syn::LitStr) {
                    self.expect(input, ",")?;
                    table.ignores.push(self.quoted(input)?.0);
                }
            }
            Some("keep") => self.keeps(input, &mut table.keeps)?,
            Some("architecture") => {
                self.expect_word(input, "architecture")?;
                let (class, _) = self.quoted(input)?;
                self.expect(input, "=>")?;
                table.architectures.push((class, self.head_choice(input)?));
            }
            _ => return Err(self.unknown_item(input, "a config table", &CONFIG_WORDS)),
        }
        Ok(())
    }

    /// `"n_inner" or 4 * dim`
    pub(crate) fn sources(&mut self, input: ParseStream) -> Parse<Vec<Source>> {
        let mut sources = vec![self.source(input)?];
        while self.take_word(input, "or").is_some() {
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

    fn keeps(&mut self, input: ParseStream, keeps: &mut Vec<Name>) -> Parse<()> {
        self.expect_word(input, "keep")?;
        loop {
            keeps.push(self.name(input, "the name of a param")?);
            let ahead = input.fork();
            let more = self.take(&ahead, ",").is_some() && ahead.peek(syn::Ident) && !ENTRIES.begins(&ahead);
            let keep_again = at_word(&ahead, "keep");
            if !more || keep_again {
                return Ok(());
            }
            self.expect(input, ",")?;
        }
    }

    fn source(&mut self, input: ParseStream) -> Parse<Source> {
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
        for (word, make) in NAMED_SOURCES {
            if at_word(input, word) && input.peek2(syn::token::Paren) {
                let start = self.expect_word(input, word)?;
                let (text, end) = self.group(input, Delimiter::Parenthesis, "`(`", |parser, content| {
                    parser.whole(content, Parser::quoted)
                })?;
                return Ok(make(text?.0, self.join(start, end)));
            }
        }
        Ok(Source::Value(self.expression(input)?))
    }
}

type MakeSource = fn(String, Place) -> Source;

/// Sources written as a word and a text in parentheses.
const NAMED_SOURCES: [(&str, MakeSource); 3] = [
    ("len", |key, place| Source::Length { key, place }),
    ("present", |tensor, place| Source::Present { tensor, place }),
    ("absent", |tensor, place| Source::Absent { tensor, place }),
];

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
