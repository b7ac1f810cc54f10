//! Sums and products. Nothing when a coefficient does not fit, or no size of this form would.

use std::sync::Arc;

use super::{Dimension, Monomial};

/// The highest exponent: 2 to the 63rd does not fit in 64 bits.
const EXPONENT_LIMIT: u32 = 62;

/// The most terms. A dimension of a schema has a handful.
const TERM_LIMIT: usize = 1024;

impl Dimension {
    /// `self + other`
    pub fn checked_add(&self, other: &Dimension) -> Option<Dimension> {
        let mut sum = self.clone();
        for (monomial, coefficient) in other.terms() {
            sum.accumulate(monomial.clone(), coefficient)?;
        }
        Some(sum)
    }

    /// `self - other`
    pub fn checked_sub(&self, other: &Dimension) -> Option<Dimension> {
        self.checked_add(&other.checked_neg()?)
    }

    /// `-self`
    pub fn checked_neg(&self) -> Option<Dimension> {
        self.checked_scale(&Monomial::new(), -1)
    }

    /// `self * other`
    pub fn checked_mul(&self, other: &Dimension) -> Option<Dimension> {
        let mut product = Dimension::default();
        for (monomial, coefficient) in other.terms() {
            product = product.checked_add(&self.checked_scale(monomial, coefficient)?)?;
        }
        Some(product)
    }

    /// Two dimensions without negative coefficients whose difference this is.
    pub fn sides(&self) -> (Dimension, Dimension) {
        let (mut left, mut right) = (Dimension::default(), Dimension::default());
        for (monomial, coefficient) in self.terms() {
            let side = if coefficient < 0 { &mut right } else { &mut left };
            Arc::make_mut(&mut side.terms).insert(monomial.clone(), coefficient.saturating_abs());
        }
        (left, right)
    }

    /// The dimension times one term.
    pub(super) fn checked_scale(&self, monomial: &Monomial, coefficient: i64) -> Option<Dimension> {
        let mut product = Dimension::default();
        for (own, own_coefficient) in self.terms() {
            let coefficient = own_coefficient.checked_mul(coefficient)?;
            product.accumulate(multiply(own, monomial)?, coefficient)?;
        }
        Some(product)
    }

    fn accumulate(&mut self, monomial: Monomial, coefficient: i64) -> Option<()> {
        let sum = self
            .terms
            .get(&monomial)
            .copied()
            .unwrap_or(0)
            .checked_add(coefficient)?;
        if self.terms.len() == TERM_LIMIT {
            return None;
        }
        let terms = Arc::make_mut(&mut self.terms);
        if sum == 0 {
            terms.remove(&monomial);
        } else {
            terms.insert(monomial, sum);
        }
        Some(())
    }
}

fn multiply(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    let mut product = a.clone();
    for (name, exponent) in b {
        let sum = product.get(name).copied().unwrap_or(0).checked_add(*exponent)?;
        if sum > EXPONENT_LIMIT {
            return None;
        }
        product.insert(name.clone(), sum);
    }
    Some(product)
}
