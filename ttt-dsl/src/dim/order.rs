//! The order of terms in a division: names compared alphabetically, the higher exponent first.

use std::cmp::Ordering;

use super::{Dimension, Monomial};

impl Dimension {
    /// The greatest term.
    pub(super) fn leading(&self) -> Option<(&Monomial, i64)> {
        self.terms().max_by(|(a, _), (b, _)| lexicographic(a, b))
    }
}

/// The lexicographic order of monomials, which products keep: `a < b` gives `a·c < b·c`.
fn lexicographic(a: &Monomial, b: &Monomial) -> Ordering {
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => return Ordering::Equal,
            (Some(_), None) => return Ordering::Greater,
            (None, Some(_)) => return Ordering::Less,
            (Some((name_a, exponent_a)), Some((name_b, exponent_b))) => {
                let order = name_b.cmp(name_a).then(exponent_a.cmp(exponent_b));
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
        left.next();
        right.next();
    }
}

/// `dividend / divisor`, when every exponent stays at or above zero.
pub(super) fn divide(dividend: &Monomial, divisor: &Monomial) -> Option<Monomial> {
    let mut quotient = dividend.clone();
    for (name, exponent) in divisor {
        let rest = quotient.get(name)?.checked_sub(*exponent)?;
        if rest == 0 {
            quotient.remove(name);
        } else {
            quotient.insert(name.clone(), rest);
        }
    }
    Some(quotient)
}
