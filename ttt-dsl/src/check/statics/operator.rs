//! The operators of static expressions.

use super::evaluator::{kind_name, whole, wider};
use super::formula::Order;
use super::term::Factor;
use super::{Choice, Division, Evaluator, Formula, Real, Sign, Term, Typed};
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::spec::{BinaryOp, Expr, ExprKind, Kind};

impl Evaluator<'_> {
    pub(super) fn binary(&mut self, op: BinaryOp, lhs: &Expr, rhs: &Expr, place: Place) -> Option<Typed> {
        match op {
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply => self.arithmetic(op, lhs, rhs, place),
            BinaryOp::Divide => self.divide(lhs, rhs, place),
            BinaryOp::Remainder => self.remainder(lhs, rhs, place),
            BinaryOp::And => {
                let left = self.condition(lhs);
                let right = self.condition(rhs);
                Some(Typed::truth(Formula::all([left?, right?])))
            }
            BinaryOp::Or => {
                let left = self.condition(lhs);
                let right = self.condition(rhs);
                Some(Typed::truth(Formula::any([left?, right?])))
            }
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => self.compare(op, lhs, rhs, place),
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, lhs: &Expr, rhs: &Expr, place: Place) -> Option<Typed> {
        let (left, right) = self.numbers(lhs, rhs)?;
        let (Term::Whole(a), Term::Whole(b)) = (&left.term, &right.term) else {
            return self.real_arithmetic(op, &left, &right);
        };
        let value = match op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Subtract => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        let value = self.fits(value, place)?;
        Some(whole(self.facts.normalise(&value), wider_of(&left, &right)))
    }

    fn real_arithmetic(&mut self, op: BinaryOp, left: &Typed, right: &Typed) -> Option<Typed> {
        let (left, right) = (left.as_real()?, right.as_real()?);
        if let (Real::Known(a), Real::Known(b)) = (&left, &right) {
            return Some(Typed::real(Real::Known(match op {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a * b,
                _ => a / b,
            })));
        }
        let sign = match op {
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            _ => "/",
        };
        Some(Typed::real(Real::Symbolic(format!("({left} {sign} {right})"))))
    }

    fn divide(&mut self, lhs: &Expr, rhs: &Expr, place: Place) -> Option<Typed> {
        let (left, right) = self.numbers(lhs, rhs)?;
        let (Term::Whole(a), Term::Whole(b)) = (&left.term, &right.term) else {
            return self.real_arithmetic(BinaryOp::Divide, &left, &right);
        };
        if b.as_constant() == Some(0) {
            return self.by_zero(rhs.place);
        }
        let kind = wider_of(&left, &right);
        let unlicensed = self.division == Division::Numeric;
        if let Some(quotient) = self.facts.divide(a, b, unlicensed) {
            return Some(whole(quotient, kind));
        }
        if !self.facts.are_complete() && (a.as_constant().is_none() || b.as_constant().is_none()) {
            return None;
        }
        let (left, right) = (Factor(a).to_string(), Factor(b).to_string());
        let diagnostic = self.report.error(
            codes::DIVISION,
            place,
            format!("`{left}` is not known to be a multiple of `{right}`"),
        );
        diagnostic.help(match (a.as_constant(), b.as_constant()) {
            (Some(_), Some(_)) => {
                "`/` on whole numbers is exact; with a point, as in `1.0 / 3.0`, it divides Floats".to_owned()
            }
            _ => format!("say `require {left} % {right} == 0;`"),
        });
        // One missing `require` is one mistake, however many divisions and calls need it.
        let licence = Formula::divides(b.clone(), a.clone());
        self.facts.assume(&licence);
        None
    }

    fn remainder(&mut self, lhs: &Expr, rhs: &Expr, place: Place) -> Option<Typed> {
        let (dividend, divisor) = self.whole_numbers(lhs, rhs)?;
        if divisor.as_constant() == Some(0) {
            return self.by_zero(rhs.place);
        }
        if let (Some(a), Some(b)) = (dividend.as_constant(), divisor.as_constant()) {
            let remainder = a.checked_rem(b);
            return Some(whole(
                Dimension::constant(self.fits(remainder, place)?),
                Kind::Int,
            ));
        }
        if self
            .facts
            .proves(&Formula::divides(divisor.clone(), dividend.clone()))
        {
            return Some(whole(Dimension::default(), Kind::Int));
        }
        let text = format!("{} % {}", Factor(&dividend), Factor(&divisor));
        Some(self.atom(format!("({text})"), Kind::Int, Sign::NonNegative))
    }

    pub(super) fn by_zero(&mut self, place: Place) -> Option<Typed> {
        self.report
            .error(codes::DIVISION, place, "expected a number above 0 to divide by")
            .help("nothing is a multiple of 0");
        None
    }

    fn compare(&mut self, op: BinaryOp, lhs: &Expr, rhs: &Expr, place: Place) -> Option<Typed> {
        if let Some(formula) = self.divisibility(op, lhs, rhs) {
            return formula.map(Typed::truth);
        }
        let (left, right) = self.comparable(lhs, rhs)?;
        let formula = match (&left.term, &right.term) {
            (Term::Whole(a), Term::Whole(b)) => {
                let formula = compare_whole(op, a, b);
                self.fits(formula, place)?
            }
            (Term::Choice(a), Term::Choice(b)) if is_equality(op) && left.kind == right.kind => {
                equality(op, compare_choices(a, b))?
            }
            (Term::Truth(a), Term::Truth(b)) if is_equality(op) => {
                let formula = equality(op, same_truth(a, b)?)?;
                self.small(formula, place)?
            }
            _ => match (left.as_real(), right.as_real()) {
                (Some(a), Some(b)) => compare_real(op, &a, &b),
                _ => return self.not_comparable(&left, &right, place),
            },
        };
        Some(Typed::truth(formula))
    }

    /// `a % b == 0` and `a % b != 0`; the outer nothing for any other comparison.
    fn divisibility(&mut self, op: BinaryOp, lhs: &Expr, rhs: &Expr) -> Option<Option<Formula>> {
        let ExprKind::Binary {
            op: BinaryOp::Remainder,
            lhs: dividend,
            rhs: divisor,
        } = &lhs.kind
        else {
            return None;
        };
        if !is_equality(op) || rhs.kind != ExprKind::Int(0) {
            return None;
        }
        let numbers = self.whole_numbers(dividend, divisor);
        let formula = numbers.map(|(dividend, divisor)| Formula::divides(divisor, dividend));
        Some(formula.and_then(|formula| equality(op, formula)))
    }

    /// Both sides; a variant on one side belongs to the enumeration of the other.
    fn comparable(&mut self, lhs: &Expr, rhs: &Expr) -> Option<(Typed, Typed)> {
        match (self.known_kind(lhs), self.known_kind(rhs)) {
            (None, Some(kind)) => {
                let left = self.any(lhs, Some(&kind));
                Some((left?, self.any(rhs, None)?))
            }
            _ => {
                let left = self.any(lhs, None);
                let kind = left.as_ref().map(|left| left.kind.clone());
                let right = match (&left, &rhs.kind) {
                    (None, ExprKind::Name(_)) => return None,
                    _ => self.any(rhs, kind.as_ref()),
                };
                Some((left?, right?))
            }
        }
    }

    fn known_kind(&self, expr: &Expr) -> Option<Kind> {
        match &expr.kind {
            ExprKind::Name(name) => Some(self.names.value(name.as_str())?.kind.clone()),
            _ => None,
        }
    }

    fn numbers(&mut self, lhs: &Expr, rhs: &Expr) -> Option<(Typed, Typed)> {
        let left = self.number(lhs);
        let right = self.number(rhs);
        Some((left?, right?))
    }

    pub(super) fn number(&mut self, expr: &Expr) -> Option<Typed> {
        let value = self.any(expr, None)?;
        match value.term {
            Term::Whole(_) | Term::Real(_) => Some(value),
            Term::Truth(_) | Term::Choice(_) => {
                let known = self.report.diagnostics.len();
                self.not_a_number(&value, expr.place);
                self.blame(expr, &value.kind, known);
                None
            }
        }
    }

    fn whole_numbers(&mut self, lhs: &Expr, rhs: &Expr) -> Option<(Dimension, Dimension)> {
        let left = self.value(lhs, &Kind::Int);
        let right = self.value(rhs, &Kind::Int);
        Some((left?.dimension()?.clone(), right?.dimension()?.clone()))
    }

    fn not_comparable(&mut self, left: &Typed, right: &Typed, place: Place) -> Option<Typed> {
        let message = format!(
            "{} and {} cannot be compared so",
            kind_name(&left.kind),
            kind_name(&right.kind)
        );
        self.report
            .error(codes::KIND, place, message)
            .help("numbers are compared with numbers; variants and Bools only by `==` and `!=`");
        None
    }

    pub(super) fn sign_of(&self, dimension: &Dimension) -> Sign {
        let positive = dimension.checked_sub(&Dimension::constant(1));
        if positive.is_some_and(|above| self.facts.is_non_negative(&above)) {
            Sign::Positive
        } else if self.facts.is_non_negative(dimension) {
            Sign::NonNegative
        } else {
            Sign::Unknown
        }
    }

    /// A whole number that no polynomial can say.
    pub(super) fn atom(&mut self, text: String, kind: Kind, sign: Sign) -> Typed {
        if sign != Sign::Positive {
            self.facts.declare(&text, sign);
        }
        Typed::whole(kind, Dimension::symbol(text))
    }
}

