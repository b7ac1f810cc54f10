//! Models, heads, presets.

use toml_edit::Value;

use super::reader::{Entry, Reader, Spanned};
use crate::parse::{Parser, empty_model};
use crate::spec::{Body, Edit, Expr, Head, Kind, Loss, Model, Name, Param, Preset};

const MODEL_KEYS: [&str; 9] = [
    "doc", "extends", "params", "remove", "replace", "head", "preset", "config", "weights",
];

impl Reader<'_> {
    pub(super) fn model(&mut self, entry: Entry) -> Option<Model> {
        let name = self.name(entry, "the name of a model")?;
        let mut model = empty_model(String::new(), name, None);
        let (mut removed, mut replaced) = (Vec::new(), Vec::new());
        for entry in self.table(entry) {
            match entry.name() {
                "doc" => model.doc = self.plain(&entry).unwrap_or_default(),
                "extends" => {
                    model.extends =
                        self.read(&entry, |parser, input| parser.name(input, "the name of a model"));
                }
                "params" => model.params = self.each(entry, Reader::param),
                "remove" => removed = self.read_list(entry, Parser::path),
                "replace" => replaced = self.each(entry, Reader::part),
                "head" => model.heads = self.each(entry, Reader::head),
                "preset" => model.presets = self.each(entry, Reader::preset),
                "config" => model.configs = self.each(entry, Reader::config),
                "weights" => model.weights = self.each(entry, Reader::weights),
                _ => self.body_key(entry, &mut model.body, &MODEL_KEYS),
            }
        }
        model.edits = removed
            .into_iter()
            .map(Edit::Remove)
            .chain(replaced.into_iter().map(Edit::Replace))
            .collect();
        Some(model)
    }

    /// `vocab = 50257`, `eps = "Float = 1e-5"`; a documented one is `{ default = …, doc = "…" }`.
    fn param(&mut self, entry: Entry) -> Option<Param> {
        let name = self.name(entry, "the name of a param")?;
        if entry.item.as_table_like().is_none() {
            let (kind, default) = self.kind_and_default(entry);
            return Some(Param {
                doc: String::new(),
                name,
                kind,
                default,
            });
        }
        let mut param = Param {
            doc: String::new(),
            name,
            kind: Kind::Dim,
            default: None,
        };
        for entry in self.table(entry) {
            match entry.name() {
                "default" => (param.kind, param.default) = self.kind_and_default(entry),
                "doc" => param.doc = self.plain(&entry).unwrap_or_default(),
                _ => self.unknown_key(entry, &["default", "doc"]),
            }
        }
        Some(param)
    }

    fn kind_and_default(&mut self, entry: Entry) -> (Kind, Option<Expr>) {
        if entry.as_text().is_some() {
            let place = self.place(entry.range());
            let missing = || (Kind::Enum(Name::MISSING), Some(Expr::missing(place)));
            return self.read(&entry, Parser::param_value).unwrap_or_else(missing);
        }
        let kind = match entry.item.as_value() {
            Some(Value::Float(_)) => Kind::Float,
            Some(Value::Boolean(_)) => Kind::Bool,
            _ => Kind::Dim,
        };
        (kind, Some(self.value(entry)))
    }

    fn head(&mut self, entry: Entry) -> Option<Head> {
        let name = self.name(entry, "the name of a head")?;
        let mut head = Head {
            doc: String::new(),
            name,
            params: Vec::new(),
            fold: None,
            body: Body::default(),
            losses: Vec::new(),
        };
        for entry in self.table(entry) {
            match entry.name() {
                "doc" => head.doc = self.plain(&entry).unwrap_or_default(),
                "args" => head.params = self.args(entry),
                "fold" => head.fold = self.read(&entry, Parser::folded),
                "loss" => head.losses = self.losses(entry),
                _ => self.body_key(entry, &mut head.body, &["doc", "args", "fold", "loss"]),
            }
        }
        Some(head)
    }

    /// `"next_token"`, or a list of several.
    fn losses(&mut self, entry: Entry) -> Vec<Loss> {
        match entry.item.is_array() {
            true => self.read_list(entry, Parser::loss),
            false => self.read(&entry, Parser::loss).into_iter().collect(),
        }
    }

    /// `{ dim = 1024 }`; a documented one is `{ values = { … }, doc = "…" }`, since no param holds a table.
    fn preset(&mut self, entry: Entry) -> Option<Preset> {
        let name = self.name(entry, "the name of a preset")?;
        let fields = self.table(entry);
        let mut preset = Preset {
            doc: String::new(),
            name,
            values: Vec::new(),
        };
        let documented = fields
            .iter()
            .any(|field| field.name() == "values" && field.item.is_table_like());
        if !documented {
            preset.values = self.preset_values(&fields);
            return Some(preset);
        }
        for entry in fields {
            match entry.name() {
                "values" => {
                    let fields = self.table(entry);
                    preset.values = self.preset_values(&fields);
                }
                "doc" => preset.doc = self.plain(&entry).unwrap_or_default(),
                _ => self.unknown_key(entry, &["values", "doc"]),
            }
        }
        Some(preset)
    }

    fn preset_values(&mut self, fields: &[Entry]) -> Vec<(Name, Expr)> {
        let value = |entry: &Entry| Some((self.name(*entry, "the name of a param")?, self.value(*entry)));
        fields.iter().filter_map(value).collect()
    }
}
