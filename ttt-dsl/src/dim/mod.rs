//! Symbolic dimensions: polynomials with whole coefficients over names.

mod algebra;
mod display;
mod division;
mod order;
mod rewrite;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use rewrite::{Rewrite, Rewrites};

/// A product of names with exponents; empty for the constant term.
pub type Monomial = BTreeMap<String, u32>;

/// A symbolic dimension in normal form: no zero coefficient is stored.
///
/// A name is a param, a let that is not a polynomial, a name bound per call, or an *atom*: the text of an expression
/// that no polynomial can say, such as `dim/heads`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dimension {
    /// Shared, since dimensions are copied far more often than computed.
    terms: Arc<BTreeMap<Monomial, i64>>,
}

impl Dimension {
    /// A known size.
    pub fn constant(size: i64) -> Dimension {
        let mut terms = BTreeMap::new();
        if size != 0 {
            terms.insert(Monomial::new(), size);
        }
        Dimension {
            terms: Arc::new(terms),
        }
    }

    /// A name.
    pub fn symbol(name: impl Into<String>) -> Dimension {
        let monomial = BTreeMap::from([(name.into(), 1)]);
        Dimension {
            terms: Arc::new(BTreeMap::from([(monomial, 1)])),
        }
    }

    /// The size, when it is known.
    pub fn as_constant(&self) -> Option<i64> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&Monomial::new()).copied(),
            _ => None,
        }
    }

    /// The name, when the dimension is one name and nothing else.
    pub fn as_symbol(&self) -> Option<&str> {
        let (monomial, 1) = self.as_single_term()? else {
            return None;
        };
        match monomial.iter().next() {
            Some((name, 1)) if monomial.len() == 1 => Some(name),
            _ => None,
        }
    }

    /// Monomial and coefficient, when there is exactly one term.
    pub fn as_single_term(&self) -> Option<(&Monomial, i64)> {
        let mut terms = self.terms();
        let first = terms.next()?;
        terms.next().is_none().then_some(first)
    }

    /// Every term: its monomial and its coefficient, which is not zero.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, i64)> {
        self.terms
            .iter()
            .map(|(monomial, coefficient)| (monomial, *coefficient))
    }

    /// Every term as a dimension of its own.
    pub fn single_terms(&self) -> Vec<Dimension> {
        let single = |(monomial, coefficient): (&Monomial, i64)| Dimension {
            terms: Arc::new(BTreeMap::from([(monomial.clone(), coefficient)])),
        };
        self.terms().map(single).collect()
    }

    /// The names in it, each once.
    pub fn symbols(&self) -> std::collections::BTreeSet<&str> {
        self.terms
            .keys()
            .flat_map(|monomial| monomial.keys().map(String::as_str))
            .collect()
    }

    /// The size when every name has one; nothing when a name has none or the size does not fit.
    pub fn evaluate(&self, size_of: impl Fn(&str) -> Option<i64>) -> Option<i64> {
        self.terms().try_fold(0i64, |sum, (monomial, coefficient)| {
            let product = monomial
                .iter()
                .try_fold(coefficient, |product, (name, exponent)| {
                    product.checked_mul(size_of(name)?.checked_pow(*exponent)?)
                })?;
            sum.checked_add(product)
        })
    }

    /// The dimension with names replaced; a name for which nothing is given stays.
    ///
    /// Nothing when a coefficient does not fit.
    pub fn substitute(&self, dimension_of: impl Fn(&str) -> Option<Dimension>) -> Option<Dimension> {
        let mut sum = Dimension::default();
        for (monomial, coefficient) in self.terms() {
            let mut product = Dimension::constant(coefficient);
            for (name, exponent) in monomial {
                let factor = dimension_of(name).unwrap_or_else(|| Dimension::symbol(name));
                for _ in 0..*exponent {
                    product = product.checked_mul(&factor)?;
                }
            }
            sum = sum.checked_add(&product)?;
        }
        Some(sum)
    }
}
