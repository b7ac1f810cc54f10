//! Which reads of a local are its last, so that its tensor may be moved.

use std::collections::HashSet;

use crate::program::{Branch, CheckedForward, Value, ValueKind};

/// Names that are read later. The walk goes backwards through the order of evaluation.
type Live = HashSet<String>;

/// Marks the last read of every binding, and gives the statements that bind nothing that is read, by index.
pub(super) fn mark(forward: &mut CheckedForward) -> Vec<usize> {
    let mut live = Live::new();
    forward
        .results
        .iter_mut()
        .rev()
        .for_each(|result| value(result, &mut live));
    let mut unread = Vec::new();
    for (index, statement) in forward.statements.iter_mut().enumerate().rev() {
        let read = statement.names.iter().filter(|name| live.remove(*name)).count();
        if read == 0 {
            unread.push(index);
        }
        value(&mut statement.value, &mut live);
    }
    unread
}

fn value(read: &mut Value, live: &mut Live) {
    match &mut read.kind {
        ValueKind::Local { name, last_use } => *last_use = live.insert(name.clone()),
        ValueKind::Static(_) | ValueKind::Weight { .. } => {}
        ValueKind::Part { args, .. } => args.iter_mut().flatten().rev().for_each(|arg| value(arg, live)),
        ValueKind::Function { inputs, .. } => inputs.iter_mut().rev().for_each(|input| value(input, live)),
        ValueKind::Binary { lhs, rhs, .. } => {
            value(rhs, live);
            value(lhs, live);
        }
        ValueKind::Negate(operand) => value(operand, live),
        ValueKind::Slice { base, .. } | ValueKind::Rearrange { base, .. } => value(base, live),
        ValueKind::If { then, otherwise, .. } => {
            let mut untaken = live.clone();
            branch(then, live);
            if let Some(otherwise) = otherwise {
                branch(otherwise, &mut untaken);
            }
            live.extend(untaken);
        }
        ValueKind::Tuple(items) => items.iter_mut().rev().for_each(|item| value(item, live)),
    }
}

/// The lets of a branch shadow the names outside, whose reads afterwards are no reads of them.
fn branch(branch: &mut Branch, live: &mut Live) {
    let own: HashSet<&String> = branch
        .statements
        .iter()
        .flat_map(|statement| &statement.names)
        .collect();
    let outside: Live = live.iter().filter(|name| own.contains(name)).cloned().collect();
    live.retain(|name| !outside.contains(name));
    value(&mut branch.result, live);
    for index in (0..branch.statements.len()).rev() {
        let (earlier, rest) = branch.statements.split_at_mut(index);
        let Some(statement) = rest.first_mut() else {
            continue;
        };
        for name in &statement.names {
            live.remove(name);
            let first_of_the_name = !earlier.iter().any(|earlier| earlier.names.contains(name));
            if first_of_the_name && outside.contains(name) {
                live.insert(name.clone());
            }
        }
        value(&mut statement.value, live);
    }
}
