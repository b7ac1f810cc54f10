//! What is known to hold, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Formula, Sign};
use crate::dim::{Dimension, Rewrites};

/// Everything a body may rely on: its `require`s, the conditions around the place, and what divisions they license.
///
/// Every part of a body continues the facts around it, most without a fact of its own: so they are shared until one is added.
#[derive(Clone, Debug, Default)]
pub(in crate::check) struct Facts {
    rewrites: Rc<Rewrites>,
    known: Rc<BTreeSet<Formula>>,
    /// Names of which less is known than that they are positive.
    signs: Rc<BTreeMap<String, Sign>>,
    /// Whether a condition could not be read.
    incomplete: bool,
}

/// What the facts say about a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Proof {
    Proven,
    Refuted,
    Unknown,
}

/// How many facts a proof of divisibility may chain.
const CHAIN_LIMIT: usize = 4;

impl Facts {
    /// Says that a name may be zero or negative; others are positive.
    pub(in crate::check) fn declare(&mut self, name: &str, sign: Sign) {
        Rc::make_mut(&mut self.signs).insert(name.to_owned(), sign);
    }

    /// Says that conditions may be missing, so that nothing is known not to follow.
    pub(in crate::check) fn may_lack_conditions(&mut self) {
        self.incomplete = true;
    }

    pub(in crate::check) fn are_complete(&self) -> bool {
        !self.incomplete
    }

    /// Takes a condition for true.
    pub(in crate::check) fn assume(&mut self, formula: &Formula) {
        match self.normalise_formula(formula) {
            Formula::All(set) => set.iter().for_each(|formula| self.assume(formula)),
            Formula::Zero(dimension) => self.assume_equality(&dimension),
            other => self.know(other),
        }
    }

    fn know(&mut self, formula: Formula) {
        if !self.known.contains(&formula) {
            Rc::make_mut(&mut self.known).insert(formula);
        }
    }

    /// The rewrites that `inner`, a continuation of these facts, has found: atoms keep their meaning outside.
    pub(in crate::check) fn keep_rewrites_of(&mut self, inner: Facts) {
        self.rewrites = inner.rewrites;
        self.signs = inner.signs;
    }

    pub(in crate::check) fn normalise(&self, dimension: &Dimension) -> Dimension {
        match self.rewrites.is_empty() {
            true => dimension.clone(),
            false => self.rewrites.normalise(dimension),
        }
    }

    pub(in crate::check) fn equal(&self, a: &Dimension, b: &Dimension) -> bool {
        a == b || self.normalise(a) == self.normalise(b)
    }

    /// `dividend / divisor` as a polynomial, or as an atom when it is known to be whole.
    pub(in crate::check) fn divide(
        &mut self,
        dividend: &Dimension,
        divisor: &Dimension,
        licensed: bool,
    ) -> Option<Dimension> {
        let (dividend, divisor) = (self.normalise(dividend), self.normalise(divisor));
        let quotient = dividend.checked_div(&divisor);
        if let Some(quotient) = quotient.or_else(|| self.rewrites.quotient(&dividend, &divisor)) {
            return Some(quotient);
        }
        let known_size = dividend.as_constant().is_some() && divisor.as_constant().is_some();
        let whole = licensed || self.divisible(&dividend, &divisor, CHAIN_LIMIT);
        if known_size || divisor.as_constant() == Some(0) || !whole {
            return None;
        }
        let atom = format!(
            "{}/{}",
            super::term::Factor(&dividend),
            super::term::Factor(&divisor)
        );
        Rc::make_mut(&mut self.rewrites).add_quotient(&atom, &dividend, &divisor);
        Some(self.normalise(&Dimension::symbol(atom)))
    }

