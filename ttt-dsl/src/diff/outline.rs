//! A schema as a tree of named pieces.

use crate::print::{options_text, part_text, sources_text, target_text};
use crate::spec::{
    Block, Body, ConfigTable, Edit, EnumDecl, Forward, Function, Head, Leaf, Model, Param, Preset, Signature,
    Spec, WeightsTable,
};

/// A piece of a schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// What it is: `param`, `part`, …
    pub what: &'static str,
    /// Its name; empty for what has none, such as the statements of a forward.
    pub name: String,
    /// What it says beside its name.
    pub text: String,
    /// What stands in it.
    pub inner: Vec<Item>,
}

impl Item {
    /// A piece in which nothing stands.
    pub fn leaf(what: &'static str, name: impl Into<String>, text: impl Into<String>) -> Item {
        Item {
            what,
            name: name.into(),
            text: text.into(),
            inner: Vec::new(),
        }
    }

    /// A piece that says nothing itself.
    fn holder(what: &'static str, name: impl Into<String>, inner: Vec<Item>) -> Item {
        Item {
            inner,
            ..Item::leaf(what, name, "")
        }
    }

    fn unnamed(what: &'static str, text: impl ToString) -> Item {
        Item::leaf(what, "", text.to_string())
    }
}

/// Everything that a schema says.
pub fn outline(spec: &Spec) -> Vec<Item> {
    // Without `..`, here and for models and tables, so that what schemas learn to say is not passed over.
    let Spec {
        enums,
        functions,
        leaves,
        blocks,
        models,
        incomplete: _,
        damaged: _,
    } = spec;
    let enums = enums.iter().map(enumeration);
    let functions = functions.iter().map(function);
    let leaves = leaves.iter().map(leaf);
    let blocks = blocks.iter().map(block);
    let models = models.iter().map(model);
    enums
        .chain(functions)
        .chain(leaves)
        .chain(blocks)
        .chain(models)
        .collect()
}

fn doc(text: &str) -> Option<Item> {
    (!text.is_empty()).then(|| Item::unnamed("doc", text))
}

fn enumeration(item: &EnumDecl) -> Item {
    let variants = item.variants.iter().map(|variant| {
        let text = variant.spellings.join(", ");
        Item::leaf("variant", variant.name.as_str(), text)
    });
    Item::holder(
        "enum",
        item.name.as_str(),
        doc(&item.doc).into_iter().chain(variants).collect(),
    )
}

fn function(item: &Function) -> Item {
    let context = item.context.then(|| Item::unnamed("context", "context"));
    let inputs = item
        .inputs
        .iter()
        .map(|input| Item::leaf("input", input.name.as_str(), input.to_string()));
    let output = item.output.iter().map(|output| Item::unnamed("output", output));
    let rule = item.rule.iter().map(|rule| Item::unnamed("rule", rule));
    let requires = item
        .requires
        .iter()
        .map(|require| Item::unnamed("require", require));
    let mut inner: Vec<Item> = doc(&item.doc).into_iter().chain(context).chain(inputs).collect();
    inner.extend(item.params.iter().map(param));
    inner.extend(output.chain(rule).chain(requires));
    Item::holder("function", item.name.as_str(), inner)
}

fn leaf(item: &Leaf) -> Item {
    let mut inner: Vec<Item> = doc(&item.doc).into_iter().collect();
    inner.extend(item.params.iter().map(param));
    inner.extend(item.rust_path.iter().map(|path| Item::unnamed("Rust path", path)));
    inner.extend(
        item.lets
            .iter()
            .map(|item| Item::leaf("let", item.name.as_str(), item.value.to_string())),
    );
    inner.extend(
        item.requires
            .iter()
            .map(|require| Item::unnamed("require", require)),
    );
    inner.extend(item.weights.iter().map(|weight| {
        let tieable = if weight.tieable { "tieable " } else { "" };
        let condition = weight
            .condition
            .as_ref()
            .map(|condition| format!(" if {condition}"));
        let text = format!("{tieable}{}{}", weight.ty, condition.unwrap_or_default());
        Item::leaf("tensor", weight.name.as_str(), text)
    }));
    inner.extend(item.signature.iter().flat_map(signature));
    Item::holder("leaf", item.name.as_str(), inner)
}

fn block(item: &Block) -> Item {
    let mut inner: Vec<Item> = doc(&item.doc).into_iter().collect();
    inner.extend(item.params.iter().map(param));
    inner.extend(body(&item.body));
    Item::holder("block", item.name.as_str(), inner)
}

fn model(item: &Model) -> Item {
    let Model {
        doc: told,
        name,
        extends,
        edits,
        params,
        body: inside,
        heads,
        presets,
        configs,
        weights: tables,
        checkpoints,
        transforms,
    } = item;
    let mut inner: Vec<Item> = doc(told).into_iter().collect();
    inner.extend(extends.iter().map(|base| Item::unnamed("extends", base)));
    inner.extend(edits.iter().map(edit));
    inner.extend(params.iter().map(param));
    inner.extend(body(inside));
    inner.extend(heads.iter().map(head));
    inner.extend(presets.iter().map(preset));
    inner.extend(configs.iter().map(config));
    inner.extend(tables.iter().map(weights));
    inner.extend(
        checkpoints
            .iter()
            .map(|checkpoint| Item::unnamed("checkpoint", checkpoint)),
    );
    inner.extend(
        transforms
            .iter()
            .map(|transform| Item::unnamed("transform", transform)),
    );
    Item::holder("model", name.as_str(), inner)
}

fn edit(item: &Edit) -> Item {
    match item {
        Edit::Remove(path) => Item::unnamed("edit", format!("remove {path}")),
        Edit::Replace(part) => Item {
            inner: doc(&part.doc).into_iter().collect(),
            ..Item::unnamed("edit", format!("replace {} with {}", part.name, part_text(part)))
        },
    }
}

