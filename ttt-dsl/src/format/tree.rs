//! Tokens with what stands between them: comments, line breaks, blank lines.

use std::iter::Peekable;
use std::ops::Range;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Punct, Spacing, TokenStream, TokenTree};

use crate::parse::LONG_MARKS;

/// A sequence of trees, and what stands after the last.
pub(super) struct Source<'t> {
    pub(super) trees: Vec<Tree<'t>>,
    pub(super) end: Gap<'t>,
}

/// One token, or a bracketed group of them.
pub(super) struct Tree<'t> {
    /// What stands before it.
    pub(super) gap: Gap<'t>,
    /// Its bytes in the text, with its brackets.
    pub(super) range: Range<usize>,
    pub(super) kind: TreeKind<'t>,
}

pub(super) enum TreeKind<'t> {
    Word(&'t str),
    Literal(&'t str),
    /// A mark as long as the grammar knows it: `->`, `==`, `..`
    Mark(&'t str),
    Group(Bracket, Source<'t>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
    Curly,
}

/// What stands between two tokens.
#[derive(Default)]
pub(super) struct Gap<'t> {
    pub(super) comments: Vec<Comment<'t>>,
    /// Whether a line ends after the last comment, or at all.
    pub(super) newline: bool,
    /// Whether a line is empty there.
    pub(super) blank: bool,
}

/// A comment, of documentation or not, with its slashes.
pub(super) struct Comment<'t> {
    pub(super) text: &'t str,
    /// Whether a line ends before it.
    pub(super) newline: bool,
    /// Whether a line is empty before it.
    pub(super) blank: bool,
}

impl<'t> Tree<'t> {
    /// The word, if it is one.
    pub(super) fn word(&self) -> Option<&'t str> {
        match self.kind {
            TreeKind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        matches!(self.kind, TreeKind::Mark(found) if found == mark)
    }

    pub(super) fn is_curly(&self) -> bool {
        matches!(self.kind, TreeKind::Group(Bracket::Curly, _))
    }
}

impl Bracket {
    pub(super) fn signs(self) -> (char, char) {
        match self {
            Bracket::Round => ('(', ')'),
            Bracket::Square => ('[', ']'),
            Bracket::Curly => ('{', '}'),
        }
    }
}

impl Comment<'_> {
    /// Whether it documents what follows it.
    pub(super) fn is_documentation(&self) -> bool {
        ["///", "//!", "/**", "/*!"]
            .iter()
            .any(|begin| self.text.starts_with(begin))
    }
}

impl<'t> Source<'t> {
    /// The trees of a piece of a text that can be cut into tokens; nothing of one that cannot.
    pub(super) fn read(text: &'t str, piece: Range<usize>) -> Source<'t> {
        let tokens = text[piece.clone()].parse::<TokenStream>().unwrap_or_default();
        Builder { text, piece }.source(tokens, 0, usize::MAX)
    }
}

/// Turns tokens into trees; offsets count from the start of the piece.
struct Builder<'t> {
    text: &'t str,
    piece: Range<usize>,
}

impl<'t> Builder<'t> {
    /// The trees between two offsets.
    fn source(&self, tokens: TokenStream, start: usize, end: usize) -> Source<'t> {
        let end = end.min(self.piece.len());
        let mut tokens = tokens.into_iter().peekable();
        let (mut trees, mut at, mut gap) = (Vec::new(), start, Gap::default());
        while let Some(token) = tokens.next() {
            let range = token.span().byte_range();
            if range.start < at {
                // The rest of a documentation comment, which is several tokens in one place.
                continue;
            }
            gap.read(self.slice(at..range.start));
            at = range.end;
            let found = self.slice(range.clone());
            if found.starts_with("//") || found.starts_with("/*") {
                gap.push(found);
                continue;
            }
            let kind = match token {
                TokenTree::Ident(_) => TreeKind::Word(found),
                TokenTree::Literal(_) => TreeKind::Literal(found),
                TokenTree::Punct(first) => {
                    at += rest_of_mark(&first, &mut tokens);
                    TreeKind::Mark(self.slice(range.start..at))
                }
                TokenTree::Group(group) => {
                    let inside = self.source(group.stream(), range.start + 1, range.end - 1);
                    TreeKind::Group(bracket(group.delimiter()), inside)
                }
            };
            trees.push(Tree {
                gap: std::mem::take(&mut gap),
                range: self.piece.start + range.start..self.piece.start + at,
                kind,
            });
        }
        gap.read(self.slice(at..end));
        Source { trees, end: gap }
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text
            .get(self.piece.start + range.start..self.piece.start + range.end)
            .unwrap_or_default()
    }
}

impl<'t> Gap<'t> {
    /// Reads blanks and comments that are no tokens.
    fn read(&mut self, mut text: &'t str) {
        loop {
            let rest = text.trim_start();
            let lines = text[..text.len() - rest.len()].matches('\n').count();
            self.newline |= lines > 0;
            self.blank |= lines > 1;
            if rest.is_empty() {
                return;
            }
            let length = comment_length(rest);
            self.push(rest[..length].trim_end());
            text = &rest[length..];
        }
    }

    /// Adds a comment as it stands: blanks at the end of documentation belong to it.
    fn push(&mut self, text: &'t str) {
        self.comments.push(Comment {
            text,
            newline: std::mem::take(&mut self.newline),
            blank: std::mem::take(&mut self.blank),
        });
    }
}

/// The bytes of the comment that a text begins with.
fn comment_length(text: &str) -> usize {
    if !text.starts_with("/*") {
        return text.find('\n').unwrap_or(text.len());
    }
    let (mut depth, mut at) = (0, 0);
    while let Some(rest) = text.get(at..) {
        let width = match rest {
            _ if rest.starts_with("/*") => {
                depth += 1;
                2
            }
            _ if rest.starts_with("*/") => {
                depth -= 1;
                2
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        at += width;
        if depth == 0 || at >= text.len() {
            break;
        }
    }
    at.min(text.len())
}

/// Takes the second half of a mark that is written with two signs, and gives its width.
fn rest_of_mark(first: &Punct, tokens: &mut Peekable<IntoIter>) -> usize {
    if first.spacing() == Spacing::Joint
        && let Some(TokenTree::Punct(second)) = tokens.peek()
        && LONG_MARKS.contains(&format!("{}{}", first.as_char(), second.as_char()).as_str())
    {
        tokens.next();
        return 1;
    }
    0
}

fn bracket(delimiter: Delimiter) -> Bracket {
    match delimiter {
        Delimiter::Parenthesis | Delimiter::None => Bracket::Round,
        Delimiter::Bracket => Bracket::Square,
        Delimiter::Brace => Bracket::Curly,
    }
}
