//! Enums, functions, leaves and blocks.

use toml_edit::Table;

use super::reader::{Element, Entry, Reader, entries};
use crate::parse::Parser;
use crate::spec::{Block, Body, EnumDecl, Function, Leaf, LeafWeight, Param, Spec};

impl Reader<'_> {
    pub(super) fn spec(&mut self, root: &Table) -> Spec {
        let mut spec = Spec::default();
        for kind in entries(root) {
            match kind.name() {
                "enum" => spec.enums.extend(self.each(kind, Reader::enumeration)),
                "fn" => spec.functions.extend(self.each(kind, Reader::function)),
                "leaf" => spec.leaves.extend(self.each(kind, Reader::leaf)),
                "block" => spec.blocks.extend(self.each(kind, Reader::block)),
                "model" => spec.models.extend(self.each(kind, Reader::model)),
                _ => self.unknown_key(kind, &["enum", "leaf", "block", "model"]),
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
        for entry in self.table(entry) {
            match entry.name() {
                "variants" => item.variants = self.read_list(entry, Parser::variant),
                "doc" => item.doc = self.plain(&entry).unwrap_or_default(),
                _ => self.unknown_key(entry, &["variants", "doc"]),
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
        for entry in self.table(entry) {
            match entry.name() {
                "sig" => item = self.read(&entry, |parser, input| parser.function(input, name.clone())),
                "require" => requires = self.read_list(entry, Parser::require),
                "doc" => doc = self.plain(&entry).unwrap_or_default(),
                _ => self.unknown_key(entry, &["sig", "require", "doc"]),
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
        for entry in self.table(entry) {
            match entry.name() {
                "doc" => leaf.doc = self.plain(&entry).unwrap_or_default(),
                "args" => leaf.params = self.args(entry),
                "path" => leaf.rust_path = self.read(&entry, Parser::rust_path),
                "let" => leaf.lets = self.each(entry, Reader::let_value),
                "require" => leaf.requires = self.read_list(entry, Parser::require),
                "weights" => leaf.weights = self.each(entry, Reader::leaf_weight),
                "forward" => leaf.signature = self.read(&entry, Parser::signature),
                _ => self.unknown_key(
                    entry,
                    &["doc", "args", "path", "let", "require", "weights", "forward"],
                ),
            }
        }
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
        for entry in self.table(entry) {
            match entry.name() {
                "doc" => block.doc = self.plain(&entry).unwrap_or_default(),
                "args" => block.params = self.args(entry),
                _ => self.body_key(entry, &mut block.body, &["doc", "args"]),
            }
        }
        Some(block)
    }

    /// `["dim", "eps: Float"]`; a documented one is `{ param = "…", doc = "…" }`.
    pub(super) fn args(&mut self, entry: Entry) -> Vec<Param> {
        self.list(entry)
            .into_iter()
            .filter_map(|element| self.arg(element))
            .collect()
    }

    fn arg(&mut self, element: Element) -> Option<Param> {
        let Some(table) = element.0.as_inline_table() else {
            return self.read(&element, Parser::param);
        };
        let (mut doc, mut param) = (String::new(), None);
        for entry in entries(table) {
            match entry.name() {
                "param" => param = self.read(&entry, Parser::param),
                "doc" => doc = self.plain(&entry).unwrap_or_default(),
                _ => self.unknown_key(entry, &["param", "doc"]),
            }
        }
        Some(Param { doc, ..param? })
    }
}