    pub(in crate::check) fn prove(&self, formula: &Formula) -> Proof {
        let formula = self.normalise_formula(formula);
        if self.known.contains(&formula) {
            return Proof::Proven;
        }
        if let Some(opposite) = formula.clone().negate()
            && self.known.contains(&opposite)
        {
            return Proof::Refuted;
        }
        match &formula {
            Formula::Known(true) => Proof::Proven,
            Formula::Known(false) => Proof::Refuted,
            Formula::All(set) => self.prove_all(set),
            Formula::Any(set) => self.prove_any(set),
            Formula::Zero(dimension) => self.prove_zero(dimension),
            Formula::NonZero(dimension) => self.prove_zero(dimension).opposite(),
            Formula::NonNegative(dimension) => self.prove_non_negative(dimension),
            Formula::Divides { divisor, dividend } => self.prove_divides(dividend, divisor),
            Formula::DividesNot { divisor, dividend } => self.prove_divides(dividend, divisor).opposite(),
            Formula::Is(left, right) => self.prove_is(left, right),
            Formula::IsNot(left, right) => self.prove_is(left, right).opposite(),
            Formula::Holds(_) | Formula::Fails(_) | Formula::Real { .. } => Proof::Unknown,
        }
    }

    pub(in crate::check) fn proves(&self, formula: &Formula) -> bool {
        self.prove(formula) == Proof::Proven
    }

    fn normalise_formula(&self, formula: &Formula) -> Formula {
        formula.map_dimensions(&|dimension| self.normalise(dimension))
    }

    /// Solves `dimension == 0` for a name that occurs once, else for a product, and uses it from left to right.
    fn assume_equality(&mut self, dimension: &Dimension) {
        let solved = solve_for_name(dimension).or_else(|| solve_for_product(dimension));
        if let Some((left, right)) = solved {
            Rc::make_mut(&mut self.rewrites).add_equality(&left, &right);
            let known = std::mem::take(&mut self.known);
            known.iter().for_each(|formula| self.assume(formula));
        }
        self.know(Formula::Zero(dimension.clone()));
    }

    fn prove_all(&self, set: &BTreeSet<Formula>) -> Proof {
        let proofs: Vec<Proof> = set.iter().map(|formula| self.prove(formula)).collect();
        if proofs.contains(&Proof::Refuted) {
            Proof::Refuted
        } else if proofs.contains(&Proof::Unknown) {
            Proof::Unknown
        } else {
            Proof::Proven
        }
    }

    fn prove_any(&self, set: &BTreeSet<Formula>) -> Proof {
        let weaker_than_known = self.known.iter().any(|known| match known {
            Formula::Any(alternatives) => alternatives
                .iter()
                .all(|alternative| self.implies_one_of(alternative, set)),
            _ => false,
        });
        let proofs: Vec<Proof> = set.iter().map(|formula| self.prove(formula)).collect();
        if weaker_than_known || proofs.contains(&Proof::Proven) {
            Proof::Proven
        } else if proofs.contains(&Proof::Unknown) {
            Proof::Unknown
        } else {
            Proof::Refuted
        }
    }

    fn implies_one_of(&self, alternative: &Formula, set: &BTreeSet<Formula>) -> bool {
        set.contains(alternative) || self.prove(alternative) == Proof::Refuted
    }

    fn prove_zero(&self, dimension: &Dimension) -> Proof {
        if dimension.as_constant() == Some(0) {
            return Proof::Proven;
        }
        let one = Dimension::constant(1);
        let above = dimension.checked_sub(&one);
        let below = dimension
            .checked_neg()
            .and_then(|negative| negative.checked_sub(&one));
        match [above, below]
            .iter()
            .flatten()
            .any(|rest| self.is_non_negative(rest))
        {
            true => Proof::Refuted,
            false => Proof::Unknown,
        }
    }

    fn prove_non_negative(&self, dimension: &Dimension) -> Proof {
        let follows = |dimension: &Dimension| {
            self.is_non_negative(dimension)
                || self.known.iter().any(|known| match known {
                    Formula::NonNegative(less) => dimension
                        .checked_sub(less)
                        .is_some_and(|rest| self.is_non_negative(&rest)),
                    _ => false,
                })
        };
        let below = dimension
            .checked_neg()
            .and_then(|negative| negative.checked_sub(&Dimension::constant(1)));
        if follows(dimension) {
            Proof::Proven
        } else if below.is_some_and(|below| follows(&below)) {
            Proof::Refuted
        } else {
            Proof::Unknown
        }
    }

