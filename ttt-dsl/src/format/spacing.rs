//! Where a blank stands between two tokens of a line, and where a line may be broken.

use super::tree::{Bracket, Tree, TreeKind};
use crate::parse::TRANSFORM_WORDS;

/// Words of Rust that no name can be, after which something begins.
const OPENING_WORDS: [&str; 4] = ["if", "let", "else", "in"];
/// Words of the language after which something begins, where they stand between two things.
const JOINING_WORDS: [&str; 3] = ["or", "with", "via"];
/// Words of the language after which something begins, where nothing stands before them.
const LEADING_WORDS: [&str; 2] = ["require", "tieable"];
/// Marks that begin a line where a sequence is broken.
const BREAKING_MARKS: [&str; 9] = ["->", "||", "&&", "|", "+", "-", "*", "/", "%"];

/// Whether a segment begins with the word of a transform, whose path pattern follows.
fn begins_transform(trees: &[Tree]) -> bool {
    trees
        .first()
        .and_then(Tree::word)
        .is_some_and(|word| TRANSFORM_WORDS.contains(&word))
}

/// Whether these braces hold the names of a path pattern: `{q, v}`.
pub(super) fn is_choice(trees: &[Tree], at: usize) -> bool {
    let after_dot = at > 0 && trees[at - 1].is_mark(".");
    trees[at].is_curly() && (after_dot || (at == 1 && begins_transform(trees)))
}

/// Whether a `*` stands for names of a path pattern.
fn is_wildcard(trees: &[Tree], at: usize) -> bool {
    let after_dot = at > 0 && trees[at - 1].is_mark(".");
    let begins = at == 0 || (at == 1 && begins_transform(trees));
    trees[at].is_mark("**") || (trees[at].is_mark("*") && (after_dot || begins))
}

/// Whether a blank stands before tree `at` of a segment.
pub(super) fn blank_before(trees: &[Tree], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|last| &trees[last]) else {
        return false;
    };
    if let TreeKind::Mark("," | ";" | ":" | "." | "::") = trees[at].kind {
        return false;
    }
    if is_bar(trees, at) && at > 0 {
        return false;
    }
    match before.kind {
        TreeKind::Mark("." | "::" | "#") => false,
        TreeKind::Mark("*" | "**") if is_wildcard(trees, at - 1) => !is_call(trees, at),
        TreeKind::Mark("-" | "!") => !is_prefix(trees, at - 1),
        TreeKind::Mark("|") => !is_bar(trees, at - 1) || at > 1,
        TreeKind::Mark(_) => true,
        _ => !is_call(trees, at),
    }
}

/// Whether a line may end before tree `at`.
pub(super) fn can_break_before(trees: &[Tree], at: usize) -> bool {
    let after_comma = at > 0 && trees[at - 1].is_mark(",");
    after_comma
        || match trees[at].kind {
            TreeKind::Mark(mark) => {
                BREAKING_MARKS.contains(&mark)
                    && !is_wildcard(trees, at)
                    && !is_prefix(trees, at)
                    && !is_bar(trees, at)
            }
            TreeKind::Word("if") => at > 0 && is_operand(trees, at - 1),
            _ => is_joining(trees, at),
        }
}

/// Whether the group at `at` belongs to what stands before it: arguments or an index.
pub(super) fn is_call(trees: &[Tree], at: usize) -> bool {
    let group = matches!(
        trees[at].kind,
        TreeKind::Group(Bracket::Round | Bracket::Square, _)
    );
    let callee = |tree: &Tree| !matches!(tree.kind, TreeKind::Literal(_));
    group && at > 0 && is_operand(trees, at - 1) && callee(&trees[at - 1])
}

/// Whether this is a bar of `[|i| Layer(i); layers]`.
fn is_bar(trees: &[Tree], at: usize) -> bool {
    let bar = |at: usize| trees.get(at).is_some_and(|tree| tree.is_mark("|"));
    (at == 0 || at == 2) && bar(0) && bar(2)
}

/// Whether a `-` or `!` belongs to what follows it alone.
fn is_prefix(trees: &[Tree], at: usize) -> bool {
    let sign = trees[at].is_mark("-") || trees[at].is_mark("!");
    sign && (at == 0 || !is_operand(trees, at - 1))
}

/// Whether a value or a name ends here.
fn is_operand(trees: &[Tree], at: usize) -> bool {
    match trees[at].kind {
        TreeKind::Mark(_) => is_wildcard(trees, at),
        TreeKind::Literal(_) | TreeKind::Group(..) => true,
        TreeKind::Word(word) => {
            let opens = OPENING_WORDS.contains(&word)
                || (at == 0 && LEADING_WORDS.contains(&word))
                || is_joining(trees, at);
            !opens
        }
    }
}

/// Whether a word joins two things here, and is no name.
fn is_joining(trees: &[Tree], at: usize) -> bool {
    let joins = trees[at].word().is_some_and(|word| JOINING_WORDS.contains(&word));
    joins && at > 0 && is_operand(trees, at - 1)
}
