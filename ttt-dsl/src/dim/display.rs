//! Dimensions as people write them: `4*dim`, `heads*head_dim + 1`.

use std::fmt;

use super::{Dimension, Monomial};

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The constant is the smallest monomial and the one that people write last.
        let constant_last = self.terms().filter(|(monomial, _)| !monomial.is_empty());
        let constant = self.terms().filter(|(monomial, _)| monomial.is_empty());
        let mut first = true;
        for (monomial, coefficient) in constant_last.chain(constant) {
            let sign = match (first, coefficient < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            write!(f, "{sign}{}", Term(monomial, coefficient.unsigned_abs()))?;
            first = false;
        }
        if first { f.write_str("0") } else { Ok(()) }
    }
}

struct Term<'a>(&'a Monomial, u64);

impl fmt::Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Term(monomial, coefficient) = self;
        if monomial.is_empty() {
            return write!(f, "{coefficient}");
        }
        let names = monomial
            .iter()
            .flat_map(|(name, exponent)| std::iter::repeat_n(name.as_str(), *exponent as usize));
        let coefficient = (*coefficient != 1).then(|| coefficient.to_string());
        let factors: Vec<&str> = coefficient.as_deref().into_iter().chain(names).collect();
        f.write_str(&factors.join("*"))
    }
}
