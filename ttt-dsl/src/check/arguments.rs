//! Which argument of a call goes to which param.

use crate::diagnostic::{Report, codes};
use crate::spec::{Arg, Name, Param};

/// A param or input as a call sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'a> {
    pub(super) name: &'a str,
    pub(super) has_default: bool,
}

/// The arguments of a call in the order of its slots.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    pub(super) given: Vec<Option<&'a Arg>>,
    /// Whether every argument has a slot and every slot without a default an argument.
    pub(super) complete: bool,
    /// Whether there are too many or too few, so that positional ones may be meant for other slots.
    pub(super) shifted: bool,
}

impl<'a> Slot<'a> {
    pub(super) fn of_params(params: &'a [Param]) -> Vec<Slot<'a>> {
        let slot = |param: &'a Param| Slot {
            name: param.name.as_str(),
            has_default: param.default.is_some(),
        };
        params.iter().map(slot).collect()
    }
}

/// Matches the arguments of a call of `callee`.
pub(super) fn match_arguments<'a>(
    callee: &Name,
    slots: &[Slot],
    args: &'a [Arg],
    report: &mut Report,
) -> Matched<'a> {
    let mut matched = Matched {
        given: vec![None; slots.len()],
        complete: true,
        shifted: false,
    };
    // Where a param could not be read, nothing is known of what comes after it.
    if slots.iter().any(|slot| slot.name.is_empty()) {
        matched.complete = false;
        return matched;
    }
    let mut ignored = Report::default();
    let report = match args
        .iter()
        .any(|arg| arg.name.is_none() && arg.value.is_missing())
    {
        true => &mut ignored,
        false => report,
    };
    let positional = args.iter().take_while(|arg| arg.name.is_none()).count();
    for (position, arg) in args.iter().enumerate() {
        let index = match &arg.name {
            // The grammar has reported that it stands after a named one.
            None if position >= positional => None,
            None if position < slots.len() => Some(position),
            None => {
                // The first says it for the others.
                if !matched.shifted {
                    too_many(callee, slots, arg, report);
                }
                matched.shifted = true;
                None
            }
            Some(_) if matched.shifted => None,
            Some(name) => named_slot(callee, slots, name, report),
        };
        matched.complete &= !arg.value.is_missing();
        match index {
            Some(index) if matched.given[index].is_none() => matched.given[index] = Some(arg),
            Some(index) => {
                if !matched.shifted {
                    given_twice(slots[index].name, arg, report);
                }
                matched.complete = false;
            }
            None => matched.complete = false,
        }
    }
    let missing: Vec<&str> = slots
        .iter()
        .zip(&matched.given)
        .filter(|(slot, given)| given.is_none() && !slot.has_default)
        .map(|(slot, _)| slot.name)
        .collect();
    // An argument that found no slot was probably meant for the one that is missing.
    if !missing.is_empty() && matched.complete {
        report_missing(callee, slots, &missing, report);
        matched.shifted = positional > 0;
    }
    matched.complete &= missing.is_empty();
    matched
}

fn named_slot(callee: &Name, slots: &[Slot], name: &Name, report: &mut Report) -> Option<usize> {
    if name.is_missing() {
        return None;
    }
    let found = slots.iter().position(|slot| slot.name == name.as_str());
    if found.is_none() {
        report
            .error(
                codes::UNKNOWN_ARGUMENT,
                name.place,
                format!("`{callee}` has no argument `{name}`"),
            )
            .suggest_closest(name.as_str(), slots.iter().map(|slot| slot.name))
            .help(takes(callee, slots));
    }
    found
}

fn too_many(callee: &Name, slots: &[Slot], arg: &Arg, report: &mut Report) {
    report
        .error(
            codes::ARGUMENT_COUNT,
            arg.value.place,
            match slots.len() {
                0 => format!("`{callee}` takes no argument"),
                1 => format!("`{callee}` takes one argument"),
                count => format!("`{callee}` takes {count} arguments"),
            },
        )
        .help(takes(callee, slots));
}

fn given_twice(name: &str, arg: &Arg, report: &mut Report) {
    let place = arg.name.as_ref().map_or(arg.value.place, |name| name.place);
    report
        .error(codes::ARGUMENT_TWICE, place, format!("`{name}` is given twice"))
        .help("a positional argument fills the params in order; name the others");
}

fn report_missing(callee: &Name, slots: &[Slot], missing: &[&str], report: &mut Report) {
    let list = missing
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    report
        .error(
            codes::MISSING_ARGUMENT,
            callee.place,
            format!("`{callee}` is called without {list}"),
        )
        .help(takes(callee, slots));
}

fn takes(callee: &Name, slots: &[Slot]) -> String {
    let slots = slots.iter().map(|slot| match slot.has_default {
        true => format!("[{}]", slot.name),
        false => slot.name.to_owned(),
    });
    match slots.len() {
        0 => format!("`{callee}` takes no arguments"),
        1 => format!("its only argument is {}", slots.collect::<String>()),
        _ => format!("its arguments are {}", slots.collect::<Vec<_>>().join(", ")),
    }
}
