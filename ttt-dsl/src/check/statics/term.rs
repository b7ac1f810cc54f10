//! What a static expression is worth.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use super::Formula;
use crate::diagnostic::closest;
use crate::dim::Dimension;
use crate::place::Place;
use crate::spec::{Kind, Name, Param};

/// A value and its kind.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) struct Typed {
    pub(in crate::check) kind: Kind,
    pub(in crate::check) term: Term,
}

/// A value in normal form.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) enum Term {
    /// A Dim or Int.
    Whole(Dimension),
    /// A Float.
    Real(Real),
    /// A Bool.
    Truth(Formula),
    /// A variant, or a param that holds one.
    Choice(Choice),
}

/// A Float.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) enum Real {
    Known(f64),
    /// The text of an expression over params.
    Symbolic(String),
}

/// A variant of an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::check) enum Choice {
    Known(String),
    /// The name of a param.
    Symbolic(String),
}

/// What is known of a whole number's sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Sign {
    Positive,
    NonNegative,
    Unknown,
}

/// The names that static expressions may use. A poisoned name, whose mistake is already reported, has no value.
#[derive(Clone, Debug, Default)]
pub(in crate::check) struct Names {
    /// Shared until one of the scopes that have them adds its own.
    entries: Rc<IndexMap<String, Option<Typed>>>,
    /// Whether a declaration could not be read.
    incomplete: bool,
    /// Unknown names that are reported, so that each is said once of a body.
    reported: Rc<RefCell<HashSet<String>>>,
    /// Params whose kind or default is reported as wrong, so that none of their uses is.
    distrusted: Rc<RefCell<HashSet<String>>>,
    /// Where the params stand.
    places: Rc<RefCell<HashMap<String, Place>>>,
}

impl Names {
    pub(in crate::check) fn insert(&mut self, name: &str, value: Option<Typed>) {
        Rc::make_mut(&mut self.entries).insert(name.to_owned(), value);
    }

    /// Says that declarations may be missing, so that no name is known to be unknown.
    pub(in crate::check) fn may_lack_names(&mut self) {
        self.incomplete = true;
    }

    /// Whether an unknown name is to be reported: it has not been, and no declaration was lost.
    pub(in crate::check) fn is_news(&self, name: &str) -> bool {
        !self.incomplete && self.reported.borrow_mut().insert(name.to_owned())
    }

    /// Says that a param's kind or default is reported as wrong.
    pub(in crate::check) fn distrust(&self, name: &str) {
        self.distrusted.borrow_mut().insert(name.to_owned());
    }

    /// Whether a param's kind or default is reported as wrong.
    pub(in crate::check) fn is_distrusted(&self, name: &str) -> bool {
        self.distrusted.borrow().contains(name)
    }

    /// Notes where a param stands.
    pub(in crate::check) fn stands_at(&self, name: &Name) {
        self.places.borrow_mut().insert(name.text.clone(), name.place);
    }

    /// Where a param stands.
    pub(in crate::check) fn place_of(&self, name: &str) -> Place {
        self.places.borrow().get(name).copied().unwrap_or_default()
    }

    /// The names that are reported as unknown.
    pub(in crate::check) fn reported(&self) -> Vec<String> {
        self.reported.borrow().iter().cloned().collect()
    }

    /// Whether a name is reported as unknown that is no misspelt one of these: a param of this name may be lost.
    pub(in crate::check) fn has_lost(&self, known: &[Param]) -> bool {
        let known = || known.iter().map(|param| param.name.as_str());
        let reported = self.reported.borrow();
        reported.iter().any(|name| closest(name, known()).is_none())
    }

    /// Whether this name is reported as unknown.
    pub(in crate::check) fn is_reported(&self, name: &str) -> bool {
        self.reported.borrow().contains(name)
    }

    /// No names, which report together with these.
    pub(in crate::check) fn emptied(&self) -> Names {
        Names {
            entries: Rc::default(),
            ..self.clone()
        }
    }

    pub(in crate::check) fn get(&self, name: &str) -> Option<&Option<Typed>> {
        self.entries.get(name)
    }

    pub(in crate::check) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    pub(in crate::check) fn all(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The value of a name that is there and not poisoned.
    pub(in crate::check) fn value(&self, name: &str) -> Option<&Typed> {
        self.entries.get(name)?.as_ref()
    }
}

impl Typed {
    pub(in crate::check) fn whole(kind: Kind, dimension: Dimension) -> Typed {
        Typed {
            kind,
            term: Term::Whole(dimension),
        }
    }

    pub(in crate::check) fn truth(formula: Formula) -> Typed {
        Typed {
            kind: Kind::Bool,
            term: Term::Truth(formula),
        }
    }

    pub(in crate::check) fn real(real: Real) -> Typed {
        Typed {
            kind: Kind::Float,
            term: Term::Real(real),
        }
    }

    /// A name of this kind that stands for itself.
    pub(in crate::check) fn symbol(name: &str, kind: &Kind) -> Option<Typed> {
        let term = match kind {
            Kind::Dim | Kind::Int => Term::Whole(Dimension::symbol(name)),
            Kind::Float => Term::Real(Real::Symbolic(name.to_owned())),
            Kind::Bool => Term::Truth(Formula::Holds(name.to_owned())),
            Kind::Enum(_) => Term::Choice(Choice::Symbolic(name.to_owned())),
            Kind::Block => return None,
        };
        Some(Typed {
            kind: kind.clone(),
            term,
        })
    }

    pub(in crate::check) fn dimension(&self) -> Option<&Dimension> {
        match &self.term {
            Term::Whole(dimension) => Some(dimension),
            _ => None,
        }
    }

    pub(in crate::check) fn formula(&self) -> Option<&Formula> {
        match &self.term {
            Term::Truth(formula) => Some(formula),
            _ => None,
        }
    }

    /// The value as a Float, for a number of any kind.
    pub(in crate::check) fn as_real(&self) -> Option<Real> {
        match &self.term {
            Term::Real(real) => Some(real.clone()),
            Term::Whole(dimension) => Some(match dimension.as_constant() {
                Some(number) => Real::Known(number as f64),
                None => Real::Symbolic(Factor(dimension).to_string()),
            }),
            Term::Truth(_) | Term::Choice(_) => None,
        }
    }
}

/// A dimension in parentheses when it has several terms.
pub(super) struct Factor<'a>(pub(super) &'a Dimension);

impl fmt::Display for Factor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_symbol().is_some() || self.0.as_constant().is_some_and(|size| size >= 0) {
            true => write!(f, "{}", self.0),
            false => write!(f, "({})", self.0),
        }
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Real::Known(number) => write!(f, "{number:?}"),
            Real::Symbolic(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Known(text) | Choice::Symbolic(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Whole(dimension) => dimension.fmt(f),
            Term::Real(real) => real.fmt(f),
            Term::Truth(formula) => formula.fmt(f),
            Term::Choice(choice) => choice.fmt(f),
        }
    }
}
