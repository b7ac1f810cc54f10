//! Names that are declared twice.

use std::collections::HashMap;

use crate::diagnostic::{Report, codes};
use crate::place::Place;
use crate::spec::{Body, EnumDecl, Head, Model, Name, Param, Spec};

/// Reports every name of a source that is declared twice, or that the standard library has.
pub(super) fn check(spec: &Spec, standard: &Spec, report: &mut Report) {
    let blocks = spec.blocks.iter().map(|block| &block.name);
    let leaves = spec.leaves.iter().map(|leaf| &leaf.name);
    let models = spec.models.iter().map(|model| &model.name);
    let items: Vec<&Name> = leaves.chain(blocks).chain(models).collect();
    distinct("item", items.iter().copied(), report);
    let enums: Vec<&Name> = spec.enums.iter().map(|decl| &decl.name).collect();
    distinct("enum", enums.iter().copied(), report);
    let standard_items = standard.leaves.iter().map(|leaf| &leaf.name);
    let standard_items = standard_items.chain(standard.blocks.iter().map(|block| &block.name));
    not_standard(&items, standard_items, report);
    not_standard(&enums, standard.enums.iter().map(|decl| &decl.name), report);
    for function in &spec.functions {
        report
            .error(
                codes::OWN_FUNCTION,
                function.name.place,
                "functions belong to the standard library",
            )
            .help("write a block, or a leaf that names its Rust path");
    }
    for leaf in spec.leaves.iter().filter(|leaf| leaf.rust_path.is_none()) {
        let name = &leaf.name;
        if !standard
            .leaves
            .iter()
            .any(|standard| standard.name.as_str() == name.as_str())
        {
            report
                .error(
                    codes::NO_RUST_PATH,
                    name.place,
                    format!("leaf `{name}` names no Rust path"),
                )
                .help(format!("write `leaf {name}(…) = crate::{name} {{ … }}`"));
        }
    }
    spec.enums.iter().for_each(|decl| check_enum(decl, report));
    for leaf in &spec.leaves {
        let lets = leaf.lets.iter().map(|binding| &binding.name);
        distinct("name", params(&leaf.params).chain(lets), report);
        distinct("tensor", leaf.weights.iter().map(|weight| &weight.name), report);
    }
    for block in &spec.blocks {
        check_body(&block.params, &block.body, report);
    }
    spec.models.iter().for_each(|model| check_model(model, report));
}

fn check_enum(decl: &EnumDecl, report: &mut Report) {
    distinct(
        "variant",
        decl.variants.iter().map(|variant| &variant.name),
        report,
    );
    let mut owners: HashMap<&str, &Name> = HashMap::new();
    for variant in &decl.variants {
        owners.insert(variant.name.as_str(), &variant.name);
    }
    for variant in &decl.variants {
        for spelling in &variant.spellings {
            match owners.insert(spelling, &variant.name) {
                Some(owner) if owner.as_str() != variant.name.as_str() => {
                    let message = format!("\"{spelling}\" also means `{owner}`");
                    report
                        .error(codes::DUPLICATE, variant.name.place, message)
                        .related(owner.place, "the other variant");
                }
                _ => {}
            }
        }
    }
}

fn check_model(model: &Model, report: &mut Report) {
    check_body(&model.params, &model.body, report);
    distinct("head", model.heads.iter().map(|head| &head.name), report);
    distinct("preset", model.presets.iter().map(|preset| &preset.name), report);
    distinct(
        "config table",
        model.configs.iter().map(|table| &table.format),
        report,
    );
    distinct(
        "weights table",
        model.weights.iter().map(|table| &table.format),
        report,
    );
    model
        .heads
        .iter()
        .for_each(|head| check_head(head, model, report));
}

/// A head sees the model's params and lets, so its own names differ; a param may repeat the model's as it is.
fn check_head(head: &Head, model: &Model, report: &mut Report) {
    check_body(&head.params, &head.body, report);
    let places = |names: &mut dyn Iterator<Item = &Name>| -> HashMap<String, Place> {
        names.map(|name| (name.text.clone(), name.place)).collect()
    };
    let lets = places(&mut model.body.lets.iter().map(|binding| &binding.name));
    let all = places(&mut static_names(&model.params, &model.body));
    let own_parts = head.body.parts.iter().map(|part| &part.name);
    let own_lets = head.body.lets.iter().map(|binding| &binding.name);
    let clash = |names: &HashMap<String, Place>, name: &Name, report: &mut Report| {
        if let Some(place) = names.get(name.as_str()) {
            declared_twice("name", name, *place, report);
        }
    };
    head.params
        .iter()
        .for_each(|param| clash(&lets, &param.name, report));
    own_parts
        .chain(own_lets)
        .for_each(|name| clash(&all, name, report));
}

fn check_body(own_params: &[Param], body: &Body, report: &mut Report) {
    let parts = body.parts.iter().map(|part| &part.name);
    distinct("name", static_names(own_params, body).chain(parts), report);
    if let Some(forward) = &body.forward {
        let signature = &forward.signature;
        distinct("input", signature.inputs.iter().map(|input| &input.name), report);
        distinct(
            "output",
            signature.outputs.iter().filter_map(|output| output.name.as_ref()),
            report,
        );
    }
}

fn static_names<'a>(own_params: &'a [Param], body: &'a Body) -> impl Iterator<Item = &'a Name> {
    params(own_params).chain(body.lets.iter().map(|binding| &binding.name))
}

fn params(params: &[Param]) -> impl Iterator<Item = &Name> {
    params.iter().map(|param| &param.name)
}

fn distinct<'a>(what: &str, names: impl Iterator<Item = &'a Name>, report: &mut Report) {
    let mut seen: HashMap<&str, Place> = HashMap::new();
    for name in names.filter(|name| !name.is_missing()) {
        match seen.get(name.as_str()) {
            Some(first) => declared_twice(what, name, *first, report),
            None => drop(seen.insert(name.as_str(), name.place)),
        }
    }
}

fn declared_twice(what: &str, name: &Name, first: Place, report: &mut Report) {
    report
        .error(
            codes::DUPLICATE,
            name.place,
            format!("{what} `{name}` is declared twice"),
        )
        .related(first, "declared here first")
        .help("give one of them another name");
}

fn not_standard<'a>(own: &[&Name], standard: impl Iterator<Item = &'a Name>, report: &mut Report) {
    let standard: Vec<&str> = standard.map(Name::as_str).collect();
    for name in own.iter().filter(|name| standard.contains(&name.as_str())) {
        report
            .error(
                codes::STANDARD_NAME,
                name.place,
                format!("the standard library has `{name}`"),
            )
            .help("give yours another name");
    }
}
