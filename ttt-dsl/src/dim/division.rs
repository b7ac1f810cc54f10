//! Exact division.

use super::{Dimension, order};

impl Dimension {
    /// The dimension that gives `self` when multiplied by `divisor`, when polynomials with whole coefficients have one.
    pub fn checked_div(&self, divisor: &Dimension) -> Option<Dimension> {
        let (divisor_monomial, divisor_coefficient) = divisor.leading()?;
        let mut rest = self.clone();
        let mut quotient = Dimension::default();
        while let Some((monomial, coefficient)) = rest.leading() {
            let factor = order::divide(monomial, divisor_monomial)?;
            if coefficient.checked_rem(divisor_coefficient)? != 0 {
                return None;
            }
            let term = Dimension::constant(coefficient / divisor_coefficient).checked_scale(&factor, 1)?;
            rest = rest.checked_sub(&divisor.checked_mul(&term)?)?;
            quotient = quotient.checked_add(&term)?;
        }
        Some(quotient)
    }
}
