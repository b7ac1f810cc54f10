//! Symbolic dimensions: polynomials with whole coefficients over names.

use std::collections::BTreeMap;

/// A product of names with exponents; empty for the constant term.
pub type Monomial = BTreeMap<String, u32>;

/// A symbolic dimension in normal form: no zero coefficient is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dimension {
    terms: BTreeMap<Monomial, i64>,
}

impl Dimension {
    /// A known size.
    pub fn constant(size: i64) -> Dimension {
        let mut terms = BTreeMap::new();
        if size != 0 {
            terms.insert(Monomial::new(), size);
        }
        Dimension { terms }
    }

    /// A name.
    pub fn symbol(name: impl Into<String>) -> Dimension {
        let monomial = BTreeMap::from([(name.into(), 1)]);
        Dimension {
            terms: BTreeMap::from([(monomial, 1)]),
        }
    }
}
