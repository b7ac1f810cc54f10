//! Where a piece of a schema was written.

use std::ops::Range;

use proc_macro2::Span;

/// An index into [`Places`]. Two schemas are equal wherever they were written, so places always compare equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place(u32);

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}

impl Eq for Place {}

impl std::hash::Hash for Place {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// What a [`Place`] stands for.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A token of a macro call.
    Token(Span),
    /// Bytes of the source text.
    Text(Range<usize>),
    /// Nowhere: made by the standard library or by a transform.
    Nowhere,
}

/// The side table that gives places their meaning. Place 0 is nowhere.
#[derive(Clone, Debug)]
pub struct Places {
    origins: Vec<Origin>,
}

impl Default for Places {
    fn default() -> Places {
        Places {
            origins: vec![Origin::Nowhere],
        }
    }
}

impl Places {
    /// Records an origin and gives it a place.
    pub fn add(&mut self, origin: Origin) -> Place {
        self.origins.push(origin);
        Place(self.origins.len() as u32 - 1)
    }

    /// The origin of a place; nowhere for a place of another table.
    pub fn origin(&self, place: Place) -> &Origin {
        self.origins.get(place.0 as usize).unwrap_or(&Origin::Nowhere)
    }

    /// The token's span, for a place in a macro call.
    pub fn span(&self, place: Place) -> Option<Span> {
        match self.origin(place) {
            Origin::Token(span) => Some(*span),
            _ => None,
        }
    }

    /// The byte range, for a place in a text.
    pub fn range(&self, place: Place) -> Option<Range<usize>> {
        match self.origin(place) {
            Origin::Text(range) => Some(range.clone()),
            _ => None,
        }
    }
}

impl Place {
    /// The place of what nobody wrote.
    pub const NOWHERE: Place = Place(0);

    /// The number that tells places apart, which comparison does not.
    pub(crate) fn index(self) -> u32 {
        self.0
    }

    /// Whether this place is [`Place::NOWHERE`].
    pub fn is_nowhere(self) -> bool {
        self.0 == 0
    }
}
