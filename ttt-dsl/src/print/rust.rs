//! The spelling that stands between the braces of `model! { … }` and in `.ttt` files.

use super::page::Page;
use super::table::{options, sources, target};
use super::types::function;
use super::{joined, part, quoted};
use crate::spec::{
    Block, Body, ConfigTable, Edit, Expr, ExprKind, Forward, Function, Head, HeadPrefix, Leaf, Let, Model,
    Param, Part, Preset, Require, Spec, Statement, WeightsTable,
};

/// The schema in the Rust-like spelling, indented.
pub fn rust(spec: &Spec) -> String {
    let mut page = Page::default();
    for item in &spec.enums {
        page.gap();
        page.doc(&item.doc);
        let variants: Vec<(&str, String)> = item
            .variants
            .iter()
            .map(|variant| ("", variant.to_string()))
            .collect();
        page.list(&format!("enum {} {{ ", item.name), &variants, " }");
    }
    page.gap();
    spec.functions
        .iter()
        .for_each(|item| function_item(&mut page, item));
    spec.leaves.iter().for_each(|item| leaf(&mut page, item));
    spec.blocks.iter().for_each(|item| block(&mut page, item));
    spec.models.iter().for_each(|item| model(&mut page, item));
    page.finish()
}

fn function_item(page: &mut Page, item: &Function) {
    page.doc(&item.doc);
    let head = format!("fn {}{}", item.name, function(item));
    match item.requires.is_empty() {
        true => page.line(&format!("{head};")),
        false => page.braces(&head, |page| requires(page, &item.requires)),
    }
}

fn leaf(page: &mut Page, item: &Leaf) {
    page.gap();
    page.doc(&item.doc);
    let path = item
        .rust_path
        .as_ref()
        .map(|path| format!(" = {path}"))
        .unwrap_or_default();
    braces_after_params(
        page,
        &format!("leaf {}", item.name),
        &item.params,
        &path,
        |page| {
            requires(page, &item.requires);
            lets(page, &item.lets);
            for weight in &item.weights {
                let tieable = if weight.tieable { "tieable " } else { "" };
                let condition = super::condition(weight.condition.as_ref());
                page.line(&format!("{tieable}{}: {}{condition};", weight.name, weight.ty));
            }
            if let Some(signature) = &item.signature {
                page.line(&format!("forward{signature};"));
            }
        },
    );
}

fn block(page: &mut Page, item: &Block) {
    page.gap();
    page.doc(&item.doc);
    braces_after_params(page, &format!("block {}", item.name), &item.params, "", |page| {
        body(page, &item.body)
    });
}

fn model(page: &mut Page, item: &Model) {
    page.gap();
    page.doc(&item.doc);
    let extends = item
        .extends
        .as_ref()
        .map(|base| format!(" extends {base}"))
        .unwrap_or_default();
    page.braces(&format!("model {}{extends}", item.name), |page| {
        if !item.params.is_empty() {
            page.list("params { ", &documented(&item.params), " }");
        }
        item.edits.iter().for_each(|item| edit(page, item));
        body(page, &item.body);
        if !item.transforms.is_empty() {
            page.gap();
            page.braces("transform", |page| {
                item.transforms
                    .iter()
                    .for_each(|item| page.line(&format!("{item};")));
            });
        }
        item.heads.iter().for_each(|item| head(page, item));
        page.gap();
        item.presets.iter().for_each(|item| preset(page, item));
        item.configs.iter().for_each(|item| config(page, item));
        item.weights.iter().for_each(|item| weights(page, item));
        page.gap();
        for checkpoint in &item.checkpoints {
            page.line(&format!("checkpoint {checkpoint};"));
        }
    });
}

fn edit(page: &mut Page, item: &Edit) {
    match item {
        Edit::Remove(path) => page.line(&format!("remove {path};")),
        Edit::Replace(part) => {
            page.doc(&part.doc);
            page.line(&format!("replace {} with {};", part.name, part::part(part)));
        }
    }
}

fn head(page: &mut Page, item: &Head) {
    page.gap();
    page.doc(&item.doc);
    let inside = |page: &mut Page| {
        if let Some(dimension) = &item.fold {
            page.line(&format!("fold {dimension};"));
        }
        body(page, &item.body);
        for loss in &item.losses {
            page.line(&format!("loss {loss};"));
        }
    };
    match item.params.is_empty() {
        true => page.braces(&format!("head {}", item.name), inside),
        false => braces_after_params(page, &format!("head {}", item.name), &item.params, "", inside),
    }
}

fn preset(page: &mut Page, item: &Preset) {
    page.doc(&item.doc);
    let values: Vec<(&str, String)> = item
        .values
        .iter()
        .map(|(name, value)| ("", format!("{name}: {value}")))
        .collect();
    page.list(&format!("preset {} {{ ", item.name), &values, " }");
}

fn config(page: &mut Page, item: &ConfigTable) {
    page.gap();
    let answers: Vec<String> = item.model_types.iter().map(|text| quoted(text)).collect();
    page.braces(
        &format!("config {}({})", item.format, answers.join(", ")),
        |page| {
            for entry in &item.entries {
                page.line(&format!("{}: {},", entry.param, sources(entry)));
            }
            for agreement in &item.agreements {
                page.line(&format!("also {agreement},"));
            }
            for expect in &item.expects {
                page.line(&format!("expect {expect},"));
            }
            for key in &item.ignores {
                page.line(&format!("ignore {},", quoted(key.as_str())));
            }
            for name in &item.keeps {
                page.line(&format!("keep {name},"));
            }
            for (class, choice) in &item.architectures {
                page.line(&format!("architecture {} => {choice},", quoted(class)));
            }
        },
    );
}

