//! Output shapes that no signature can say, by the name after `by`.

use super::ForwardChecker;
use super::shape::{difference, same_shape, shape_text};
use crate::check::statics::{Formula, Names};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::program::ValueType;
use crate::spec::{ElementType, Function, Name};

/// A call whose arguments are typed.
pub(super) struct RuleCall<'r> {
    pub(super) callee: &'r Name,
    pub(super) tensors: &'r [(ElementType, Vec<Dimension>)],
    pub(super) statics: &'r Names,
}

struct Rule {
    name: &'static str,
    takes_list: bool,
    apply: fn(&mut ForwardChecker<'_, '_>, &RuleCall) -> Option<ValueType>,
}

static TABLE: &[Rule] = &[
    Rule {
        name: "keep_axis",
        takes_list: false,
        apply: |checker, call| checker.keep_axis(call),
    },
    Rule {
        name: "reduce",
        takes_list: false,
        apply: |checker, call| checker.reduce(call),
    },
    Rule {
        name: "concat",
        takes_list: true,
        apply: |checker, call| checker.concat(call),
    },
];

fn find(name: &str) -> Option<&'static Rule> {
    TABLE.iter().find(|rule| rule.name == name)
}

/// Whether the function's tensors come as one list.
pub(super) fn takes_list(function: &Function) -> bool {
    let rule = function.rule.as_ref().and_then(|rule| find(rule.as_str()));
    rule.is_some_and(|rule| rule.takes_list)
}

impl ForwardChecker<'_, '_> {
    pub(super) fn apply_rule(&mut self, rule: &Name, call: &RuleCall) -> Option<ValueType> {
        match find(rule.as_str()) {
            Some(rule) => (rule.apply)(self, call),
            None => {
                self.error(
                    codes::UNKNOWN_FUNCTION,
                    rule.place,
                    format!("no shape rule is named `{rule}`"),
                );
                None
            }
        }
    }

    /// The shape stays; `axis` must be one of its dimensions.
    fn keep_axis(&mut self, call: &RuleCall) -> Option<ValueType> {
        let (element, shape) = call.tensors.first()?;
        self.axis(call, shape.len())?;
        Some(ValueType::Tensor {
            element: *element,
            shape: shape.clone(),
        })
    }

    /// The dimension `axis` goes, or becomes 1 with `keep`.
    fn reduce(&mut self, call: &RuleCall) -> Option<ValueType> {
        let (element, shape) = call.tensors.first()?;
        let axis = self.axis(call, shape.len())?;
        let mut shape = shape.clone();
        match call.statics.value("keep")?.formula() {
            Some(Formula::Known(true)) => shape[axis] = Dimension::constant(1),
            Some(Formula::Known(false)) => drop(shape.remove(axis)),
            _ => {
                let message = format!(
                    "`keep` of `{}` decides the number of dimensions, so it is written out",
                    call.callee
                );
                self.error(codes::AXIS, call.callee.place, message)
                    .help("write `keep: true` or `keep: false`");
                return None;
            }
        }
        Some(ValueType::Tensor {
            element: *element,
            shape,
        })
    }

    /// Equal shapes but for `axis`, whose sizes add up.
    fn concat(&mut self, call: &RuleCall) -> Option<ValueType> {
        let Some((first, others)) = call.tensors.split_first() else {
            let message = format!("`{}` needs at least one tensor", call.callee);
            self.error(codes::NOT_A_VALUE, call.callee.place, message);
            return None;
        };
        let axis = self.axis(call, first.1.len())?;
        let mut shape = first.1.clone();
        for (element, other) in others {
            let mut aligned = other.clone();
            if let (Some(size), Some(own)) = (aligned.get_mut(axis), first.1.get(axis)) {
                *size = own.clone();
            }
            if *element != first.0 || !same_shape(&self.facts, &first.1, &aligned) {
                let message = format!(
                    "`{}` cannot join {} and {} along dimension {axis}",
                    call.callee,
                    shape_text(&first.1),
                    shape_text(other)
                );
                let help = difference(&self.facts, &first.1, &aligned);
                self.error(codes::SHAPE, call.callee.place, message).help(help);
                return None;
            }
            shape[axis] = self.fits(shape[axis].checked_add(&other[axis]), call.callee.place)?;
        }
        Some(ValueType::Tensor {
            element: first.0,
            shape,
        })
    }

    /// `axis`, counted from the left; it decides shapes, so it is a known number.
    fn axis(&mut self, call: &RuleCall, rank: usize) -> Option<usize> {
        let axis = call.statics.value("axis")?.dimension()?.as_constant();
        let signed = i64::try_from(rank).ok()?;
        let index = axis.map(|axis| if axis < 0 { axis + signed } else { axis });
        match index {
            Some(index) if (0..signed).contains(&index) => usize::try_from(index).ok(),
            _ => {
                let found = axis.map_or_else(|| "a param".to_owned(), |axis| axis.to_string());
                let message = format!(
                    "`axis` of `{}` is {found}, for a tensor of {rank} dimensions",
                    call.callee
                );
                self.error(codes::AXIS, call.callee.place, message).help(format!(
                    "an axis is a number from {} to {}",
                    -signed,
                    signed - 1
                ));
                None
            }
        }
    }
}
