//! Flattens `extends`: the copied model with what was removed, replaced and added.

use std::borrow::Cow;

use crate::diagnostic::{Report, codes};
use crate::spec::{Edit, Head, Model, Name, Param, Part, Path, Spec};

/// The same source with every `extends` flattened, without the models that have no whole parent.
pub fn flatten<'s>(spec: &'s Spec, report: &mut Report) -> Cow<'s, Spec> {
    if spec.models.iter().all(|model| model.extends.is_none()) {
        spec.models
            .iter()
            .for_each(|model| edits_need_a_parent(model, report));
        return Cow::Borrowed(spec);
    }
    let models = spec.models.iter().filter_map(|model| {
        if model.extends.is_none() {
            edits_need_a_parent(model, report);
            return Some(model.clone());
        }
        flatten_model(spec, model, report)
    });
    Cow::Owned(Spec {
        models: models.collect(),
        ..spec.clone()
    })
}

fn flatten_model(spec: &Spec, model: &Model, report: &mut Report) -> Option<Model> {
    let mut chain = ancestors(spec, model, report)?;
    let mut whole = chain.pop()?.clone();
    while let Some(child) = chain.pop() {
        // What an ancestor does wrong is reported when that ancestor is flattened.
        let mut ignored = Report::default();
        let report = match std::ptr::eq(child, model) {
            true => &mut *report,
            false => &mut ignored,
        };
        whole = extended(whole, child, report);
    }
    Some(whole)
}

/// The model, its parent, and so on to the one that extends nothing.
fn ancestors<'s>(spec: &'s Spec, model: &'s Model, report: &mut Report) -> Option<Vec<&'s Model>> {
    let mut chain = vec![model];
    let mut next = model.extends.as_ref();
    while let Some(name) = next {
        let Some(parent) = spec
            .models
            .iter()
            .find(|parent| parent.name.as_str() == name.as_str())
        else {
            if chain.len() == 1 {
                unknown_parent(spec, model, name, report);
            }
            return None;
        };
        if chain.iter().any(|seen| std::ptr::eq(*seen, parent)) {
            circle(spec, model, parent, &chain, report);
            return None;
        }
        chain.push(parent);
        next = parent.extends.as_ref();
    }
    Some(chain)
}

fn unknown_parent(spec: &Spec, model: &Model, name: &Name, report: &mut Report) {
    let names = spec.models.iter().map(|model| model.name.as_str());
    let others = names.filter(|other| *other != model.name.as_str());
    if !name.is_missing() && !spec.incomplete {
        report
            .error(
                codes::EXTENDS_UNKNOWN,
                name.place,
                format!("no model is named `{name}`"),
            )
            .suggest_or_list(name.as_str(), "other models", others);
    }
}

/// Every model of a circle meets it; the first in order of writing says so.
fn circle(spec: &Spec, model: &Model, parent: &Model, chain: &[&Model], report: &mut Report) {
    let place = model.extends.as_ref().map(|name| name.place).unwrap_or_default();
    let closes_here = std::ptr::eq(parent, model);
    let first = spec
        .models
        .iter()
        .find(|first| chain.iter().any(|seen| std::ptr::eq(*seen, *first)));
    if closes_here && first.is_some_and(|first| std::ptr::eq(first, model)) {
        report
            .error(
                codes::EXTENDS_CIRCLE,
                place,
                format!("`{}` extends itself", model.name),
            )
            .help("a model copies another one, which must be whole before");
    }
}

fn edits_need_a_parent(model: &Model, report: &mut Report) {
    for edit in &model.edits {
        let place = match edit {
            Edit::Remove(path) => path.place,
            Edit::Replace(part) => part.name.place,
        };
        report
            .error(
                codes::EDIT_WITHOUT_PARENT,
                place,
                format!("`{}` extends no model", model.name),
            )
            .help("`remove` and `replace` change what `extends` copies");
    }
}

