//! Items: enums, functions, blocks; leaves and models have files of their own.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::body::{BODY, BODY_WORDS, keeps_its_name};
use super::recovery::Until;
use super::token::{at_label, at_word, skip_one};
use super::{Parse, Parser};
use crate::place::Place;
use crate::spec::{Block, Body, EnumDecl, Function, Input, Name, Param, Spec, Variant};

const ITEM_WORDS: [&str; 5] = ["enum", "leaf", "block", "model", "fn"];
const ITEMS: Until = Until {
    words: &ITEM_WORDS,
    labels: false,
    texts: false,
};

/// The words that begin what has no documentation.
const UNDOCUMENTED: [&str; 11] = [
    "let",
    "require",
    "tie",
    "forward",
    "params",
    "config",
    "weights",
    "remove",
    "transform",
    "fold",
    "loss",
];

impl Parser {
    /// Items, to the end.
    pub(crate) fn spec(&mut self, input: ParseStream) -> Spec {
        let mut spec = Spec::default();
        self.sequence(input, ITEMS, |parser, input| {
            let read = parser.item(input, &mut spec);
            spec.incomplete |= read.is_err();
            read
        });
        spec
    }

    fn item(&mut self, input: ParseStream, spec: &mut Spec) -> Parse<()> {
        let doc = self.doc(input);
        // Functions belong to the standard library and are no item to suggest.
        if self.take_word(input, "fn").is_some() {
            spec.functions.push(self.function_item(input, doc)?);
            return Ok(());
        }
        match self.keyword(input, "a source", &ITEM_WORDS[..4])?.0 {
            "enum" => spec.enums.push(self.enumeration(input, doc)?),
            "leaf" => spec.leaves.push(self.leaf(input, doc)?),
            "block" => spec.blocks.push(self.block(input, doc)?),
            _ => spec.models.push(self.model(input, doc)?),
        }
        Ok(())
    }

    fn enumeration(&mut self, input: ParseStream, doc: String) -> Parse<EnumDecl> {
        let name = self.name(input, "the name of an enum")?;
        let (variants, _) = self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.list(content, Until::SEPARATOR, Parser::variant, missing_variant)
        })?;
        Ok(EnumDecl { doc, name, variants })
    }

    /// `silu("swish")`
    pub(crate) fn variant(&mut self, input: ParseStream) -> Parse<Variant> {
        let name = self.name(input, "the name of a variant")?;
        if !input.peek(syn::token::Paren) {
            return Ok(Variant {
                name,
                spellings: Vec::new(),
            });
        }
        Ok(Variant {
            name,
            spellings: self.quoted_list(input)?,
        })
    }

    /// `("gpt2", "gpt_2")`
    pub(crate) fn quoted_list(&mut self, input: ParseStream) -> Parse<Vec<String>> {
        let (texts, _) = self.group(
            input,
            Delimiter::Parenthesis,
            "texts in `(…)`",
            |parser, content| {
                parser.list(
                    content,
                    Until::SEPARATOR,
                    |parser, input| Ok(parser.quoted(input)?.0),
                    |read, _| read,
                )
            },
        )?;
        Ok(texts)
    }

    fn block(&mut self, input: ParseStream, doc: String) -> Parse<Block> {
        let name = self.name(input, "the name of a block")?;
        let params = self.params_in_brackets(input)?;
        let mut body = Body::default();
        self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.sequence(content, BODY, |parser, input| {
                let doc = parser.item_doc(input);
                let keeps_its_name = keeps_its_name(input);
                let read = parser.block_item(input, doc, &mut body);
                body.incomplete |= read.is_err() && !keeps_its_name;
                read
            });
        })?;
        Ok(Block {
            doc,
            name,
            params,
            body,
        })
    }

    fn block_item(&mut self, input: ParseStream, doc: String, body: &mut Body) -> Parse<()> {
        if at_label(input) {
            return self.part_item(input, doc, body);
        }
        let begun = self.keyword(input, "a block", &BODY_WORDS)?;
        self.body_item(input, begun, body)
    }

    /// The documentation of a part, a head or a preset; recorded as a mistake in front of anything else.
    pub(crate) fn item_doc(&mut self, input: ParseStream) -> String {
        let place = self.here(input);
        let doc = self.doc(input);
        let lost = !at_label(input) && UNDOCUMENTED.iter().any(|word| at_word(input, word));
        if lost && !doc.is_empty() {
            self.doc_is_not_kept(place);
        }
        doc
    }

    fn function_item(&mut self, input: ParseStream, doc: String) -> Parse<Function> {
        let name = self.name(input, "the name of a function")?;
        let mut function = Function {
            doc,
            ..self.function(input, name)?
        };
        if self.take(input, ";").is_some() {
            return Ok(function);
        }
        self.group(input, Delimiter::Brace, "`;`", |parser, content| {
            parser.sequence(content, BODY, |parser, input| {
                parser.expect_word(input, "require")?;
                parser.require_item(input, &mut function.requires)
            });
        })?;
        Ok(function)
    }

    /// `(x: [..], axis: Int = -1) -> [..]`, `(parts: List) by concat`
    pub(crate) fn function(&mut self, input: ParseStream, name: Name) -> Parse<Function> {
        let (mut inputs, mut params) = (Vec::new(), Vec::new());
        let (context, _) = self.group(
            input,
            Delimiter::Parenthesis,
            "inputs in `(…)`",
            |parser, content| {
                let context = parser.context(content);
                let entries = parser.list(content, Until::SEPARATOR, Parser::function_entry, |read, _| read);
                for entry in entries {
                    match entry {
                        FunctionEntry::Tensor(input) => inputs.push(input),
                        FunctionEntry::Static(param) => params.push(param),
                        FunctionEntry::TensorList => {}
                    }
                }
                context
            },
        )?;
        let output = match self.take(input, "->") {
            Some(_) => Some(self.tensor_type(input)?),
            None => None,
        };
        let rule = match self.take_word(input, "by") {
            Some(_) => Some(self.name(input, "the name of a shape rule")?),
            None if output.is_none() => return Err(self.unexpected(input, "`->` or `by`")),
            None => None,
        };
        Ok(Function {
            doc: String::new(),
            name,
            context,
            inputs,
            params,
            requires: Vec::new(),
            output,
            rule,
        })
    }

    fn function_entry(&mut self, input: ParseStream) -> Parse<FunctionEntry> {
        self.no_doc(input);
        let ahead = input.fork();
        for _ in 0..2 {
            skip_one(&ahead);
        }
        let typed = at_word(&ahead, "Int") || at_word(&ahead, "Bool");
        let given = !at_label(input) && at_word(input, "given");
        if given || ahead.peek(syn::token::Bracket) || (typed && ahead.peek2(syn::token::Bracket)) {
            return Ok(FunctionEntry::Tensor(self.input(input)?));
        }
        if at_word(&ahead, "List") {
            self.name(input, "the name of a list of tensors")?;
            self.expect(input, ":")?;
            self.expect_word(input, "List")?;
            return Ok(FunctionEntry::TensorList);
        }
        Ok(FunctionEntry::Static(self.param(input)?))
    }
}

/// A variant of which at most the name could be read.
fn missing_variant(read: Option<Variant>, _: Place) -> Option<Variant> {
    Some(read.unwrap_or(Variant {
        name: Name::MISSING,
        spellings: Vec::new(),
    }))
}

enum FunctionEntry {
    Tensor(Input),
    Static(Param),
    /// A list of tensors of any length, which only a shape rule understands.
    TensorList,
}
