//! Enums, functions, leaves and blocks.

use toml_edit::Table;

use super::keys::{ARG, BLOCK, ENUM, FUNCTION, LEAF, ROOT};
use super::reader::{Element, Entry, Reader, Spanned, entries};
use crate::diagnostic::closest;
use crate::parse::{Parser, missing_param};
use crate::spec::{Block, Body, EnumDecl, Function, Leaf, LeafWeight, Param, Spec};

impl Reader<'_> {
    pub(super) fn spec(&mut self, root: &Table) -> Spec {
        let mut spec = Spec::default();
        // Functions belong to the standard library and are no kind to suggest.
        let (functions, others): (Vec<Entry>, Vec<Entry>) =
            entries(root).into_iter().partition(|kind| kind.name() == "fn");
        for kind in functions {
            spec.functions.extend(self.each(kind, Reader::function));
        }
        let kinds = || ROOT.iter().map(|kind| kind.name);
        spec.incomplete = others.iter().any(|kind| closest(kind.name(), kinds()).is_none());
        for (key, kind) in self.known_keys(others, &[ROOT]) {
            match key {
                "enum" => spec.enums.extend(self.each(kind, Reader::enumeration)),
                "leaf" => spec.leaves.extend(self.each(kind, Reader::leaf)),
                "block" => spec.blocks.extend(self.each(kind, Reader::block)),
                _ => self.models(kind, &mut spec.models),
            }
        }
        spec
    }

    /// Reads every key of a table as an item of this kind.
    pub(super) fn each<T>(&mut self, entry: Entry, read: impl Fn(&mut Self, Entry) -> Option<T>) -> Vec<T> {
        self.table(entry)
            .into_iter()
            .filter_map(|entry| read(self, entry))
            .collect()
    }

    /// `Gate = ["open", 'shut("closed")']`, or a table when it is documented.
    fn enumeration(&mut self, entry: Entry) -> Option<EnumDecl> {
        let name = self.name(entry, "the name of an enum")?;
        let mut item = EnumDecl {
            doc: String::new(),
            name,
            variants: Vec::new(),
        };
        if entry.item.as_table_like().is_none() {
            item.variants = self.read_list(entry, Parser::variant);
            return Some(item);
        }
        for (key, entry) in self.keys(entry, &[ENUM]) {
            match key {
                "variants" => item.variants = self.read_list(entry, Parser::variant),
                _ => item.doc = self.plain(&entry).unwrap_or_default(),
            }
        }
        Some(item)
    }

    /// `silu = "(x: [..]) -> [..]"`, or a table when it is documented or requires something.
    fn function(&mut self, entry: Entry) -> Option<Function> {
        let name = self.name(entry, "the name of a function")?;
        if entry.item.as_table_like().is_none() {
            return self.read(&entry, |parser, input| parser.function(input, name));
        }
        let (mut doc, mut requires, mut item) = (String::new(), Vec::new(), None);
        for (key, entry) in self.keys(entry, &[FUNCTION]) {
            match key {
                "sig" => item = self.read(&entry, |parser, input| parser.function(input, name.clone())),
                "require" => requires = self.read_list(entry, Parser::require),
                _ => doc = self.plain(&entry).unwrap_or_default(),
            }
        }
        Some(Function {
            doc,
            requires,
            ..item?
        })
    }

    fn leaf(&mut self, entry: Entry) -> Option<Leaf> {
        let mut leaf = Leaf {
            doc: String::new(),
            name: self.name(entry, "the name of a leaf")?,
            params: Vec::new(),
            rust_path: None,
            lets: Vec::new(),
            requires: Vec::new(),
            weights: Vec::new(),
            signature: None,
            incomplete: false,
        };
        let before = self.parser.report.diagnostics.len();
        for (key, entry) in self.keys(entry, &[LEAF]) {
            match key {
                "doc" => leaf.doc = self.plain(&entry).unwrap_or_default(),
                "args" => leaf.params = self.args(entry),
                "path" => leaf.rust_path = self.read(&entry, Parser::rust_path),
                "let" => leaf.lets.extend(self.each(entry, Reader::let_value)),
                "require" => leaf.requires.extend(self.read_list(entry, Parser::require)),
                "weights" => leaf.weights.extend(self.each(entry, Reader::leaf_weight)),
                _ => leaf.signature = self.read(&entry, Parser::signature),
            }
        }
        leaf.incomplete = self.parser.report.diagnostics.len() > before;
        Some(leaf)
    }

    fn leaf_weight(&mut self, entry: Entry) -> Option<LeafWeight> {
        let name = self.name(entry, "the name of a tensor")?;
        self.read(&entry, |parser, input| {
            let tieable = parser.take_word(input, "tieable").is_some();
            parser.leaf_weight(input, name, tieable)
        })
    }

    fn block(&mut self, entry: Entry) -> Option<Block> {
        let name = self.name(entry, "the name of a block")?;
        let mut block = Block {
            doc: String::new(),
            name,
            params: Vec::new(),
            body: Body::default(),
        };
        for (key, entry) in self.body_keys(entry, &mut block.body, BLOCK) {
            match key {
                "doc" => block.doc = self.plain(&entry).unwrap_or_default(),
                "args" => block.params = self.args(entry),
                key => self.body_key(key, entry, &mut block.body),
            }
        }
        Some(block)
    }

    /// `["dim", "eps: Float"]`; a documented one is `{ param = "…", doc = "…" }`.
    pub(super) fn args(&mut self, entry: Entry) -> Vec<Param> {
        self.list(entry)
            .into_iter()
            .map(|element| {
                let place = self.place(element.range());
                self.arg(element).unwrap_or_else(|| missing_param(None, place))
            })
            .collect()
    }

    fn arg(&mut self, element: Element) -> Option<Param> {
        let Some(table) = element.0.as_inline_table() else {
            return self.read(&element, Parser::param);
        };
        let (mut doc, mut param) = (String::new(), None);
        for (key, entry) in self.known_keys(entries(table), &[ARG]) {
            match key {
                "param" => param = self.read(&entry, Parser::param),
                _ => doc = self.plain(&entry).unwrap_or_default(),
            }
        }
        Some(Param { doc, ..param? })
    }
}
