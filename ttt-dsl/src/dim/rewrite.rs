//! Equalities that hold beside the laws of arithmetic, used from left to right.

use super::{Dimension, Monomial, order};

/// `left → right`, where `left` is a product that does not occur in `right`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewrite {
    left: Monomial,
    right: Dimension,
}

/// The rewrites in force.
#[derive(Clone, Debug, Default)]
pub struct Rewrites {
    rules: Vec<Rewrite>,
}

/// More steps than any rewriting of a real schema takes.
const STEP_LIMIT: usize = 1000;

impl Rewrites {
    /// Adds `divisor · quotient → dividend`, where `quotient` is an atom that occurs in neither.
    ///
    /// A divisor of several terms is solved for its leading one. Does nothing when that one has a coefficient.
    pub fn add_quotient(&mut self, quotient: &str, dividend: &Dimension, divisor: &Dimension) {
        let atom = Dimension::symbol(quotient);
        let solved = divisor.leading().and_then(|(monomial, coefficient)| {
            let leading = Dimension::constant(coefficient).checked_scale(monomial, 1)?;
            let others = divisor.checked_sub(&leading)?.checked_mul(&atom)?;
            let left = leading.checked_mul(&atom)?;
            Some((left, dividend.checked_sub(&others)?))
        });
        if let Some((left, right)) = solved {
            self.add_equality(&left, &right);
        }
    }

    /// Adds `left → right`. Does nothing unless `left` is a product without a coefficient.
    pub fn add_equality(&mut self, left: &Dimension, right: &Dimension) {
        let Some((monomial, 1)) = left.as_single_term() else {
            return;
        };
        let rule = Rewrite {
            left: monomial.clone(),
            right: right.clone(),
        };
        if !monomial.is_empty() && !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }

    /// `dividend / divisor` where an equality `divisor · rest → right` says it: what `right` goes into `rest` times.
    pub fn quotient(&self, dividend: &Dimension, divisor: &Dimension) -> Option<Dimension> {
        let (divisor, 1) = divisor.as_single_term()? else {
            return None;
        };
        self.rules.iter().find_map(|rule| {
            let rest = order::divide(&rule.left, divisor)?;
            dividend.checked_div(&rule.right)?.checked_scale(&rest, 1)
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The dimension with every rewrite applied until none applies.
    pub fn normalise(&self, dimension: &Dimension) -> Dimension {
        let mut normal = dimension.clone();
        for _ in 0..STEP_LIMIT {
            match self.rules.iter().find_map(|rule| rule.apply(&normal)) {
                Some(next) => normal = next,
                None => break,
            }
        }
        normal
    }
}

impl Rewrite {
    /// One step; nothing when the left side occurs in no term.
    fn apply(&self, dimension: &Dimension) -> Option<Dimension> {
        let (monomial, coefficient, rest) = dimension.terms().find_map(|(monomial, coefficient)| {
            order::divide(monomial, &self.left).map(|rest| (monomial, coefficient, rest))
        })?;
        let old = Dimension::constant(coefficient).checked_scale(monomial, 1)?;
        let new = self.right.checked_scale(&rest, coefficient)?;
        dimension.checked_sub(&old)?.checked_add(&new)
    }
}
