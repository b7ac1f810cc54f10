//! Enums, functions, leaves, blocks, models.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use ttt_dsl::place::Place;
use ttt_dsl::spec::{
    Action, Block, Body, Copies, Edit, ElementType, Encoding, EnumDecl, Forward, Function, Head, Leaf,
    LeafWeight, Let, Loss, Model, Name, Param, Part, PartCall, PathPattern, PatternStep, Preset, Require,
    Spec, TensorType, Tie, Transform, Variant,
};

use super::expression::{
    args, dims, expression, input, params, signature, statements, static_expression, tensor_type,
};
use super::name::{doc, lower, part_name, path, text, unique, upper};
use super::table::{checkpoint, config, weights};

pub fn spec() -> impl Strategy<Value = Spec> {
    (
        vec(enumeration(), 0..2),
        vec(function(), 0..2),
        vec(leaf(), 0..2),
        vec(block(), 0..2),
        vec(model(), 0..2),
    )
        .prop_map(|(enums, functions, leaves, blocks, models)| Spec {
            incomplete: false,
            damaged: false,
            enums: unique(enums, |item| item.name.text.clone()),
            functions: unique(functions, |item| item.name.text.clone()),
            leaves: unique(leaves, |item| item.name.text.clone()),
            blocks: unique(blocks, |item| item.name.text.clone()),
            models: unique(models, |item| item.name.text.clone()),
        })
}

fn enumeration() -> impl Strategy<Value = EnumDecl> {
    let variant = (lower(), vec(text(), 0..3)).prop_map(|(name, spellings)| Variant { name, spellings });
    (doc(), upper(), vec(variant, 0..4)).prop_map(|(doc, name, variants)| EnumDecl { doc, name, variants })
}

fn function() -> impl Strategy<Value = Function> {
    let statics = params().prop_map(|params| params.into_iter().map(undocumented).collect::<Vec<_>>());
    (
        doc(),
        lower(),
        any::<bool>(),
        vec(input(), 0..3),
        statics,
        vec(require(), 0..2),
        of(tensor_type()),
        lower(),
    )
        .prop_map(|(doc, name, context, inputs, params, requires, output, rule)| {
            // A list of tensors, and an output that no type says, both need a rule.
            let rule = (inputs.is_empty() || output.is_none()).then_some(rule);
            Function {
                doc,
                name,
                context,
                inputs,
                params,
                requires,
                output,
                rule,
            }
        })
}

fn undocumented(param: Param) -> Param {
    Param {
        doc: String::new(),
        ..param
    }
}

fn leaf() -> impl Strategy<Value = Leaf> {
    let weight = (lower(), dims(), any::<bool>(), of(static_expression())).prop_map(
        |(name, dims, tieable, condition)| {
            let ty = TensorType {
                element: ElementType::Float,
                dims,
                place: Place::NOWHERE,
            };
            LeafWeight {
                name,
                ty,
                tieable,
                condition,
                place: Place::NOWHERE,
            }
        },
    );
    let weights = vec(weight, 0..3).prop_map(|weights| unique(weights, |weight| weight.name.text.clone()));
    let rust_path = of("(crate|::a|b)(::[a-z]{1,3}x)?::[A-Z][a-z]x");
    (
        doc(),
        upper(),
        params(),
        rust_path,
        lets(),
        vec(require(), 0..2),
        weights,
        of(signature()),
    )
        .prop_map(
            |(doc, name, params, rust_path, lets, requires, weights, signature)| Leaf {
                doc,
                name,
                params,
                rust_path,
                lets,
                requires,
                weights,
                signature,
                incomplete: false,
            },
        )
}

fn block() -> impl Strategy<Value = Block> {
    (doc(), upper(), params(), body()).prop_map(|(doc, name, params, body)| Block {
        doc,
        name,
        params,
        body,
    })
}

fn body() -> impl Strategy<Value = Body> {
    let parts = vec(part(), 0..3).prop_map(|parts| unique(parts, |part| part.name.text.clone()));
    (
        lets(),
        vec(require(), 0..2),
        parts,
        vec(tie(), 0..2),
        of(forward()),
    )
        .prop_map(|(lets, requires, parts, ties, forward)| Body {
            incomplete: false,
            lets,
            requires,
            parts,
            ties,
            forward,
        })
}

fn lets() -> impl Strategy<Value = Vec<Let>> {
    let item = (lower(), static_expression()).prop_map(|(name, value)| Let { name, value });
    vec(item, 0..3).prop_map(|lets| unique(lets, |item| item.name.text.clone()))
}

fn require() -> impl Strategy<Value = Require> {
    (static_expression(), of(text())).prop_map(|(condition, message)| Require { condition, message })
}