/// The parent's copy with the child's edits and items applied.
fn extended(mut whole: Model, child: &Model, report: &mut Report) -> Model {
    whole.name = child.name.clone();
    whole.extends = None;
    whole.edits = Vec::new();
    whole.checkpoints = child.checkpoints.clone();
    if !child.doc.is_empty() {
        whole.doc = child.doc.clone();
    }
    // What seems to be missing in a parent with mistakes may have been written.
    let mut ignored = Report::default();
    let report = match whole.body.incomplete {
        true => &mut ignored,
        false => report,
    };
    for edit in &child.edits {
        if let Edit::Remove(path) = edit {
            remove(&mut whole, path, report);
        }
    }
    for edit in &child.edits {
        if let Edit::Replace(part) = edit {
            replace(&mut whole.body.parts, part, report);
        }
    }
    override_by_name(&mut whole.params, &child.params, |param| param.name.as_str());
    override_by_name(&mut whole.body.lets, &child.body.lets, |binding| {
        binding.name.as_str()
    });
    override_by_name(&mut whole.body.parts, &child.body.parts, |part| {
        part.name.as_str()
    });
    override_by_name(&mut whole.heads, &child.heads, |head| head.name.as_str());
    override_by_name(&mut whole.presets, &child.presets, |preset| preset.name.as_str());
    override_by_name(&mut whole.configs, &child.configs, |table| table.format.as_str());
    override_by_name(&mut whole.weights, &child.weights, |table| table.format.as_str());
    whole.body.requires.extend(child.body.requires.iter().cloned());
    whole.body.ties.extend(child.body.ties.iter().cloned());
    whole.transforms.extend(child.transforms.iter().cloned());
    whole.body.incomplete |= child.body.incomplete;
    if child.body.forward.is_some() {
        whole.body.forward = child.body.forward.clone();
    }
    whole
}

/// A child's item takes the place of the parent's of the same name; a new one comes last.
fn override_by_name<T: Clone>(whole: &mut Vec<T>, child: &[T], name: fn(&T) -> &str) {
    // Two items of one name within the child stay two, which the checker reports.
    let inherited = whole.len();
    for item in child {
        match whole[..inherited].iter().position(|own| name(own) == name(item)) {
            Some(index) => whole[index] = item.clone(),
            None => whole.push(item.clone()),
        }
    }
}

fn replace(parts: &mut [Part], part: &Part, report: &mut Report) {
    match parts
        .iter()
        .position(|own| own.name.as_str() == part.name.as_str())
    {
        Some(index) => {
            let doc = std::mem::take(&mut parts[index].doc);
            parts[index] = part.clone();
            if part.doc.is_empty() {
                parts[index].doc = doc;
            }
        }
        None => unknown(
            &part.name,
            "part",
            parts.iter().map(|own| own.name.as_str()),
            report,
        ),
    }
}

/// Takes out a part, head, preset, param or tie of the parent, or a part of one of its heads.
fn remove(whole: &mut Model, path: &Path, report: &mut Report) {
    match path.segments.as_slice() {
        [only] => {
            if !remove_named(whole, &only.name) && !remove_tie(whole, path) {
                unknown(
                    &only.name,
                    "part, head, preset or param",
                    removable(whole),
                    report,
                );
            }
        }
        [first, second] => {
            let in_head = whole
                .heads
                .iter_mut()
                .find(|head| head.name.as_str() == first.name.as_str());
            let removed = match in_head {
                Some(head) => remove_from_head(head, &second.name, report),
                None => remove_tie(whole, path),
            };
            if !removed {
                unknown(&first.name, "head or tie", removable(whole), report);
            }
        }
        _ => {
            if !remove_tie(whole, path)
                && let Some(first) = path.segments.first()
            {
                unknown(&first.name, "tie", removable(whole), report);
            }
        }
    }
}

fn removable(whole: &Model) -> impl Iterator<Item = &str> {
    let parts = whole.body.parts.iter().map(|part| part.name.as_str());
    let heads = whole.heads.iter().map(|head| head.name.as_str());
    let presets = whole.presets.iter().map(|preset| preset.name.as_str());
    let params = whole.params.iter().map(|param: &Param| param.name.as_str());
    parts.chain(heads).chain(presets).chain(params)
}

fn remove_named(whole: &mut Model, name: &Name) -> bool {
    let name = name.as_str();
    take(&mut whole.body.parts, |part| part.name.as_str() == name)
        || take(&mut whole.heads, |head| head.name.as_str() == name)
        || take(&mut whole.presets, |preset| preset.name.as_str() == name)
        || take(&mut whole.params, |param| param.name.as_str() == name)
        || take(&mut whole.body.lets, |binding| binding.name.as_str() == name)
}

fn remove_tie(whole: &mut Model, path: &Path) -> bool {
    take(&mut whole.body.ties, |tie| tie.tied == *path)
}

fn remove_from_head(head: &mut Head, name: &Name, report: &mut Report) -> bool {
    let removed = take(&mut head.body.parts, |part| part.name.as_str() == name.as_str());
    if !removed {
        unknown(
            name,
            "part of the head",
            head.body.parts.iter().map(|part| part.name.as_str()),
            report,
        );
    }
    true
}

fn take<T>(items: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> bool {
    let before = items.len();
    items.retain(|item| !is_it(item));
    items.len() < before
}

fn unknown<'n>(name: &Name, what: &str, candidates: impl Iterator<Item = &'n str>, report: &mut Report) {
    if !name.is_missing() {
        report
            .error(
                codes::EDIT_UNKNOWN,
                name.place,
                format!("the copied model has no {what} `{name}`"),
            )
            .suggest_or_list(name.as_str(), "names there", candidates);
    }
}
