//! Leaves: modules written in Rust with a declared signature.

use proc_macro2::Delimiter;
use syn::parse::ParseStream;

use super::body::{BODY, keeps_its_name};
use super::token::{at_label, fault, word};
use super::{Parse, Parser};
use crate::diagnostic::codes;
use crate::place::Place;
use crate::spec::{ElementType, Leaf, LeafWeight, Name};

const LEAF_WORDS: [&str; 4] = ["let", "require", "tieable", "forward"];

impl Parser {
    /// `leaf Gate(dim) = crate::Gate { … }`
    pub(crate) fn leaf(&mut self, input: ParseStream, doc: String) -> Parse<Leaf> {
        let name = self.name(input, "the name of a leaf")?;
        let params = self.params_in_brackets(input)?;
        let rust_path = match self.take(input, "=") {
            Some(_) => Some(self.rust_path(input)?),
            None => None,
        };
        let mut leaf = Leaf {
            doc,
            name,
            params,
            rust_path,
            lets: Vec::new(),
            requires: Vec::new(),
            weights: Vec::new(),
            signature: None,
            incomplete: false,
        };
        self.group(input, Delimiter::Brace, "`{`", |parser, content| {
            parser.sequence(content, BODY, |parser, input| {
                let keeps_its_name = keeps_its_name(input);
                let read = parser.leaf_item(input, &mut leaf);
                leaf.incomplete |= read.is_err() && !keeps_its_name;
                read
            });
        })?;
        Ok(leaf)
    }

    /// `crate::layers::Gate`
    pub(crate) fn rust_path(&mut self, input: ParseStream) -> Parse<String> {
        let mut path = String::new();
        if self.take(input, "::").is_some() {
            path.push_str("::");
        }
        loop {
            let Some(segment) = word(input) else {
                return Err(self.unexpected(input, "a Rust path such as `crate::Gate`"));
            };
            self.expect_word(input, &segment)?;
            path.push_str(&segment);
            if self.take(input, "::").is_none() {
                return Ok(path);
            }
            path.push_str("::");
        }
    }

    /// `[out_dim, in_dim] if bias`
    pub(crate) fn leaf_weight(&mut self, input: ParseStream, name: Name, tieable: bool) -> Parse<LeafWeight> {
        let ty = self.tensor_type(input)?;
        if ty.element != ElementType::Float {
            self.record(fault(codes::UNEXPECTED, ty.place, "a leaf's tensors hold floats"));
        }
        let condition = self.condition(input)?;
        Ok(LeafWeight {
            place: name.place,
            name,
            ty,
            tieable,
            condition,
        })
    }

    fn leaf_item(&mut self, input: ParseStream, leaf: &mut Leaf) -> Parse<()> {
        self.no_doc(input);
        if at_label(input) {
            return self.weight_item(input, leaf, false);
        }
        let (word, place) = self.keyword(input, "a leaf", &LEAF_WORDS)?;
        match word {
            "tieable" => self.weight_item(input, leaf, true),
            "let" => self.let_item(input, &mut leaf.lets),
            "require" => self.require_item(input, &mut leaf.requires),
            _ => self.leaf_forward(input, place, leaf),
        }
    }

    fn weight_item(&mut self, input: ParseStream, leaf: &mut Leaf, tieable: bool) -> Parse<()> {
        let name = self.name(input, "the name of a tensor")?;
        self.expect(input, ":")?;
        let weight = self.leaf_weight(input, name, tieable)?;
        leaf.weights.push(weight);
        self.expect(input, ";").map(|_| ())
    }

    fn leaf_forward(&mut self, input: ParseStream, place: Place, leaf: &mut Leaf) -> Parse<()> {
        let signature = self.signature(input)?;
        if leaf.signature.replace(signature).is_some() {
            self.said_twice(place, "forward");
        }
        if input.peek(syn::token::Brace) {
            let mut fault = self.unexpected(input, "`;`");
            fault.help("what a leaf computes is written in Rust; a block has a `forward` with a body");
            return Err(fault);
        }
        self.expect(input, ";").map(|_| ())
    }
}
