//! The TOML spelling.

use toml_edit::{Key, Value};

use super::page::Page;
use super::table::{choices, options, sources, target};
use super::types::function;
use super::{condition, part};
use crate::spec::{
    Block, Body, Checkpoint, ConfigTable, Edit, EnumDecl, Expr, ExprKind, Function, Head, Kind, Leaf, Let,
    Model, Param, Part, Preset, Require, Spec, WeightsTable,
};

/// The schema as a TOML file.
pub fn toml(spec: &Spec) -> String {
    let mut page = Page::default();
    if !spec.enums.is_empty() {
        page.line("[enum]");
        spec.enums.iter().for_each(|item| enumeration(&mut page, item));
    }
    if !spec.functions.is_empty() {
        header(&mut page, &["fn"]);
        spec.functions
            .iter()
            .for_each(|item| function_item(&mut page, item));
    }
    spec.leaves.iter().for_each(|item| leaf(&mut page, item));
    spec.blocks.iter().for_each(|item| block(&mut page, item));
    spec.models.iter().for_each(|item| model(&mut page, item));
    page.finish()
}

fn enumeration(page: &mut Page, item: &EnumDecl) {
    let variants = list(item.variants.iter().map(|variant| text(variant.to_string())));
    let value = match item.doc.is_empty() {
        true => variants,
        false => inline(&[("variants", variants), ("doc", text(&item.doc))]),
    };
    entry(page, &[item.name.as_str()], &value);
}

fn function_item(page: &mut Page, item: &Function) {
    let signature = text(function(item));
    let mut fields = vec![("sig", signature.clone())];
    if !item.requires.is_empty() {
        fields.push(("require", list(item.requires.iter().map(text))));
    }
    if !item.doc.is_empty() {
        fields.push(("doc", text(&item.doc)));
    }
    let value = if fields.len() == 1 {
        signature
    } else {
        inline(&fields)
    };
    entry(page, &[item.name.as_str()], &value);
}

fn leaf(page: &mut Page, item: &Leaf) {
    header(page, &["leaf", item.name.as_str()]);
    doc(page, &item.doc);
    args(page, &item.params);
    if let Some(path) = &item.rust_path {
        entry(page, &["path"], &text(path));
    }
    lets(page, &item.lets);
    requires(page, &item.requires);
    for weight in &item.weights {
        let tieable = if weight.tieable { "tieable " } else { "" };
        let value = format!("{tieable}{}{}", weight.ty, condition(weight.condition.as_ref()));
        entry(page, &["weights", weight.name.as_str()], &text(value));
    }
    if let Some(signature) = &item.signature {
        entry(page, &["forward"], &text(signature));
    }
}

fn block(page: &mut Page, item: &Block) {
    header(page, &["block", item.name.as_str()]);
    doc(page, &item.doc);
    args(page, &item.params);
    body(page, &item.body);
}

fn model(page: &mut Page, item: &Model) {
    let path = ["model", item.name.as_str()];
    header(page, &path);
    doc(page, &item.doc);
    if let Some(base) = &item.extends {
        entry(page, &["extends"], &text(base));
    }
    table(
        page,
        "params",
        item.params
            .iter()
            .map(|param| (param.name.as_str(), param_value(param)))
            .collect(),
    );
    edits(page, &item.edits);
    body(page, &item.body);
    if !item.transforms.is_empty() {
        entry_list(page, &["transform"], item.transforms.iter().map(text).collect());
    }
    checkpoints(page, &item.checkpoints);
    item.heads.iter().for_each(|item| head(page, &path, item));
    if !item.presets.is_empty() {
        header(page, &[&path[..], &["preset"]].concat());
        item.presets.iter().for_each(|item| preset(page, item));
    }
    item.configs.iter().for_each(|item| config(page, &path, item));
    item.weights.iter().for_each(|item| weights(page, &path, item));
}

fn edits(page: &mut Page, edits: &[Edit]) {
    let removed: Vec<String> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Remove(path) => Some(text(path)),
            Edit::Replace(_) => None,
        })
        .collect();
    if !removed.is_empty() {
        entry(page, &["remove"], &list(removed));
    }
    for edit in edits {
        if let Edit::Replace(part) = edit {
            part_entry(page, "replace", part);
        }
    }
}

