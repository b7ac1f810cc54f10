//! Evaluation of static expressions.

use super::{Choice, Facts, Formula, Names, Real, Term, Typed};
use crate::check::library::Library;
use crate::diagnostic::{Report, codes};
use crate::dim::Dimension;
use crate::place::Place;
use crate::spec::{Expr, ExprKind, Kind, Name, UnaryOp};

/// How many conditions one may join.
const FORMULA_LIMIT: usize = 256;

/// What `/` asks of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Division {
    /// The division must be known to be exact.
    Licensed,
    /// It is checked when the numbers are known.
    Numeric,
}

/// Evaluates expressions over some names. Nothing is the value of what is already reported as wrong.
pub(in crate::check) struct Evaluator<'a> {
    pub(in crate::check) names: &'a Names,
    pub(in crate::check) library: &'a Library<'a>,
    pub(in crate::check) facts: &'a mut Facts,
    pub(in crate::check) report: &'a mut Report,
    pub(in crate::check) division: Division,
    /// Whether mistakes are somebody else's to report.
    pub(in crate::check) quiet: bool,
}

impl Evaluator<'_> {
    /// The value, converted to a kind.
    pub(in crate::check) fn value(&mut self, expr: &Expr, kind: &Kind) -> Option<Typed> {
        let value = self.any(expr, Some(kind))?;
        match kind {
            // The kind is reported where it is declared.
            Kind::Enum(name) if self.library.enumeration(name.as_str()).is_none() => None,
            _ => {
                let known = self.report.diagnostics.len();
                let found = value.kind.clone();
                let converted = self.convert(value, kind, expr.place);
                if converted.is_none() {
                    self.blame(expr, &found, known);
                }
                converted
            }
        }
    }

    /// A name of the wrong kind may be declared wrongly, and then fits nowhere: it has no value afterwards.
    pub(super) fn blame(&mut self, expr: &Expr, found: &Kind, known: usize) {
        if self.quiet {
            return;
        }
        expr.visit_names(&mut |name| {
            let place = self.names.place_of(name.as_str());
            let guilty = self
                .names
                .value(name.as_str())
                .is_some_and(|value| value.kind == *found);
            if !guilty || place.is_nowhere() {
                return;
            }
            self.names.distrust(name.as_str());
            for diagnostic in &mut self.report.diagnostics[known..] {
                diagnostic.related(place, format!("`{name}` is declared here"));
            }
        });
    }

    pub(in crate::check) fn condition(&mut self, expr: &Expr) -> Option<Formula> {
        self.value(expr, &Kind::Bool)?.formula().cloned()
    }

    /// A whole number that may stand in a shape.
    pub(in crate::check) fn dimension(&mut self, expr: &Expr) -> Option<Dimension> {
        self.value(expr, &Kind::Dim)?.dimension().cloned()
    }

    /// The value; `expected` tells which enumeration a variant belongs to.
    pub(in crate::check) fn any(&mut self, expr: &Expr, expected: Option<&Kind>) -> Option<Typed> {
        match &expr.kind {
            ExprKind::Int(number) => Some(literal(*number)),
            ExprKind::Float(number) => Some(Typed::real(Real::Known(*number))),
            ExprKind::Bool(truth) => Some(Typed::truth(Formula::Known(*truth))),
            ExprKind::Name(name) => self.name(name, expr.place, expected),
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr.place),
            ExprKind::Binary { op, lhs, rhs } => self.binary(*op, lhs, rhs, expr.place),
            ExprKind::Call { callee, args } => self.call(callee, args, expr.place),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.choose(condition, then, otherwise.as_deref(), expected, expr.place),
            ExprKind::Text(_)
            | ExprKind::Index { .. }
            | ExprKind::Field { .. }
            | ExprKind::Tuple(_)
            | ExprKind::List(_)
            | ExprKind::Block { .. } => {
                self.report
                    .error(codes::NOT_STATIC, expr.place, "this is not a static expression")
                    .help("a static expression is made of numbers, params, lets, variants and arithmetic");
                None
            }
        }
    }

    /// The value as one of this kind: a Dim is an Int and a Float where those are wanted, an Int is a Float.
    fn convert(&mut self, value: Typed, kind: &Kind, place: Place) -> Option<Typed> {
        if value.kind == *kind {
            return Some(value);
        }
        match (&value.kind, kind) {
            (Kind::Dim, Kind::Int) => Some(Typed {
                kind: Kind::Int,
                ..value
            }),
            (Kind::Dim | Kind::Int, Kind::Float) => value.as_real().map(Typed::real),
            (Kind::Int, Kind::Dim) if value.dimension().is_some_and(|size| size.as_constant().is_some()) => {
                self.report
                    .error(
                        codes::NOT_POSITIVE,
                        place,
                        format!("{} is not the size of a dimension", value.term),
                    )
                    .help("a `Dim` is at least 1; a param that may be 0 or negative is declared `: Int`");
                None
            }
            (found, _) => {
                let message = format!("expected {}, found {}", kind_name(kind), kind_name(found));
                let help = conversion_help(found, kind);
                self.report.error(codes::KIND, place, message).help(help);
                None
            }
        }
    }

    fn name(&mut self, name: &Name, place: Place, expected: Option<&Kind>) -> Option<Typed> {
        if name.is_missing() {
            self.facts.may_lack_conditions();
            return None;
        }
        if self.names.is_distrusted(name.as_str()) {
            return None;
        }
        if let Some(value) = self.names.get(name.as_str()) {
            return value.clone();
        }
        match expected {
            Some(Kind::Enum(enumeration)) => self.variant(name, place, enumeration),
            _ => {
                self.unknown_name(name, place);
                None
            }
        }
    }

    fn variant(&mut self, name: &Name, place: Place, enumeration: &Name) -> Option<Typed> {
        let declared = self.library.enumeration(enumeration.as_str())?;
        if declared
            .variants
            .iter()
            .any(|variant| variant.name.as_str() == name.as_str())
        {
            return Some(Typed {
                kind: Kind::Enum(enumeration.clone()),
                term: Term::Choice(Choice::Known(name.text.clone())),
            });
        }
        let lost = declared.variants.iter().any(|variant| variant.name.is_missing());
        let variant = format!("{enumeration}::{name}");
        if self.quiet || lost || !self.names.is_news(name.as_str()) || !self.library.is_news(&variant) {
            return None;
        }
        let variants = || declared.variants.iter().map(|variant| variant.name.as_str());
        let spelled = declared
            .variants
            .iter()
            .find(|variant| variant.spellings.iter().any(|spelling| spelling == name.as_str()));
        let list = variants().collect::<Vec<_>>().join(", ");
        let diagnostic = self.report.error(
            codes::UNKNOWN_VARIANT,
            place,
            format!("`{}` has no variant `{name}`", declared.name),
        );
        diagnostic.help(format!("its variants are {list}"));
        match spelled {
            Some(variant) => diagnostic.suggest(variant.name.as_str()),
            None => diagnostic.suggest_closest(name.as_str(), variants().chain(self.names.all())),
        };
        None
    }

    fn unknown_name(&mut self, name: &Name, place: Place) {
        if self.quiet || !self.names.is_news(name.as_str()) {
            return;
        }
        self.report
            .error(
                codes::UNKNOWN_NAME,
                place,
                format!("no param or let is named `{name}`"),
            )
            .suggest_or_list(name.as_str(), "names here", self.names.all());
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr, place: Place) -> Option<Typed> {
        match op {
            UnaryOp::Not => {
                let formula = self.condition(operand)?.negate();
                self.fits(formula, place).map(Typed::truth)
            }
            UnaryOp::Negate => {
                let value = self.any(operand, None)?;
                match &value.term {
                    Term::Whole(dimension) => {
                        let negative = dimension.checked_neg();
                        Some(whole(self.fits(negative, place)?, Kind::Int))
                    }
                    Term::Real(Real::Known(number)) => Some(Typed::real(Real::Known(-number))),
                    Term::Real(Real::Symbolic(text)) => {
                        Some(Typed::real(Real::Symbolic(format!("-({text})"))))
                    }
                    Term::Truth(_) | Term::Choice(_) => self.not_a_number(&value, operand.place),
                }
            }
        }
    }

    fn choose(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: Option<&Expr>,
        expected: Option<&Kind>,
        place: Place,
    ) -> Option<Typed> {
        let condition = self.condition(condition);
        let Some(otherwise) = otherwise else {
            self.report
                .error(codes::NOT_STATIC, place, "a static `if` needs an `else`")
                .help("a static expression always has a value");
            return None;
        };
        let opposite = condition.clone().and_then(Formula::negate);
        let (then_place, otherwise_place) = (then.place, otherwise.place);
        let then = self.under(condition.as_ref(), |evaluator| evaluator.any(then, expected));
        let otherwise = self.under(opposite.as_ref(), |evaluator| evaluator.any(otherwise, expected));
        let (condition, mut then, mut otherwise) = (condition?, then?, otherwise?);
        let kind = wider(&then.kind, &otherwise.kind);
        then = self.convert(then, &kind, then_place)?;
        otherwise = self.convert(otherwise, &kind, otherwise_place)?;
        match condition {
            Formula::Known(true) => Some(then),
            Formula::Known(false) => Some(otherwise),
            condition => self.conditional(condition, then, otherwise, place),
        }
    }

    /// The value of an `if` whose condition depends on params.
    fn conditional(
        &mut self,
        condition: Formula,
        then: Typed,
        otherwise: Typed,
        place: Place,
    ) -> Option<Typed> {
        if then.term == otherwise.term {
            return Some(then);
        }
        let text = format!("if {condition} {{ {} }} else {{ {} }}", then.term, otherwise.term);
        match (&then.term, &otherwise.term) {
            (Term::Truth(a), Term::Truth(b)) => {
                let opposite = condition.clone().negate()?;
                let then = Formula::all([condition, a.clone()]);
                let otherwise = Formula::all([opposite, b.clone()]);
                let formula = Formula::any([then, otherwise]);
                self.small(formula, place).map(Typed::truth)
            }
            (Term::Whole(a), Term::Whole(b)) => {
                let sign = self.sign_of(a).weaker(self.sign_of(b));
                Some(self.atom(text, then.kind.clone(), sign))
            }
            (Term::Real(_), _) => Some(Typed::real(Real::Symbolic(text))),
            _ => Some(Typed {
                kind: then.kind,
                term: Term::Choice(Choice::Symbolic(text)),
            }),
        }
    }

    /// Evaluates while a condition is taken for true.
    fn under<T>(&mut self, condition: Option<&Formula>, evaluate: impl FnOnce(&mut Evaluator<'_>) -> T) -> T {
        let mut inner = self.facts.clone();
        if let Some(condition) = condition {
            inner.assume(condition);
        }
        let value = evaluate(&mut Evaluator {
            names: self.names,
            library: self.library,
            facts: &mut inner,
            report: self.report,
            division: self.division,
            quiet: self.quiet,
        });
        self.facts.keep_rewrites_of(inner);
        value
    }

    /// A condition that can be reasoned about, or a report that it is none: comparing conditions doubles them.
    pub(super) fn small(&mut self, formula: Formula, place: Place) -> Option<Formula> {
        if formula.size() <= FORMULA_LIMIT {
            return Some(formula);
        }
        self.report
            .error(codes::TOO_DEEP, place, "this condition joins too many others")
            .help("compare params, not conditions");
        None
    }

    /// A number of the language's width, or a report that it is none.
    pub(super) fn fits<T>(&mut self, value: Option<T>, place: Place) -> Option<T> {
        if value.is_none() {
            self.report
                .error(codes::TOO_LARGE, place, "this number does not fit in 64 bits")
                .help("whole numbers lie between -2^63 and 2^63 - 1");
        }
        value
    }

    pub(super) fn not_a_number(&mut self, value: &Typed, place: Place) -> Option<Typed> {
        self.report
            .error(
                codes::KIND,
                place,
                format!("expected a number, found {}", kind_name(&value.kind)),
            )
            .help("arithmetic is for `Dim`, `Int` and `Float`");
        None
    }
}

