//! Conditions in normal form: two spellings of one condition are the same value.

use std::collections::BTreeSet;
use std::fmt;

use super::term::Factor;
use crate::dim::Dimension;

/// A condition without negations: every form has its opposite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) enum Formula {
    Known(bool),
    /// A Bool param that is true.
    Holds(String),
    /// A Bool param that is false.
    Fails(String),
    Zero(Dimension),
    NonZero(Dimension),
    /// At least 0.
    NonNegative(Dimension),
    Divides {
        divisor: Dimension,
        dividend: Dimension,
    },
    DividesNot {
        divisor: Dimension,
        dividend: Dimension,
    },
    /// An enum param that holds a variant, or that holds what another param holds.
    Is(String, String),
    IsNot(String, String),
    /// A comparison that only numbers decide: of Floats, or of two enum params.
    Real {
        left: String,
        order: Order,
        right: String,
    },
    All(BTreeSet<Formula>),
    Any(BTreeSet<Formula>),
}

/// How two Floats compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::check) enum Order {
    Equal,
    NotEqual,
    Less,
    LessEqual,
}

impl Formula {
    /// `dimension == 0`, with the sign that makes equal conditions equal.
    pub(super) fn zero(dimension: Dimension) -> Formula {
        match dimension.as_constant() {
            Some(number) => Formula::Known(number == 0),
            None => Formula::Zero(positive_first(dimension)),
        }
    }

    /// `dimension >= 0`
    pub(super) fn non_negative(dimension: Dimension) -> Formula {
        match dimension.as_constant() {
            Some(number) => Formula::Known(number >= 0),
            None => Formula::NonNegative(dimension),
        }
    }

    pub(super) fn divides(divisor: Dimension, dividend: Dimension) -> Formula {
        match (divisor.as_constant(), dividend.as_constant()) {
            (Some(divisor), Some(dividend)) => Formula::Known(dividend.checked_rem(divisor) == Some(0)),
            (Some(1 | -1), None) => Formula::Known(true),
            _ => Formula::Divides { divisor, dividend },
        }
    }

    /// How many conditions it joins.
    pub(super) fn size(&self) -> usize {
        match self {
            Formula::All(set) | Formula::Any(set) => set.iter().map(Formula::size).sum(),
            _ => 1,
        }
    }

    pub(in crate::check) fn all(formulas: impl IntoIterator<Item = Formula>) -> Formula {
        let mut set = BTreeSet::new();
        for formula in formulas {
            match formula {
                Formula::Known(true) => {}
                Formula::Known(false) => return Formula::Known(false),
                Formula::All(inner) => set.extend(inner),
                other => {
                    set.insert(other);
                }
            }
        }
        single(set).unwrap_or_else(|set| match set.is_empty() {
            true => Formula::Known(true),
            false => Formula::All(set),
        })
    }

    pub(in crate::check) fn any(formulas: impl IntoIterator<Item = Formula>) -> Formula {
        let mut set = BTreeSet::new();
        for formula in formulas {
            match formula {
                Formula::Known(false) => {}
                Formula::Known(true) => return Formula::Known(true),
                Formula::Any(inner) => set.extend(inner),
                other => {
                    set.insert(other);
                }
            }
        }
        single(set).unwrap_or_else(|set| match set.is_empty() {
            true => Formula::Known(false),
            false => Formula::Any(set),
        })
    }

    /// The opposite. Nothing when a number does not fit.
    pub(in crate::check) fn negate(self) -> Option<Formula> {
        Some(match self {
            Formula::Known(truth) => Formula::Known(!truth),
            Formula::Holds(name) => Formula::Fails(name),
            Formula::Fails(name) => Formula::Holds(name),
            Formula::Zero(dimension) => Formula::NonZero(dimension),
            Formula::NonZero(dimension) => Formula::Zero(dimension),
            Formula::NonNegative(dimension) => {
                Formula::NonNegative(dimension.checked_neg()?.checked_sub(&Dimension::constant(1))?)
            }
            Formula::Divides { divisor, dividend } => Formula::DividesNot { divisor, dividend },
            Formula::DividesNot { divisor, dividend } => Formula::Divides { divisor, dividend },
            Formula::Is(left, right) => Formula::IsNot(left, right),
            Formula::IsNot(left, right) => Formula::Is(left, right),
            Formula::Real { left, order, right } => negate_real(left, order, right),
            Formula::All(set) => Formula::any(negate_each(set)?),
            Formula::Any(set) => Formula::all(negate_each(set)?),
        })
    }