fn checkpoints(page: &mut Page, checkpoints: &[Checkpoint]) {
    let table = |checkpoint: &Checkpoint| {
        let said = choices(checkpoint)
            .into_iter()
            .map(|(word, name)| (word, text(name)));
        let fields: Vec<(&str, String)> = std::iter::once(("path", text(&checkpoint.path)))
            .chain(said)
            .collect();
        inline(&fields)
    };
    match checkpoints {
        [] => {}
        [checkpoint] => entry(page, &["checkpoint"], &table(checkpoint)),
        several => entry_list(page, &["checkpoint"], several.iter().map(table).collect()),
    }
}

fn head(page: &mut Page, model: &[&str], item: &Head) {
    header(page, &[model, &["head", item.name.as_str()]].concat());
    doc(page, &item.doc);
    args(page, &item.params);
    if let Some(dimension) = &item.fold {
        entry(page, &["fold"], &text(dimension));
    }
    body(page, &item.body);
    match item.losses.as_slice() {
        [] => {}
        [loss] => entry(page, &["loss"], &text(loss)),
        losses => entry_list(page, &["loss"], losses.iter().map(text).collect()),
    }
}

fn preset(page: &mut Page, item: &Preset) {
    let fields: Vec<(&str, String)> = item
        .values
        .iter()
        .map(|(name, value)| (name.as_str(), static_value(value)))
        .collect();
    let value = match item.doc.is_empty() {
        true => inline(&fields),
        false => inline(&[("values", inline(&fields)), ("doc", text(&item.doc))]),
    };
    entry(page, &[item.name.as_str()], &value);
}

fn config(page: &mut Page, model: &[&str], item: &ConfigTable) {
    header(page, &[model, &["config", item.format.as_str()]].concat());
    entry(page, &["for"], &list(item.model_types.iter().map(text)));
    table(
        page,
        "fields",
        item.entries
            .iter()
            .map(|entry| (entry.param.as_str(), text(sources(entry))))
            .collect(),
    );
    if !item.agreements.is_empty() {
        entry_list(page, &["also"], item.agreements.iter().map(text).collect());
    }
    if !item.expects.is_empty() {
        entry_list(page, &["expect"], item.expects.iter().map(text).collect());
    }
    if !item.ignores.is_empty() {
        entry_list(page, &["ignore"], item.ignores.iter().map(text).collect());
    }
    if !item.keeps.is_empty() {
        entry_list(page, &["keep"], item.keeps.iter().map(text).collect());
    }
    let choices = item
        .architectures
        .iter()
        .map(|(class, choice)| (class.as_str(), text(choice)));
    table(page, "architecture", choices.collect());
}

fn weights(page: &mut Page, model: &[&str], item: &WeightsTable) {
    header(page, &[model, &["weights", item.format.as_str()]].concat());
    let options: Vec<(&str, String)> = options(&item.options)
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect();
    if !options.is_empty() {
        entry(page, &["options"], &inline(&options));
    }
    for same_source in item.entries.chunk_by(|a, b| a.source == b.source) {
        let targets = || same_source.iter().map(|item| text(target(item)));
        match same_source {
            [item] => entry(page, &["map", &item.source], &text(target(item))),
            [item, ..] => entry_list(page, &["map", &item.source], targets().collect()),
            [] => {}
        }
    }
    if !item.lacks.is_empty() {
        entry_list(page, &["lacks"], item.lacks.iter().map(text).collect());
    }
    let aliases: Vec<(&str, String)> = item
        .aliases
        .iter()
        .map(|alias| (alias.from.as_str(), text(&alias.to)))
        .collect();
    table(page, "alias", aliases);
    let prefixes: Vec<(&str, String)> = item
        .prefixes
        .iter()
        .map(|item| (item.head.as_str(), text(&item.prefix)))
        .collect();
    table(page, "prefix", prefixes);
}