impl Sign {
    pub(super) fn weaker(self, other: Sign) -> Sign {
        match (self, other) {
            (Sign::Unknown, _) | (_, Sign::Unknown) => Sign::Unknown,
            (Sign::Positive, Sign::Positive) => Sign::Positive,
            _ => Sign::NonNegative,
        }
    }
}

fn wider_of(left: &Typed, right: &Typed) -> Kind {
    wider(&left.kind, &right.kind)
}

fn is_equality(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Equal | BinaryOp::NotEqual)
}

/// A formula that says "equal", or its opposite for `!=`.
fn equality(op: BinaryOp, equal: Formula) -> Option<Formula> {
    match op {
        BinaryOp::NotEqual => equal.negate(),
        _ => Some(equal),
    }
}

fn compare_whole(op: BinaryOp, a: &Dimension, b: &Dimension) -> Option<Formula> {
    let one = Dimension::constant(1);
    Some(match op {
        BinaryOp::Less => Formula::non_negative(b.checked_sub(a)?.checked_sub(&one)?),
        BinaryOp::LessEqual => Formula::non_negative(b.checked_sub(a)?),
        BinaryOp::Greater => Formula::non_negative(a.checked_sub(b)?.checked_sub(&one)?),
        BinaryOp::GreaterEqual => Formula::non_negative(a.checked_sub(b)?),
        _ => equality(op, Formula::zero(a.checked_sub(b)?))?,
    })
}

