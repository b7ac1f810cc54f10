//! Names that the language allows but an expansion cannot hold.

use crate::diagnostic::{Report, codes};
use crate::spec::{Body, Model, Name, Param, Spec};

/// What expansions and Burn's derive call their types.
const TYPES: &[&str] = &[
    "Bool",
    "Clone",
    "Context",
    "Debug",
    "Default",
    "Err",
    "Init",
    "Int",
    "Into",
    "IntoIterator",
    "None",
    "Ok",
    "Option",
    "Result",
    "Some",
    "String",
    "Tensor",
    "TryFrom",
    "Vec",
];

/// Local variables of the functions that Burn's derive writes, beside which it puts one for every field.
const FIELDS: &[&str] = &["device", "mapper"];

/// Fields and functions that every model has.
const MODEL_PARTS: &[&str] = &["config"];
const HEADS: &[&str] = &["base"];
const PRESETS: &[&str] = &["check", "default", "init", "values"];

/// Whether a type of the schema displaces one that the expansion needs.
pub(super) fn displaces_a_type(spec: &Spec) -> bool {
    type_names(spec).any(|name| TYPES.contains(&name.as_str()))
}

/// Whether a preset's name is that of a function every config has.
pub(super) fn is_reserved_preset(name: &Name) -> bool {
    PRESETS.contains(&name.as_str())
}

/// Reports names that mean something else in an expansion. An interpreted schema may use them.
pub fn check_names(spec: &Spec, report: &mut Report) {
    let mut reserved = Reserved { report };
    reserved.refuse(TYPES, type_names(spec));
    for block in &spec.blocks {
        reserved.body(&block.params, &block.body);
    }
    for model in &spec.models {
        reserved.model(model);
    }
}

fn type_names(spec: &Spec) -> impl Iterator<Item = &Name> {
    let enums = spec.enums.iter().map(|decl| &decl.name);
    let leaves = spec.leaves.iter().map(|leaf| &leaf.name);
    let blocks = spec.blocks.iter().map(|block| &block.name);
    let models = spec.models.iter().map(|model| &model.name);
    enums.chain(leaves).chain(blocks).chain(models)
}

struct Reserved<'a> {
    report: &'a mut Report,
}

impl Reserved<'_> {
    fn model(&mut self, model: &Model) {
        self.body(&model.params, &model.body);
        self.refuse(MODEL_PARTS, model.body.parts.iter().map(|part| &part.name));
        self.refuse(MODEL_PARTS, model.body.lets.iter().map(|bound| &bound.name));
        self.refuse(HEADS, model.heads.iter().map(|head| &head.name));
        self.refuse(PRESETS, model.presets.iter().map(|preset| &preset.name));
        for head in &model.heads {
            self.body(&head.params, &head.body);
        }
    }

    fn body(&mut self, params: &[Param], body: &Body) {
        self.refuse(FIELDS, params.iter().map(|param| &param.name));
        self.refuse(FIELDS, body.lets.iter().map(|bound| &bound.name));
        self.refuse(FIELDS, body.parts.iter().map(|part| &part.name));
    }

    fn refuse<'n>(&mut self, reserved: &[&str], names: impl Iterator<Item = &'n Name>) {
        for name in names.filter(|name| reserved.contains(&name.as_str())) {
            let message = format!("`{name}` means something else in the Rust that the macro writes");
            self.report
                .error(codes::NOT_A_NAME, name.place, message)
                .help("choose another name");
        }
    }
}