fn body(page: &mut Page, body: &Body) {
    lets(page, &body.lets);
    requires(page, &body.requires);
    body.parts.iter().for_each(|part| part_entry(page, "parts", part));
    if !body.ties.is_empty() {
        entry_list(page, &["tie"], body.ties.iter().map(text).collect());
    }
    if let Some(forward) = &body.forward {
        entry(page, &["forward", "sig"], &text(&forward.signature));
        let lines = forward.statements.iter().map(text).chain([text(&forward.result)]);
        entry_list(page, &["forward", "do"], lines.collect());
    }
}

fn part_entry(page: &mut Page, table: &str, item: &Part) {
    let value = text(part::part(item));
    let value = match item.doc.is_empty() {
        true => value,
        false => inline(&[("part", value), ("doc", text(&item.doc))]),
    };
    entry(page, &[table, item.name.as_str()], &value);
}

fn lets(page: &mut Page, lets: &[Let]) {
    for item in lets {
        entry(page, &["let", item.name.as_str()], &static_value(&item.value));
    }
}

fn requires(page: &mut Page, requires: &[Require]) {
    if !requires.is_empty() {
        entry_list(page, &["require"], requires.iter().map(text).collect());
    }
}

fn doc(page: &mut Page, doc: &str) {
    if !doc.is_empty() {
        entry(page, &["doc"], &text(doc));
    }
}

fn args(page: &mut Page, params: &[Param]) {
    if params.is_empty() {
        return;
    }
    let arg = |param: &Param| match param.doc.is_empty() {
        true => text(param),
        false => inline(&[("param", text(param)), ("doc", text(&param.doc))]),
    };
    entry_list(page, &["args"], params.iter().map(arg).collect());
}

/// What stands after a model's param: a number, or a text with the kind and the default.
fn param_value(param: &Param) -> String {
    let value = match (&param.kind, &param.default) {
        (kind, None) => text(kind),
        (
            Kind::Dim,
            Some(Expr {
                kind: ExprKind::Int(value),
                ..
            }),
        ) => value.to_string(),
        (
            Kind::Float,
            Some(Expr {
                kind: ExprKind::Float(value),
                ..
            }),
        ) => format!("{value:?}"),
        (
            Kind::Bool,
            Some(Expr {
                kind: ExprKind::Bool(value),
                ..
            }),
        ) => value.to_string(),
        (Kind::Dim, Some(default)) => text(default),
        (kind, Some(default)) => text(format!("{kind} = {default}")),
    };
    match param.doc.is_empty() {
        true => value,
        false => inline(&[("default", value), ("doc", text(&param.doc))]),
    }
}

fn static_value(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) => value.to_string(),
        _ => text(value),
    }
}

fn header(page: &mut Page, path: &[&str]) {
    page.gap();
    page.line(&format!("[{}]", dotted(path)));
}

fn entry(page: &mut Page, path: &[&str], value: &str) {
    page.line(&format!("{} = {value}", dotted(path)));
}

/// A list on one line when it fits, else an element a line.
fn entry_list(page: &mut Page, path: &[&str], values: Vec<String>) {
    let values: Vec<(&str, String)> = values.into_iter().map(|value| ("", value)).collect();
    page.list(&format!("{} = [", dotted(path)), &values, "]");
}

/// An inline table when it fits on a line, else a line for each key.
fn table(page: &mut Page, name: &str, fields: Vec<(&str, String)>) {
    let line = format!("{name} = {}", inline(&fields));
    if fields.is_empty() {
        return;
    }
    if page.fits(&line) {
        return page.line(&line);
    }
    for (key, value) in fields {
        entry(page, &[name, key], &value);
    }
}

fn dotted(path: &[&str]) -> String {
    path.iter()
        .map(|key| Key::new(*key).to_string())
        .collect::<Vec<_>>()
        .join(".")
}

fn inline(fields: &[(&str, String)]) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{} = {value}", dotted(&[key])))
        .collect();
    format!("{{ {} }}", fields.join(", "))
}

fn list(values: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", values.into_iter().collect::<Vec<_>>().join(", "))
}

/// A TOML string in the quotes that suit it.
fn text(value: impl ToString) -> String {
    Value::from(value.to_string()).to_string()
}