fn weights(page: &mut Page, item: &WeightsTable) {
    page.gap();
    let options: Vec<String> = options(&item.options)
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let options = if options.is_empty() {
        String::new()
    } else {
        format!("({})", options.join(", "))
    };
    page.braces(&format!("weights {}{options}", item.format), |page| {
        for entry in &item.entries {
            page.line(&format!("{} => {},", quoted(&entry.source), target(entry)));
        }
        for path in &item.lacks {
            page.line(&format!("lacks {path},"));
        }
        for alias in &item.aliases {
            page.line(&format!(
                "alias {} => {},",
                quoted(&alias.from),
                quoted(&alias.to)
            ));
        }
        for HeadPrefix { prefix, head } in &item.prefixes {
            page.line(&format!("prefix {} => {head},", quoted(prefix)));
        }
    });
}

fn body(page: &mut Page, body: &Body) {
    lets(page, &body.lets);
    requires(page, &body.requires);
    body.parts.iter().for_each(|item| part_line(page, item));
    for tie in &body.ties {
        page.line(&format!("tie {tie};"));
    }
    if let Some(item) = &body.forward {
        forward(page, item);
    }
}

fn part_line(page: &mut Page, item: &Part) {
    page.doc(&item.doc);
    page.line(&format!("{}: {};", item.name, part::part(item)));
}

fn lets(page: &mut Page, lets: &[Let]) {
    for item in lets {
        page.line(&format!("let {} = {};", item.name, item.value));
    }
}

fn requires(page: &mut Page, requires: &[Require]) {
    for item in requires {
        page.line(&format!("require {item};"));
    }
}

fn forward(page: &mut Page, item: &Forward) {
    page.gap();
    page.braces(&format!("forward{}", item.signature), |page| {
        block_lines(page, &item.statements, &item.result)
    });
    page.gap();
}

fn block_lines(page: &mut Page, statements: &[Statement], result: &Expr) {
    for statement in statements {
        let line = format!("{statement};");
        match page.fits(&line) && !has_block(&statement.value) {
            true => page.line(&line),
            false => {
                let ty = statement
                    .ty
                    .as_ref()
                    .map(|ty| format!(": {ty}"))
                    .unwrap_or_default();
                value_lines(
                    page,
                    &format!("let {}{ty} = ", statement.pattern),
                    &statement.value,
                    ";",
                );
            }
        }
    }
    value_lines(page, "", result, "");
}

/// A value on one line, or broken at its outermost `if` or call when that is too long.
fn value_lines(page: &mut Page, before: &str, value: &Expr, after: &str) {
    let line = format!("{before}{value}{after}");
    match &value.kind {
        ExprKind::If {
            condition,
            then,
            otherwise,
        } if !page.fits(&line) || has_block(value) => {
            if_lines(page, before, condition, then, otherwise.as_deref(), after);
        }
        ExprKind::Call { callee, args } => {
            let args: Vec<(&str, String)> = args.iter().map(|arg| ("", arg.to_string())).collect();
            page.list(&format!("{before}{callee}("), &args, &format!("){after}"));
        }
        _ => page.line(&line),
    }
}

fn if_lines(
    page: &mut Page,
    before: &str,
    condition: &Expr,
    then: &Expr,
    otherwise: Option<&Expr>,
    after: &str,
) {
    page.open(&format!("{before}if {condition}"), |page| {
        branch_lines(page, then)
    });
    match otherwise {
        None => page.line(&format!("}}{after}")),
        Some(Expr {
            kind:
                ExprKind::If {
                    condition,
                    then,
                    otherwise,
                },
            ..
        }) => {
            if_lines(page, "} else ", condition, then, otherwise.as_deref(), after);
        }
        Some(value) => {
            page.open("} else", |page| branch_lines(page, value));
            page.line(&format!("}}{after}"));
        }
    }
}

fn branch_lines(page: &mut Page, branch: &Expr) {
    match &branch.kind {
        ExprKind::Block { statements, result } => block_lines(page, statements, result),
        _ => block_lines(page, &[], branch),
    }
}

fn has_block(value: &Expr) -> bool {
    let ExprKind::If { then, otherwise, .. } = &value.kind else {
        return false;
    };
    let is_block = |branch: &Expr| matches!(branch.kind, ExprKind::Block { .. }) || has_block(branch);
    is_block(then) || otherwise.as_deref().is_some_and(is_block)
}

fn documented(params: &[Param]) -> Vec<(&str, String)> {
    params
        .iter()
        .map(|param| (param.doc.as_str(), param.to_string()))
        .collect()
}

/// `head(params)tail { … }`
fn braces_after_params(
    page: &mut Page,
    head: &str,
    params: &[Param],
    tail: &str,
    inside: impl FnOnce(&mut Page),
) {
    let line = format!("{head}({}){tail}", joined(params));
    match page.fits(&line) && params.iter().all(|param| param.doc.is_empty()) {
        true => page.braces(&line, inside),
        false => {
            page.entries(&format!("{head}("), &documented(params));
            page.braces(&format!("){tail}"), inside);
        }
    }
}
