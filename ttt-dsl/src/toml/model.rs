//! Models, heads, presets.

use toml_edit::Value;

use super::keys::{HEAD, MODEL, PARAM, PRESET};
use super::reader::{Entry, Reader, Spanned};
use crate::diagnostic::{closest, codes};
use crate::parse::{Parser, empty_model, missing_kind};
use crate::spec::{Body, Edit, Expr, Head, Kind, Loss, Model, Name, Param, Preset};

impl Reader<'_> {
    /// Every key of a table as a model. What stands under a misspelt name is read as a piece of the model that was meant.
    pub(super) fn models(&mut self, entry: Entry, models: &mut Vec<Model>) {
        let (pieces, whole): (Vec<Entry>, Vec<Entry>) = self.table(entry).into_iter().partition(is_piece);
        for entry in whole.into_iter().chain(pieces) {
            let index = match models
                .iter()
                .position(|model| model.name.as_str() == entry.name())
            {
                Some(same) => Some(same),
                None if is_piece(&entry) => self.meant_model(entry, models),
                None => None,
            };
            let model = match index {
                Some(index) => &mut models[index],
                None => {
                    let Some(name) = self.name(entry, "the name of a model") else {
                        continue;
                    };
                    models.push(empty_model(String::new(), name, None));
                    let last = models.len() - 1;
                    &mut models[last]
                }
            };
            self.model(entry, model);
        }
    }

    /// The model that a name without params, parts and `forward` is a misspelling of, which is recorded.
    fn meant_model(&mut self, entry: Entry, models: &[Model]) -> Option<usize> {
        let names = models.iter().map(|model| model.name.as_str());
        let meant = closest(entry.name(), names)?.to_owned();
        let place = self.key_place(entry);
        let message = format!("`{}` has neither params nor parts nor a `forward`", entry.name());
        self.parser
            .report
            .error(codes::TOML_KEY, place, message)
            .suggest(meant.as_str());
        models.iter().position(|model| model.name.as_str() == meant)
    }

    fn model(&mut self, entry: Entry, model: &mut Model) {
        let (mut removed, mut replaced) = (Vec::new(), Vec::new());
        for (key, entry) in self.body_keys(entry, &mut model.body, MODEL) {
            match key {
                "doc" => model.doc = self.plain(&entry).unwrap_or_default(),
                "extends" => {
                    model.extends =
                        self.read(&entry, |parser, input| parser.name(input, "the name of a model"));
                }
                "params" => model.params.extend(self.each(entry, Reader::param)),
                "remove" => removed = self.read_list(entry, Parser::path),
                "replace" => replaced = self.each(entry, Reader::part),
                "transform" => model.transforms.extend(self.read_list(entry, Parser::transform)),
                "head" => model.heads.extend(self.each(entry, Reader::head)),
                "preset" => model.presets.extend(self.each(entry, Reader::preset)),
                "config" => model.configs.extend(self.each(entry, Reader::config)),
                "weights" => model.weights.extend(self.each(entry, Reader::weights)),
                "checkpoint" => model.checkpoints.extend(self.checkpoints(entry)),
                key => self.body_key(key, entry, &mut model.body),
            }
        }
        let removed = removed.into_iter().map(Edit::Remove);
        model
            .edits
            .extend(removed.chain(replaced.into_iter().map(Edit::Replace)));
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
        for (key, entry) in self.keys(entry, &[PARAM]) {
            match key {
                "default" => (param.kind, param.default) = self.kind_and_default(entry),
                _ => param.doc = self.plain(&entry).unwrap_or_default(),
            }
        }
        Some(param)
    }

    fn kind_and_default(&mut self, entry: Entry) -> (Kind, Option<Expr>) {
        if entry.as_text().is_some() {
            let place = self.place(entry.range());
            return self
                .read(&entry, Parser::param_value)
                .unwrap_or_else(|| missing_kind(place));
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
        for (key, entry) in self.body_keys(entry, &mut head.body, HEAD) {
            match key {
                "doc" => head.doc = self.plain(&entry).unwrap_or_default(),
                "args" => head.params = self.args(entry),
                "fold" => head.fold = self.read(&entry, Parser::folded),
                "loss" => head.losses = self.losses(entry),
                key => self.body_key(key, entry, &mut head.body),
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
        let documented = fields.iter().any(|field| field.item.is_table_like());
        if !documented {
            preset.values = self.preset_values(&fields);
            return Some(preset);
        }
        for (key, entry) in self.known_keys(fields, &[PRESET]) {
            match key {
                "values" => {
                    let fields = self.table(entry);
                    preset.values = self.preset_values(&fields);
                }
                _ => preset.doc = self.plain(&entry).unwrap_or_default(),
            }
        }
        Some(preset)
    }

    fn preset_values(&mut self, fields: &[Entry]) -> Vec<(Name, Expr)> {
        let value = |entry: &Entry| Some((self.name(*entry, "the name of a param")?, self.value(*entry)));
        fields.iter().filter_map(value).collect()
    }
}

/// Whether a model's entry has nothing that a whole model has.
fn is_piece(entry: &Entry) -> bool {
    let whole = ["params", "parts", "forward", "extends"];
    entry
        .item
        .as_table_like()
        .is_some_and(|table| !whole.iter().any(|key| table.contains_key(key)))
}
