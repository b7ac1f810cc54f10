//! Where the values of a mismatch come from, and which of several reports is the cause of the others.

use super::{ForwardChecker, type_text};
use crate::check::specialise::Declaration;
use crate::diagnostic::{Code, codes};
use crate::place::Place;
use crate::program::{Value, ValueKind};

/// How many places one report points at beside its own.
const ORIGINS: usize = 4;

/// What is said of values that do not fit: where a size is unknown, it follows from that.
const MISFITS: [Code; 11] = [
    codes::SHAPE,
    codes::RANK,
    codes::BROADCAST,
    codes::ELEMENT,
    codes::OUTPUT,
    codes::DECLARED,
    codes::PATTERN,
    codes::INDEX,
    codes::AXIS,
    codes::BRANCHES,
    codes::FOLD,
];

impl ForwardChecker<'_, '_> {
    /// Points every report since `known` at the declarations that its values come from.
    pub(super) fn explain(&mut self, known: usize, values: &[&Value]) {
        if self.reported() == known {
            return;
        }
        self.suspect(values);
        for index in known..self.reported() {
            let guilty = self.checker.report.diagnostics[index].place.index();
            let (first, others): (Vec<&Value>, Vec<&Value>) = values
                .iter()
                .copied()
                .partition(|value| value.place.index() == guilty);
            let mut origins = Vec::new();
            for value in first.into_iter().chain(others) {
                self.origins(value, &mut origins);
            }
            for (place, text) in origins.into_iter().take(ORIGINS) {
                self.checker.report.diagnostics[index].related(place, text);
            }
        }
    }

    /// Locals of which it is reported that they do not fit may be declared wrongly and then fit nowhere, and so may the
    /// parts that gave them, whose tensors are tied and loaded by other shapes.
    fn suspect(&mut self, values: &[&Value]) {
        for value in values {
            match &value.kind {
                ValueKind::Local { name, .. } => drop(self.locals.insert(name.clone(), None)),
                ValueKind::Part { part, args } => {
                    self.checker.suspected.insert(part.clone());
                    let args: Vec<&Value> = args.iter().flatten().collect();
                    self.suspect(&args);
                }
                ValueKind::Function { inputs, .. } | ValueKind::Tuple(inputs) => {
                    self.suspect(&inputs.iter().collect::<Vec<_>>());
                }
                ValueKind::Binary { lhs, rhs, .. } => self.suspect(&[lhs, rhs]),
                ValueKind::Negate(base)
                | ValueKind::Slice { base, .. }
                | ValueKind::Rearrange { base, .. } => {
                    self.suspect(&[base]);
                }
                _ => {}
            }
        }
    }

    /// The locals and parts that decide a value's shape.
    fn origins(&self, value: &Value, origins: &mut Vec<(Place, String)>) {
        match &value.kind {
            ValueKind::Local { name, .. } => {
                let place = self.places.get(name).copied().unwrap_or_default();
                origins.push((place, format!("`{name}` is {}", type_text(&value.ty))));
            }
            ValueKind::Part { part, args } => {
                let declared = self.scope.part(part).flatten();
                let Some(declared) = declared else { return };
                origins.push((declared.place, format!("`{part}` is declared here")));
                // A leaf keeps most of its argument's shape.
                if let Declaration::Leaf(_) = declared.callee {
                    args.iter().flatten().for_each(|arg| self.origins(arg, origins));
                }
            }
            ValueKind::Weight { part, .. } => {
                let place = self.scope.part(part).flatten().map(|part| part.place);
                origins.push((place.unwrap_or_default(), format!("`{part}` is declared here")));
            }
            ValueKind::Function { inputs, .. } | ValueKind::Tuple(inputs) => {
                inputs.iter().for_each(|input| self.origins(input, origins));
            }
            ValueKind::Binary { lhs, rhs, .. } => {
                self.origins(lhs, origins);
                self.origins(rhs, origins);
            }
            ValueKind::Negate(base) | ValueKind::Slice { base, .. } | ValueKind::Rearrange { base, .. } => {
                self.origins(base, origins);
            }
            ValueKind::If { then, otherwise, .. } => {
                self.origins(&then.result, origins);
                otherwise
                    .iter()
                    .for_each(|branch| self.origins(&branch.result, origins));
            }
            ValueKind::Static(_) => {}
        }
    }

    /// Keeps the cause alone, of what is reported since `known`: a size that nothing binds may be one of an input that is
    /// lost or reported already, and where it is none, what does not fit may fit once it is bound.
    pub(super) fn keep_cause(&mut self, known: usize) {
        let since = &self.checker.report.diagnostics[known..];
        let has = |code: Code| since.iter().any(|diagnostic| diagnostic.code == code);
        let lost = has(codes::UNKNOWN_VALUE) || !self.distrusted.is_empty();
        let mut unbound = has(codes::UNBOUND);
        if !unbound {
            return;
        }
        let mut index = 0;
        self.checker.report.diagnostics.retain(|diagnostic| {
            index += 1;
            if index <= known {
                return true;
            }
            match diagnostic.code == codes::UNBOUND {
                true => !lost && std::mem::take(&mut unbound),
                false => lost || !MISFITS.contains(&diagnostic.code),
            }
        });
    }
}
