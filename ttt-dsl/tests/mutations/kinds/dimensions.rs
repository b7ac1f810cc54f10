//! Types that say another shape or another element.

use ttt_dsl::spec::{DimItem, ElementType, Spec, TensorType};

use super::expression::{doubled, int, plus_one};
use super::{with_each_changed, with_each_pair_swapped, with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "two dims swapped",
        mutants: swapped,
    },
    Kind {
        name: "a dim dropped",
        mutants: dropped,
    },
    Kind {
        name: "a dim twice",
        mutants: doubled_dims,
    },
    Kind {
        name: "a size of one more",
        mutants: grown,
    },
    Kind {
        name: "a size doubled",
        mutants: multiplied,
    },
    Kind {
        name: "a size of one",
        mutants: ones,
    },
    Kind {
        name: "another element type",
        mutants: elements,
    },
];

fn swapped(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::types, |ty| {
        with_dims(ty, with_each_pair_swapped(&ty.dims))
    })
}

fn dropped(spec: &Spec) -> Vec<Mutant> {
    let lists = |ty: &TensorType| without_each(&ty.dims).into_iter().map(|(rest, _)| rest).collect();
    each(spec, nodes::types, |ty| with_dims(ty, lists(ty)))
}

fn doubled_dims(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::types, |ty| with_dims(ty, with_each_twice(&ty.dims)))
}

fn grown(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::sizes, |size| vec![plus_one(size)])
}

fn multiplied(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::sizes, |size| vec![doubled(size)])
}

fn ones(spec: &Spec) -> Vec<Mutant> {
    let one = |dim: &DimItem| match dim {
        DimItem::Rest => Vec::new(),
        DimItem::Dim(_) => vec![DimItem::Dim(int(1))],
    };
    each(spec, nodes::types, |ty| {
        with_dims(ty, with_each_changed(&ty.dims, one))
    })
}

fn elements(spec: &Spec) -> Vec<Mutant> {
    let others = |ty: &TensorType| {
        let elements = [ElementType::Float, ElementType::Int, ElementType::Bool];
        elements
            .map(|element| TensorType {
                element,
                ..ty.clone()
            })
            .to_vec()
    };
    each(spec, nodes::types, others)
}

fn with_dims(ty: &TensorType, lists: Vec<Vec<DimItem>>) -> Vec<TensorType> {
    lists
        .into_iter()
        .map(|dims| TensorType { dims, ..ty.clone() })
        .collect()
}
