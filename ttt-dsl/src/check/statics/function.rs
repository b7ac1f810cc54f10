//! The functions of static expressions.

use super::evaluator::{whole, wider};
use super::{Evaluator, Real, Sign, Term, Typed};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::spec::{Arg, Kind, Name};

/// A static function of whole numbers or Floats.
struct Function {
    name: &'static str,
    arity: usize,
    /// Its value on whole numbers, for one that gives a whole number for them.
    on_whole: Option<fn(i64, i64) -> Option<i64>>,
    /// Its value on Floats, for one that takes them.
    on_real: Option<fn(f64, f64) -> f64>,
    /// Whether it is about sizes, so that negative numbers mean nothing to it.
    on_sizes: bool,
}

static TABLE: &[Function] = &[
    Function {
        name: "min",
        arity: 2,
        on_whole: Some(|a, b| Some(a.min(b))),
        on_real: Some(f64::min),
        on_sizes: false,
    },
    Function {
        name: "max",
        arity: 2,
        on_whole: Some(|a, b| Some(a.max(b))),
        on_real: Some(f64::max),
        on_sizes: false,
    },
    Function {
        name: "ceil_div",
        arity: 2,
        on_whole: Some(ceil_div),
        on_real: None,
        on_sizes: true,
    },
    Function {
        name: "round_up",
        arity: 2,
        on_whole: Some(|a, step| ceil_div(a, step)?.checked_mul(step)),
        on_real: None,
        on_sizes: true,
    },
    Function {
        name: "sqrt",
        arity: 1,
        on_whole: None,
        on_real: Some(|a, _| a.sqrt()),
        on_sizes: false,
    },
    Function {
        name: "ln",
        arity: 1,
        on_whole: None,
        on_real: Some(|a, _| a.ln()),
        on_sizes: false,
    },
    Function {
        name: "pow",
        arity: 2,
        on_whole: None,
        on_real: Some(f64::powf),
        on_sizes: false,
    },
];

/// Whether a static function has this name.
pub(in crate::check) fn is_static_function(name: &str) -> bool {
    TABLE.iter().any(|function| function.name == name)
}

fn ceil_div(a: i64, b: i64) -> Option<i64> {
    match a >= 0 && b > 0 {
        true => Some(a / b + i64::from(a % b != 0)),
        false => None,
    }
}

impl Evaluator<'_> {
    pub(super) fn call(&mut self, callee: &Name, args: &[Arg], place: Place) -> Option<Typed> {
        if callee.is_missing() {
            return None;
        }
        let Some(function) = TABLE.iter().find(|function| function.name == callee.as_str()) else {
            let names = TABLE.iter().map(|function| function.name);
            self.report
                .error(
                    codes::UNKNOWN_FUNCTION,
                    callee.place,
                    format!("no static function is named `{callee}`"),
                )
                .suggest_closest(callee.as_str(), names.clone())
                .help(format!(
                    "the static functions are {}",
                    names.collect::<Vec<_>>().join(", ")
                ));
            return None;
        };
        if args.len() != function.arity || args.iter().any(|arg| arg.name.is_some()) {
            let message = format!(
                "`{callee}` takes {} unnamed arguments, found {}",
                function.arity,
                args.len()
            );
            self.report.error(codes::ARGUMENT_COUNT, place, message);
            return None;
        }
        let values: Vec<Option<Typed>> = args.iter().map(|arg| self.number(&arg.value)).collect();
        let values: Vec<Typed> = values.into_iter().collect::<Option<_>>()?;
        self.apply(function, &values, args, place)
    }

    fn apply(&mut self, function: &Function, values: &[Typed], args: &[Arg], place: Place) -> Option<Typed> {
        let dimensions: Option<Vec<&Dimension>> = values.iter().map(Typed::dimension).collect();
        match (function.on_whole, function.on_real, dimensions) {
            (Some(on_whole), _, Some(dimensions)) => {
                let negative = dimensions.iter().position(|size| match size.as_constant() {
                    Some(number) => number < 0,
                    None => self.sign_of(size) == Sign::Unknown,
                });
                if let (true, Some(wrong)) = (function.on_sizes, negative) {
                    self.report
                        .error(
                            codes::KIND,
                            args[wrong].value.place,
                            format!("`{}` takes no number that may be negative", function.name),
                        )
                        .help("declare a param that is a size as a `Dim`");
                    return None;
                }
                self.apply_whole(function.name, on_whole, &dimensions, values, place)
            }
            (_, Some(on_real), _) => apply_real(function.name, on_real, values),
            (Some(_), None, None) => {
                let wrong = values
                    .iter()
                    .position(|value| value.dimension().is_none())
                    .unwrap_or(0);
                let message = format!("`{}` takes whole numbers, found a `Float`", function.name);
                self.report.error(codes::KIND, args[wrong].value.place, message);
                None
            }
            (None, None, _) => None,
        }
    }

    fn apply_whole(
        &mut self,
        name: &str,
        on_whole: fn(i64, i64) -> Option<i64>,
        dimensions: &[&Dimension],
        values: &[Typed],
        place: Place,
    ) -> Option<Typed> {
        let kind = values
            .iter()
            .fold(Kind::Dim, |kind, value| wider(&kind, &value.kind));
        let numbers: Option<Vec<i64>> = dimensions
            .iter()
            .map(|dimension| dimension.as_constant())
            .collect();
        if let Some([a, b]) = numbers.as_deref() {
            let value = on_whole(*a, *b);
            if value.is_none() && *b <= 0 {
                return self.by_zero(place);
            }
            return Some(whole(Dimension::constant(self.fits(value, place)?), kind));
        }
        let sign = dimensions.iter().fold(Sign::Positive, |sign, dimension| {
            sign.weaker(self.sign_of(dimension))
        });
        Some(self.atom(call_text(name, values), kind, sign))
    }
}

fn apply_real(name: &str, on_real: fn(f64, f64) -> f64, values: &[Typed]) -> Option<Typed> {
    let reals: Vec<Real> = values.iter().map(Typed::as_real).collect::<Option<_>>()?;
    let known: Option<Vec<f64>> = reals
        .iter()
        .map(|real| match real {
            Real::Known(number) => Some(*number),
            Real::Symbolic(_) => None,
        })
        .collect();
    Some(Typed::real(match known.as_deref() {
        Some([a]) => Real::Known(on_real(*a, 0.0)),
        Some([a, b, ..]) => Real::Known(on_real(*a, *b)),
        _ => Real::Symbolic(call_text(name, values)),
    }))
}

fn call_text(name: &str, values: &[Typed]) -> String {
    let terms: Vec<&Term> = values.iter().map(|value| &value.term).collect();
    let texts: Vec<String> = terms.iter().map(ToString::to_string).collect();
    format!("{name}({})", texts.join(", "))
}