/// A whole number; positive ones may stand in shapes.
fn literal(number: i64) -> Typed {
    let kind = if number > 0 { Kind::Dim } else { Kind::Int };
    Typed::whole(kind, Dimension::constant(number))
}

/// A computed whole number: of the given kind, except that a known positive one may always stand in shapes.
pub(super) fn whole(dimension: Dimension, kind: Kind) -> Typed {
    match dimension.as_constant() {
        Some(number) => literal(number),
        None => Typed::whole(kind, dimension),
    }
}

/// The kind that both convert to, when there is one; else the first.
pub(super) fn wider(a: &Kind, b: &Kind) -> Kind {
    match (a, b) {
        (Kind::Dim, Kind::Int) | (Kind::Dim | Kind::Int, Kind::Float) => b.clone(),
        _ => a.clone(),
    }
}

/// A kind as diagnostics say it.
pub(in crate::check) fn kind_name(kind: &Kind) -> String {
    match kind {
        Kind::Dim => "a `Dim`".to_owned(),
        Kind::Int => "an `Int`".to_owned(),
        Kind::Float => "a `Float`".to_owned(),
        Kind::Bool => "a `Bool`".to_owned(),
        Kind::Block => "a block".to_owned(),
        Kind::Enum(name) => match name.as_str().starts_with(['A', 'E', 'I', 'O', 'U']) {
            true => format!("an `{name}`"),
            false => format!("a `{name}`"),
        },
    }
}

fn conversion_help(found: &Kind, wanted: &Kind) -> &'static str {
    match (found, wanted) {
        (Kind::Int, Kind::Dim) => {
            "an `Int` may be negative, so it cannot stand where a size is needed; declare it as a `Dim`"
        }
        (Kind::Float, Kind::Dim | Kind::Int) => "a `Float` is never converted to a whole number",
        (_, Kind::Float) => "`Dim` and `Int` convert to `Float`, nothing else does",
        (_, Kind::Bool) => "a condition is a comparison or a `Bool`",
        _ => "",
    }
}