fn compare_choices(a: &Choice, b: &Choice) -> Formula {
    match (a, b) {
        (Choice::Known(a), Choice::Known(b)) => Formula::Known(a == b),
        (Choice::Symbolic(name), Choice::Known(variant))
        | (Choice::Known(variant), Choice::Symbolic(name)) => Formula::Is(name.clone(), variant.clone()),
        (Choice::Symbolic(a), Choice::Symbolic(b)) if a == b => Formula::Known(true),
        (Choice::Symbolic(a), Choice::Symbolic(b)) => opaque(a.clone(), Order::Equal, b.clone()),
    }
}

fn same_truth(a: &Formula, b: &Formula) -> Option<Formula> {
    let both = Formula::all([a.clone(), b.clone()]);
    let neither = Formula::all([a.clone().negate()?, b.clone().negate()?]);
    Some(Formula::any([both, neither]))
}

fn compare_real(op: BinaryOp, a: &Real, b: &Real) -> Formula {
    if let (Real::Known(a), Real::Known(b)) = (a, b) {
        return Formula::Known(match op {
            BinaryOp::Less => a < b,
            BinaryOp::LessEqual => a <= b,
            BinaryOp::Greater => a > b,
            BinaryOp::GreaterEqual => a >= b,
            BinaryOp::NotEqual => a != b,
            _ => a == b,
        });
    }
    let (left, right) = (a.to_string(), b.to_string());
    match op {
        BinaryOp::Less => opaque(left, Order::Less, right),
        BinaryOp::LessEqual => opaque(left, Order::LessEqual, right),
        BinaryOp::Greater => opaque(right, Order::Less, left),
        BinaryOp::GreaterEqual => opaque(right, Order::LessEqual, left),
        BinaryOp::NotEqual => opaque(left, Order::NotEqual, right),
        _ => opaque(left, Order::Equal, right),
    }
}

fn opaque(left: String, order: Order, right: String) -> Formula {
    let symmetric = matches!(order, Order::Equal | Order::NotEqual);
    let (left, right) = match symmetric && right < left {
        true => (right, left),
        false => (left, right),
    };
    Formula::Real { left, order, right }
}
