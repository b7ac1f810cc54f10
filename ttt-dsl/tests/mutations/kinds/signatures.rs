//! Computations that take or give more or less than they say.

use ttt_dsl::spec::{Block, ExprKind, Forward, Input, Name, Output, Spec};

use super::expression::expr;
use super::items::is_called;
use super::{with_each_twice, without_each};
use crate::mutant::{Kind, Mutant, each, each_lost};
use crate::nodes;

pub const KINDS: &[Kind] = &[
    Kind {
        name: "an output dropped",
        mutants: fewer_outputs,
    },
    Kind {
        name: "an output too many",
        mutants: more_outputs,
    },
    Kind {
        name: "an output's name twice",
        mutants: outputs_twice,
    },
    Kind {
        name: "an input dropped",
        mutants: fewer_inputs,
    },
    Kind {
        name: "an input too many",
        mutants: more_inputs,
    },
    Kind {
        name: "an input twice",
        mutants: inputs_twice,
    },
];

fn fewer_outputs(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::forwards, |forward| {
        let without = without_each(&forward.signature.outputs).into_iter();
        let mut fewer: Vec<Forward> = without
            .map(|(outputs, _)| with_outputs(forward, outputs))
            .collect();
        if let ExprKind::Tuple(values) = &forward.result.kind {
            let without = without_each(values).into_iter();
            fewer.extend(without.map(|(values, _)| Forward {
                result: match values.as_slice() {
                    [one] => one.clone(),
                    _ => expr(ExprKind::Tuple(values)),
                },
                ..forward.clone()
            }));
        }
        fewer.retain(|forward| !forward.signature.outputs.is_empty());
        fewer
    })
}

fn more_outputs(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::forwards, |forward| {
        let values = match &forward.result.kind {
            ExprKind::Tuple(values) => values.clone(),
            _ => vec![forward.result.clone()],
        };
        let values = [values.as_slice(), &values[..1]].concat();
        vec![Forward {
            result: expr(ExprKind::Tuple(values)),
            ..forward.clone()
        }]
    })
}

fn outputs_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::forwards, |forward| {
        match forward.signature.outputs.as_slice() {
            [_] => Vec::new(),
            outputs => {
                let twice = |nth: usize| {
                    let mut outputs = outputs.to_vec();
                    outputs[nth].name = outputs[nth - 1].name.clone();
                    with_outputs(forward, outputs)
                };
                (1..outputs.len()).map(twice).collect()
            }
        }
    })
}

fn with_outputs(forward: &Forward, outputs: Vec<Output>) -> Forward {
    let mut changed = forward.clone();
    changed.signature.outputs = outputs;
    changed
}

fn fewer_inputs(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, nodes::forwards, |forward| {
        let without = without_each(&forward.signature.inputs).into_iter();
        without
            .map(|(inputs, dropped)| (with_inputs(forward, inputs), format!("`{}`", dropped.name)))
            .collect()
    })
}

/// Of blocks that are called; what a model is given it need not use.
fn more_inputs(spec: &Spec) -> Vec<Mutant> {
    each_lost(spec, called_blocks, |block| {
        let Some(forward) = &block.body.forward else {
            return Vec::new();
        };
        let Some(last) = forward.signature.inputs.last() else {
            return Vec::new();
        };
        let spare = Input {
            name: Name::new("spare"),
            default: None,
            ..last.clone()
        };
        let inputs = [forward.signature.inputs.as_slice(), &[spare]].concat();
        let mut changed = block.clone();
        changed.body.forward = Some(with_inputs(forward, inputs));
        vec![(changed, "`spare`".to_owned())]
    })
}

fn called_blocks(spec: &mut Spec, visit: &mut dyn FnMut(&mut Block)) {
    let all = spec.clone();
    let called = |block: &&mut Block| is_called(&all, block.name.as_str());
    spec.blocks.iter_mut().filter(called).for_each(visit);
}

fn inputs_twice(spec: &Spec) -> Vec<Mutant> {
    each(spec, nodes::forwards, |forward| {
        let lists = with_each_twice(&forward.signature.inputs).into_iter();
        lists.map(|inputs| with_inputs(forward, inputs)).collect()
    })
}

fn with_inputs(forward: &Forward, inputs: Vec<Input>) -> Forward {
    let mut changed = forward.clone();
    changed.signature.inputs = inputs;
    changed
}