    /// Whether the signs of the names alone say that a dimension is at least 0: written over what the positive names
    /// have above 1, no term is negative.
    pub(in crate::check) fn is_non_negative(&self, dimension: &Dimension) -> bool {
        let any_sign = |name: &str| self.signs.get(name) == Some(&Sign::Unknown);
        let shifted = dimension.substitute(|name| match self.signs.get(name) {
            None | Some(Sign::Positive) => Dimension::symbol(name).checked_add(&Dimension::constant(1)),
            Some(_) => None,
        });
        shifted.is_some_and(|shifted| {
            shifted.terms().all(|(monomial, coefficient)| {
                coefficient >= 0
                    && monomial
                        .iter()
                        .all(|(name, exponent)| exponent % 2 == 0 || !any_sign(name))
            })
        })
    }

    fn prove_divides(&self, dividend: &Dimension, divisor: &Dimension) -> Proof {
        match self.divisible(dividend, divisor, CHAIN_LIMIT) {
            true => Proof::Proven,
            false => Proof::Unknown,
        }
    }

    /// Whether the dividend is a multiple: as a polynomial, term by term, or through a known multiple that divides it.
    fn divisible(&self, dividend: &Dimension, divisor: &Dimension, chain: usize) -> bool {
        if dividend.checked_div(divisor).is_some() {
            return true;
        }
        if chain == 0 {
            return false;
        }
        if dividend.as_single_term().is_none() && self.each_term_divisible(dividend, divisor, chain) {
            return true;
        }
        self.known.iter().any(|known| {
            let Formula::Divides {
                divisor: smaller,
                dividend: multiple,
            } = known
            else {
                return false;
            };
            let through = dividend
                .checked_div(multiple)
                .and_then(|factor| factor.checked_mul(smaller));
            through.is_some_and(|through| self.divisible(&through, divisor, chain - 1))
        })
    }

    fn each_term_divisible(&self, dividend: &Dimension, divisor: &Dimension, chain: usize) -> bool {
        dividend
            .single_terms()
            .iter()
            .all(|term| self.divisible(term, divisor, chain - 1))
    }

    fn prove_is(&self, left: &str, right: &str) -> Proof {
        let other_value = self.known.iter().any(|known| match known {
            Formula::Is(name, variant) => name == left && variant != right,
            _ => false,
        });
        match other_value {
            true => Proof::Refuted,
            false => Proof::Unknown,
        }
    }
}

impl Proof {
    fn opposite(self) -> Proof {
        match self {
            Proof::Proven => Proof::Refuted,
            Proof::Refuted => Proof::Proven,
            Proof::Unknown => Proof::Unknown,
        }
    }
}

/// `name → rest` for a name with coefficient 1 or -1 that occurs in no other term.
fn solve_for_name(dimension: &Dimension) -> Option<(Dimension, Dimension)> {
    dimension.single_terms().iter().rev().find_map(|term| {
        let rest = dimension.checked_sub(term)?;
        let negative = term.checked_neg()?;
        let (name, value) = match (term.as_symbol(), negative.as_symbol()) {
            (Some(name), _) => (name, rest.checked_neg()?),
            (_, Some(name)) => (name, rest.clone()),
            _ => return None,
        };
        (!rest.symbols().contains(name)).then(|| (Dimension::symbol(name), value))
    })
}

/// `product → rest` for a term with coefficient 1 or -1.
fn solve_for_product(dimension: &Dimension) -> Option<(Dimension, Dimension)> {
    dimension.single_terms().iter().rev().find_map(|term| {
        let rest = dimension.checked_sub(term)?;
        match term.as_single_term()? {
            (monomial, 1) if !monomial.is_empty() => Some((term.clone(), rest.checked_neg()?)),
            (monomial, -1) if !monomial.is_empty() => Some((term.checked_neg()?, rest)),
            _ => None,
        }
    })
}
