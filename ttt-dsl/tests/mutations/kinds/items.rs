//! Enums, leaves, blocks and models that are missing, declared twice, or under another name.

use ttt_dsl::spec::Spec;

use super::expression::misspelt_text;
use super::{with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};

pub const KINDS: &[Kind] = &[
    Kind {
        name: "a block dropped",
        mutants: blocks_dropped,
    },
    Kind {
        name: "a block renamed",
        mutants: blocks_renamed,
    },
    Kind {
        name: "a block twice",
        mutants: blocks_twice,
    },
    Kind {
        name: "a leaf dropped",
        mutants: leaves_dropped,
    },
    Kind {
        name: "an enum dropped",
        mutants: enums_dropped,
    },
    Kind {
        name: "a variant dropped",
        mutants: variants_dropped,
    },
    Kind {
        name: "an unknown base of a model",
        mutants: bases,
    },
];

fn whole(spec: &mut Spec, visit: &mut dyn FnMut(&mut Spec)) {
    visit(spec);
}

fn blocks_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, whole, |spec| {
        let without = without_each(&spec.blocks).into_iter();
        let called = without.filter(|(_, dropped)| is_called(spec, dropped.name.as_str()));
        called
            .map(|(blocks, dropped)| {
                (
                    Spec {
                        blocks,
                        ..spec.clone()
                    },
                    dropped.name.to_string(),
                )
            })
            .collect()
    })
}

fn blocks_renamed(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, whole, |spec| {
        (0..spec.blocks.len())
            .filter(|nth| is_called(spec, spec.blocks[*nth].name.as_str()))
            .map(|nth| {
                let mut changed = spec.clone();
                let name = &mut changed.blocks[nth].name;
                let misspelt = misspelt_text(name.as_str());
                let lost = std::mem::replace(&mut name.text, misspelt);
                (changed, lost)
            })
            .collect()
    })
}

fn blocks_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, whole, |spec| {
        let lists = with_each_twice(&spec.blocks).into_iter();
        lists
            .map(|blocks| Spec {
                blocks,
                ..spec.clone()
            })
            .collect()
    })
}

fn leaves_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, whole, |spec| {
        let without = without_each(&spec.leaves).into_iter();
        without
            .map(|(leaves, dropped)| {
                (
                    Spec {
                        leaves,
                        ..spec.clone()
                    },
                    dropped.name.to_string(),
                )
            })
            .collect()
    })
}

fn enums_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, whole, |spec| {
        let without = without_each(&spec.enums).into_iter();
        without
            .map(|(enums, dropped)| {
                (
                    Spec {
                        enums,
                        ..spec.clone()
                    },
                    dropped.name.to_string(),
                )
            })
            .collect()
    })
}

fn variants_dropped(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, whole, |spec| {
        let mut all = Vec::new();
        for (nth, declared) in spec.enums.iter().enumerate() {
            for (variants, dropped) in without_each(&declared.variants) {
                let mut changed = spec.clone();
                changed.enums[nth].variants = variants;
                all.push((changed, dropped.name.to_string()));
            }
        }
        all
    })
}

fn bases(spec: &Spec) -> Vec<Mutant> {
    each(spec, crate::nodes::models, |model| {
        let mut changed = model.clone();
        match &mut changed.extends {
            Some(base) => base.text = misspelt_text(base.as_str()),
            None => return Vec::new(),
        }
        vec![changed]
    })
}

/// Whether a part is of this block, so that it is missed.
fn is_called(spec: &Spec, block: &str) -> bool {
    let mut called = false;
    crate::nodes::part_calls(&mut spec.clone(), &mut |call| {
        called |= call.callee.as_str() == block;
        called |= call.args.iter().any(|arg| {
            let mut named = false;
            arg.value.visit_names(&mut |name| named |= name.as_str() == block);
            named
        });
    });
    called
}
