//! What a sequence of trees is cut into: items, statements, entries.

use super::spacing::is_choice;
use super::tree::{Tree, TreeKind};

/// What stands in a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scope {
    /// Items and the items of bodies: each ends in `;`, or in the braces that belong to its first word.
    Items,
    /// Statements and a result.
    Value,
    /// Entries, each but the last followed by a comma or, in `[Layer(); n]`, a semicolon.
    Entries,
    /// Entries of which several share a line.
    Packed,
    /// What stands in the brackets of an index.
    Index,
}

/// The words whose items end in braces, and what stands in those.
const BRACED: [(&str, Scope); 12] = [
    ("leaf", Scope::Items),
    ("block", Scope::Items),
    ("model", Scope::Items),
    ("head", Scope::Items),
    ("fn", Scope::Items),
    ("transform", Scope::Items),
    ("forward", Scope::Value),
    ("enum", Scope::Entries),
    ("params", Scope::Entries),
    ("preset", Scope::Packed),
    ("config", Scope::Entries),
    ("weights", Scope::Entries),
];

impl Scope {
    /// Cuts a sequence; every tree is in one segment.
    pub(super) fn segments<'s, 't>(self, trees: &'s [Tree<'t>]) -> Vec<&'s [Tree<'t>]> {
        let mut segments = Vec::new();
        let mut start = 0;
        for end in 1..=trees.len() {
            if end == trees.len() || self.ends(&trees[start..end], &trees[end..]) {
                segments.push(&trees[start..end]);
                start = end;
            }
        }
        segments
    }

    /// What stands in the braces at the end of a segment of this scope.
    pub(super) fn inside(self, segment: &[Tree]) -> Scope {
        match self {
            Scope::Items => braced(segment).unwrap_or(Scope::Value),
            _ => Scope::Value,
        }
    }

    fn ends(self, segment: &[Tree], rest: &[Tree]) -> bool {
        let Some(last) = segment.last() else {
            return false;
        };
        match self {
            Scope::Items => last.is_mark(";") || (last.is_curly() && braced(segment).is_some()),
            Scope::Value => last.is_mark(";"),
            Scope::Entries | Scope::Packed | Scope::Index => {
                last.is_mark(";") || (last.is_mark(",") && !goes_on(segment, rest))
            }
        }
    }
}

/// What stands in the braces of an item; nothing for an item that ends in a semicolon.
fn braced(segment: &[Tree]) -> Option<Scope> {
    let first = segment.first()?.word()?;
    if segment.get(1).is_some_and(|next| next.is_mark(":")) {
        return None;
    }
    BRACED
        .iter()
        .find(|(word, _)| *word == first)
        .map(|(_, scope)| *scope)
}

/// Whether an entry goes on after its comma: `ignore "a", "b"`, `keep a, b`, `expect "a" = 1, "why"`.
fn goes_on(segment: &[Tree], rest: &[Tree]) -> bool {
    let word = segment.first().and_then(Tree::word).unwrap_or_default();
    let begun =
        matches!(segment.get(1), Some(next) if !matches!(next.kind, TreeKind::Mark(_) | TreeKind::Group(..)));
    let label = rest.get(1).is_some_and(|next| next.is_mark(":"));
    let names = matches!(rest.first(), Some(next) if next.word().is_some())
        && matches!(
            rest.get(1),
            None | Some(Tree {
                kind: TreeKind::Mark(_) | TreeKind::Group(..),
                ..
            })
        );
    let text = matches!(
        rest.first(),
        Some(Tree {
            kind: TreeKind::Literal(_),
            ..
        })
    );
    begun
        && match word {
            "expect" | "ignore" => text,
            "keep" | "lacks" => names && !label,
            _ => false,
        }
}

/// Whether a comment stands where no line begins or ends, so that a segment is kept as it is written.
pub(super) fn has_misplaced_comment(segment: &[Tree]) -> bool {
    segment.iter().enumerate().any(|(index, tree)| {
        let between = index > 0 && !tree.gap.comments.is_empty();
        between
            || match &tree.kind {
                TreeKind::Group(_, inside) if !tree.is_curly() || is_choice(segment, index) => Scope::Entries
                    .segments(&inside.trees)
                    .into_iter()
                    .any(has_misplaced_comment),
                _ => false,
            }
    })
}