fn part() -> impl Strategy<Value = Part> {
    let callee = prop_oneof![upper(), lower()];
    let repeated = of((static_expression(), of(lower())));
    (
        doc(),
        part_name(),
        callee,
        args(),
        repeated,
        of(static_expression()),
    )
        .prop_map(|(doc, name, callee, args, repeated, condition)| {
            let (count, index) = repeated.unzip();
            Part {
                doc,
                name,
                call: PartCall { callee, args },
                count,
                index: index.flatten(),
                condition,
            }
        })
}

fn tie() -> impl Strategy<Value = Tie> {
    (path(), path(), of(static_expression())).prop_map(|(tied, owner, condition)| Tie {
        tied,
        owner,
        condition,
    })
}

fn forward() -> impl Strategy<Value = Forward> {
    (signature(), statements(), expression()).prop_map(|(signature, statements, result)| Forward {
        signature,
        statements,
        result,
    })
}

fn model() -> impl Strategy<Value = Model> {
    let given = (params(), static_expression()).prop_map(|(params, default)| {
        let with_default = |param: Param| Param {
            default: Some(param.default.clone().unwrap_or(default.clone())),
            ..param
        };
        params.into_iter().map(with_default).collect()
    });
    let heads = vec(head(), 0..2).prop_map(|heads| unique(heads, |head| head.name.text.clone()));
    let presets = vec(preset(), 0..3).prop_map(|presets| unique(presets, |preset| preset.name.text.clone()));
    let configs = vec(config(), 0..2).prop_map(|tables| unique(tables, |table| table.format.text.clone()));
    let weights = vec(weights(), 0..2).prop_map(|tables| unique(tables, |table| table.format.text.clone()));
    (
        (doc(), upper(), of(upper())),
        edits(),
        given,
        (body(), vec(transform(), 0..3)),
        heads,
        presets,
        configs,
        (weights, vec(checkpoint(), 0..3)),
    )
        .prop_map(
            |(
                (doc, name, extends),
                edits,
                params,
                (body, transforms),
                heads,
                presets,
                configs,
                (weights, checkpoints),
            )| {
                Model {
                    doc,
                    name,
                    extends,
                    edits,
                    params,
                    body,
                    transforms,
                    heads,
                    presets,
                    configs,
                    weights,
                    checkpoints,
                }
            },
        )
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let replaced = vec(part(), 0..2).prop_map(|parts| unique(parts, |part| part.name.text.clone()));
    (vec(path(), 0..2), replaced).prop_map(|(removed, replaced)| {
        removed
            .into_iter()
            .map(Edit::Remove)
            .chain(replaced.into_iter().map(Edit::Replace))
            .collect()
    })
}

fn transform() -> impl Strategy<Value = Transform> {
    let call = (upper(), args()).prop_map(|(callee, args)| PartCall { callee, args });
    let encoding = prop::sample::select(Encoding::ALL.to_vec()).prop_map(|(_, encoding)| encoding);
    let action = prop_oneof![
        Just(Action::Freeze),
        Just(Action::Train),
        Just(Action::Recompute),
        encoding.prop_map(Action::Quantize),
        args().prop_map(Action::Lora),
        part_name().prop_map(Action::Rename),
        call.prop_map(Action::Replace),
    ];
    (action, vec(pattern_step(), 1..4)).prop_map(|(action, steps)| Transform {
        action,
        pattern: PathPattern {
            steps,
            place: Place::NOWHERE,
        },
    })
}

fn pattern_step() -> impl Strategy<Value = PatternStep> {
    let copies = prop_oneof![
        Just(Copies::All),
        (-9..9_i64).prop_map(Copies::One),
        (of(-9..9_i64), of(-9..9_i64)).prop_map(|(start, end)| Copies::Range(start, end)),
    ];
    prop_oneof![
        Just(PatternStep::Deep),
        Just(PatternStep::Any),
        (vec(part_name(), 1..4), of(copies)).prop_map(|(names, copies)| PatternStep::Named { names, copies }),
    ]
}

fn head() -> impl Strategy<Value = Head> {
    let loss = (lower(), args()).prop_map(|(name, args)| Loss { name, args });
    (doc(), lower(), params(), of(upper()), body(), vec(loss, 0..3)).prop_map(
        |(doc, name, params, fold, body, losses)| Head {
            doc,
            name,
            params,
            fold,
            body,
            losses,
        },
    )
}

fn preset() -> impl Strategy<Value = Preset> {
    let values = vec((lower(), static_expression()), 0..4)
        .prop_map(|values| unique(values, |(name, _): &(Name, _)| name.text.clone()));
    (doc(), lower(), values).prop_map(|(doc, name, values)| Preset { doc, name, values })
}
