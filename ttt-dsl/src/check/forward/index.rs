//! `x[:, 0]`, `x[.., a:b]`

use super::ForwardChecker;
use super::shape::shape_text;
use crate::diagnostic::codes;
use crate::dim::Dimension;
use crate::place::Place;
use crate::program::{SliceItem, Value, ValueKind, ValueType};
use crate::spec::{Expr, IndexItem, Kind};

impl ForwardChecker<'_, '_> {
    pub(super) fn index(&mut self, base: &Expr, items: &[IndexItem], place: Place) -> Option<Value> {
        let base = self.value(base)?;
        let known = self.reported();
        let value = self.indexed(&base, items, place);
        self.explain(known, &[&base]);
        value
    }

    fn indexed(&mut self, base: &Value, items: &[IndexItem], place: Place) -> Option<Value> {
        let (element, shape) = self.tensor(base)?;
        let items = self.one_item_per_dimension(items, &shape, place)?;
        let mut slices = Vec::new();
        let mut sizes = Vec::new();
        for (item, size) in items.into_iter().zip(&shape) {
            let (slice, left) = self.slice(item, size)?;
            slices.push(slice);
            sizes.extend(left);
        }
        Some(Value {
            kind: ValueKind::Slice {
                base: Box::new(base.clone()),
                items: slices,
            },
            ty: ValueType::Tensor {
                element,
                shape: sizes,
            },
            place,
        })
    }

    /// `..` and what is left out at the end become whole dimensions, which are nothing here.
    fn one_item_per_dimension<'i>(
        &mut self,
        items: &'i [IndexItem],
        shape: &[Dimension],
        place: Place,
    ) -> Option<Vec<Option<&'i IndexItem>>> {
        let rests = items.iter().filter(|item| **item == IndexItem::Rest).count();
        let written = items.len() - rests;
        if rests > 1 || written > shape.len() {
            let message = match rests {
                0 | 1 => format!("{written} indices for {}", shape_text(shape)),
                _ => "`..` stands more than once".to_owned(),
            };
            self.error(codes::INDEX, place, message).help(
                "one index per dimension, from the left; `..` stands for as many whole ones as are left",
            );
            return None;
        }
        let left = shape.len() - written;
        let mut spread = Vec::new();
        for item in items {
            match item {
                IndexItem::Rest => spread.extend(std::iter::repeat_n(None, left)),
                item => spread.push(Some(item)),
            }
        }
        spread.resize(shape.len(), None);
        Some(spread)
    }

    /// The checked item, and the dimension's size when it stays.
    fn slice(
        &mut self,
        item: Option<&IndexItem>,
        size: &Dimension,
    ) -> Option<(SliceItem, Option<Dimension>)> {
        match item {
            None | Some(IndexItem::Rest) => Some((SliceItem::Whole, Some(size.clone()))),
            Some(IndexItem::Range {
                start: None,
                end: None,
            }) => Some((SliceItem::Whole, Some(size.clone()))),
            Some(IndexItem::At(index)) => {
                let position = self.position(index, size)?;
                let one = Dimension::constant(1);
                self.within(&position, &size.checked_sub(&one)?, size, index)?;
                Some((SliceItem::At(index.clone()), None))
            }
            Some(IndexItem::Range { start, end }) => {
                let first = match start {
                    Some(start) => self.position(start, size)?,
                    None => Dimension::default(),
                };
                let last = match end {
                    Some(end) => self.position(end, size)?,
                    None => size.clone(),
                };
                if let Some(end) = end {
                    self.within(&last, size, size, end)?;
                }
                let place = start
                    .as_ref()
                    .or(end.as_ref())
                    .map(|bound| bound.place)
                    .unwrap_or_default();
                let length = self.fits(last.checked_sub(&first), place)?;
                let length = self.facts.normalise(&length);
                if length
                    .checked_neg()
                    .is_some_and(|negative| self.facts.is_non_negative(&negative))
                {
                    let message = format!("the range from {first} to {last} is empty");
                    self.error(codes::INDEX, place, message)
                        .help("a range runs from its first index to one past its last");
                    return None;
                }
                let slice = SliceItem::Range {
                    start: start.clone(),
                    end: end.clone(),
                };
                Some((slice, Some(length)))
            }
        }
    }

    /// An index counted from the start.
    fn position(&mut self, index: &Expr, size: &Dimension) -> Option<Dimension> {
        let position = self.evaluator().value(index, &Kind::Int)?.dimension()?.clone();
        let below_zero = position
            .checked_neg()
            .and_then(|negative| negative.checked_sub(&Dimension::constant(1)))
            .is_some_and(|above| self.facts.is_non_negative(&above));
        match below_zero {
            true => self.fits(size.checked_add(&position), index.place),
            false => Some(position),
        }
    }

    /// Refuses an index that is known to be outside `0..=last`; what depends on the call is checked by the call.
    fn within(
        &mut self,
        position: &Dimension,
        last: &Dimension,
        size: &Dimension,
        index: &Expr,
    ) -> Option<()> {
        let one = Dimension::constant(1);
        let known_negative = |number: Option<Dimension>| {
            number
                .as_ref()
                .and_then(Dimension::as_constant)
                .is_some_and(|number| number < 0)
        };
        let beyond = position
            .checked_sub(last)
            .and_then(|over| over.checked_sub(&one))
            .is_some_and(|over| self.facts.is_non_negative(&self.facts.normalise(&over)));
        if !beyond && !known_negative(Some(position.clone())) {
            return Some(());
        }
        let message = format!("index {position} is outside of a dimension of {size}");
        self.error(codes::INDEX, index.place, message);
        None
    }
}