fn head(item: &Head) -> Item {
    let mut inner: Vec<Item> = doc(&item.doc).into_iter().collect();
    inner.extend(item.params.iter().map(param));
    inner.extend(item.fold.iter().map(|fold| Item::unnamed("fold", fold)));
    inner.extend(body(&item.body));
    inner.extend(item.losses.iter().map(|loss| Item::unnamed("loss", loss)));
    Item::holder("head", item.name.as_str(), inner)
}

fn param(item: &Param) -> Item {
    let default = item.default.as_ref().map(|default| format!(" = {default}"));
    Item {
        inner: doc(&item.doc).into_iter().collect(),
        ..Item::leaf(
            "param",
            item.name.as_str(),
            format!("{}{}", item.kind, default.unwrap_or_default()),
        )
    }
}

fn body(item: &Body) -> Vec<Item> {
    let lets = item
        .lets
        .iter()
        .map(|item| Item::leaf("let", item.name.as_str(), item.value.to_string()));
    let requires = item
        .requires
        .iter()
        .map(|require| Item::unnamed("require", require));
    let parts = item.parts.iter().map(|part| Item {
        inner: doc(&part.doc).into_iter().collect(),
        ..Item::leaf("part", part.name.as_str(), part_text(part))
    });
    let ties = item.ties.iter().map(|tie| {
        let text = tie.to_string();
        let owner = text.split_once(" = ").map_or("", |(_, owner)| owner);
        Item::leaf("tie", tie.tied.to_string(), owner)
    });
    let forward = item.forward.iter().flat_map(forward);
    lets.chain(requires)
        .chain(parts)
        .chain(ties)
        .chain(forward)
        .collect()
}

fn forward(item: &Forward) -> Vec<Item> {
    let mut items = signature(&item.signature);
    items.extend(
        item.statements
            .iter()
            .map(|statement| Item::unnamed("statement", statement)),
    );
    items.push(Item::unnamed("result", &item.result));
    items
}

fn signature(item: &Signature) -> Vec<Item> {
    let context = item.context.then(|| Item::unnamed("context", "context"));
    let inputs = item.inputs.iter().map(|input| {
        let text = input.to_string();
        let given = if input.given { "given " } else { "" };
        let ty = text.split_once(": ").map_or("", |(_, ty)| ty);
        Item::leaf("input", input.name.as_str(), format!("{given}{ty}"))
    });
    let outputs = item.outputs.iter().map(|output| {
        let name = output.name.as_ref().map(|name| name.as_str()).unwrap_or("output");
        let condition = output
            .condition
            .as_ref()
            .map(|condition| format!(" if {condition}"));
        Item::leaf(
            "output",
            name,
            format!("{}{}", output.ty, condition.unwrap_or_default()),
        )
    });
    context.into_iter().chain(inputs).chain(outputs).collect()
}

fn preset(item: &Preset) -> Item {
    let values = item.values.iter();
    let values = values.map(|(name, value)| Item::leaf("preset value", name.as_str(), value.to_string()));
    Item::holder(
        "preset",
        item.name.as_str(),
        doc(&item.doc).into_iter().chain(values).collect(),
    )
}

fn config(item: &ConfigTable) -> Item {
    let ConfigTable {
        format,
        model_types,
        entries,
        agreements,
        expects,
        ignores,
        keeps,
        architectures,
    } = item;
    let types = model_types.iter().map(|ty| Item::unnamed("model type", ty));
    let mut inner: Vec<Item> = types.collect();
    inner.extend(
        entries
            .iter()
            .map(|entry| Item::leaf("config entry", entry.param.as_str(), sources_text(entry))),
    );
    inner.extend(agreements.iter().map(|item| {
        Item::leaf(
            "config agreement",
            format!("{:?}", item.key),
            item.value.to_string(),
        )
    }));
    inner.extend(expects.iter().map(|item| {
        let text = item.to_string();
        let values = text.split_once(" = ").map_or("", |(_, values)| values);
        Item::leaf("config expectation", format!("{:?}", item.key), values)
    }));
    inner.extend(
        ignores
            .iter()
            .map(|key| Item::leaf("ignored key", format!("{:?}", key.as_str()), "")),
    );
    inner.extend(
        keeps
            .iter()
            .map(|param| Item::leaf("kept param", param.as_str(), "")),
    );
    inner.extend(
        architectures
            .iter()
            .map(|(class, head)| Item::leaf("architecture", format!("{class:?}"), head.to_string())),
    );
    Item::holder("config", format.as_str(), inner)
}

fn weights(item: &WeightsTable) -> Item {
    let WeightsTable {
        format,
        options,
        entries,
        lacks,
        aliases,
        prefixes,
    } = item;
    let choices = options_text(options).into_iter();
    let mut inner: Vec<Item> = choices
        .map(|(name, value)| Item::leaf("weights option", name, value))
        .collect();
    inner.extend(
        entries
            .iter()
            .map(|entry| Item::leaf("weights entry", format!("{:?}", entry.source), target_text(entry))),
    );
    inner.extend(
        lacks
            .iter()
            .map(|path| Item::leaf("lacking part", path.to_string(), "")),
    );
    inner.extend(
        aliases
            .iter()
            .map(|alias| Item::leaf("alias", format!("{:?}", alias.from), format!("{:?}", alias.to))),
    );
    inner.extend(
        prefixes
            .iter()
            .map(|prefix| Item::leaf("prefix", format!("{:?}", prefix.prefix), prefix.head.to_string())),
    );
    Item::holder("weights", format.as_str(), inner)
}