    /// Whether it compares Floats that depend on params, so that only numbers can decide it.
    pub(in crate::check) fn needs_numbers(&self) -> bool {
        match self {
            Formula::Real { .. } => true,
            Formula::All(set) | Formula::Any(set) => set.iter().any(Formula::needs_numbers),
            _ => false,
        }
    }

    /// The condition with every dimension in it replaced.
    pub(super) fn map_dimensions(&self, map: &impl Fn(&Dimension) -> Dimension) -> Formula {
        match self {
            Formula::Zero(dimension) => Formula::zero(map(dimension)),
            Formula::NonZero(dimension) => match Formula::zero(map(dimension)) {
                Formula::Zero(dimension) => Formula::NonZero(dimension),
                Formula::Known(truth) => Formula::Known(!truth),
                other => other,
            },
            Formula::NonNegative(dimension) => Formula::non_negative(map(dimension)),
            Formula::Divides { divisor, dividend } => Formula::divides(map(divisor), map(dividend)),
            Formula::All(set) => Formula::all(set.iter().map(|formula| formula.map_dimensions(map))),
            Formula::Any(set) => Formula::any(set.iter().map(|formula| formula.map_dimensions(map))),
            other => other.clone(),
        }
    }
}

fn single(mut set: BTreeSet<Formula>) -> Result<Formula, BTreeSet<Formula>> {
    match set.len() {
        1 => set.pop_first().ok_or(set),
        _ => Err(set),
    }
}

fn negate_each(set: BTreeSet<Formula>) -> Option<Vec<Formula>> {
    set.into_iter().map(Formula::negate).collect()
}

fn negate_real(left: String, order: Order, right: String) -> Formula {
    let (left, order, right) = match order {
        Order::Equal => (left, Order::NotEqual, right),
        Order::NotEqual => (left, Order::Equal, right),
        Order::Less => (right, Order::LessEqual, left),
        Order::LessEqual => (right, Order::Less, left),
    };
    Formula::Real { left, order, right }
}

fn positive_first(dimension: Dimension) -> Dimension {
    let negative = dimension
        .terms()
        .last()
        .is_some_and(|(_, coefficient)| coefficient < 0);
    match negative {
        true => dimension.checked_neg().unwrap_or(dimension),
        false => dimension,
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Formula::Known(truth) => write!(f, "{truth}"),
            Formula::Holds(name) => f.write_str(name),
            Formula::Fails(name) => write!(f, "!{name}"),
            Formula::Zero(dimension) => write_sides(f, dimension, "=="),
            Formula::NonZero(dimension) => write_sides(f, dimension, "!="),
            Formula::NonNegative(dimension) => write_sides(f, dimension, ">="),
            Formula::Divides { divisor, dividend } => {
                write!(f, "{} % {} == 0", Factor(dividend), Factor(divisor))
            }
            Formula::DividesNot { divisor, dividend } => {
                write!(f, "{} % {} != 0", Factor(dividend), Factor(divisor))
            }
            Formula::Is(left, right) => write!(f, "{left} == {right}"),
            Formula::IsNot(left, right) => write!(f, "{left} != {right}"),
            Formula::Real { left, order, right } => write!(f, "{left} {order} {right}"),
            Formula::All(set) => write_joined(f, set, " && "),
            Formula::Any(set) => write_joined(f, set, " || "),
        }
    }
}

/// Writes `a - b` compared with 0 as `a` compared with `b`.
fn write_sides(f: &mut fmt::Formatter<'_>, dimension: &Dimension, operator: &str) -> fmt::Result {
    let (left, right) = dimension.sides();
    write!(f, "{left} {operator} {right}")
}

fn write_joined(f: &mut fmt::Formatter<'_>, set: &BTreeSet<Formula>, separator: &str) -> fmt::Result {
    for (index, formula) in set.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        match formula {
            Formula::All(_) | Formula::Any(_) => write!(f, "({formula})")?,
            _ => write!(f, "{formula}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Order::Equal => "==",
            Order::NotEqual => "!=",
            Order::Less => "<",
            Order::LessEqual => "<=",
        })
    }
}
