//! Lines: what fits stands on one, what does not is broken at its operators or at the entries of its widest group.

use std::ops::Range;

use super::page::Page;
use super::segment::{Scope, has_misplaced_comment};
use super::spacing::{blank_before, can_break_before, is_call, is_choice};
use super::tree::{Bracket, Source, Tree, TreeKind};

/// How wide a line may be.
pub(super) const WIDTH: usize = 120;

pub(super) struct Layout<'t> {
    text: &'t str,
}

/// A part of a segment.
#[derive(Clone)]
struct Run<'s, 't> {
    segment: &'s [Tree<'t>],
    range: Range<usize>,
    /// Whether it stands in the brackets of an index, whose colons have no blanks.
    index: bool,
}

/// Where a run stands on its lines.
#[derive(Clone, Copy)]
struct Room {
    /// Of the line on which it begins, and of its closing brackets.
    indent: usize,
    /// Columns that what follows needs on its last line.
    after: usize,
}

impl Room {
    fn holds(self, text: &str) -> bool {
        self.indent + width(text) + self.after <= WIDTH
    }
}

impl<'t> Layout<'t> {
    pub(super) fn new(text: &'t str) -> Layout<'t> {
        Layout { text }
    }

    /// Writes the lines of a sequence.
    pub(super) fn lines(&self, source: &Source, scope: Scope, page: &mut Page) {
        let segments = scope.segments(&source.trees);
        if scope == Scope::Packed
            && let Some(packed) = self.packed(source, &segments, page.indent())
        {
            packed.iter().for_each(|line| page.line(line, false));
            return;
        }
        for segment in segments {
            let (first, last) = (&segment[0], &segment[segment.len() - 1]);
            page.comments(&first.gap);
            let text = match has_misplaced_comment(segment) {
                true => self.text[first.range.start..last.range.end].to_owned(),
                false => self.segment(segment, scope, page.indent()),
            };
            page.line(&text, first.gap.blank);
        }
        page.comments(&source.end);
    }

    /// A sequence on one line; nothing when a comment or its author wants several.
    pub(super) fn line(&self, source: &Source, scope: Scope) -> Option<String> {
        let commented = |tree: &Tree| !tree.gap.comments.is_empty();
        if source.trees.iter().any(commented) || !source.end.comments.is_empty() {
            return None;
        }
        let segments = scope.segments(&source.trees);
        let texts: Option<Vec<String>> = segments
            .into_iter()
            .map(|segment| self.flat(segment, scope))
            .collect();
        Some(texts?.join(" "))
    }

    /// Entries that share lines; nothing when they need lines of their own.
    fn packed(&self, source: &Source, segments: &[&[Tree]], indent: usize) -> Option<Vec<String>> {
        let spaced = segments.iter().skip(1).any(|segment| segment[0].gap.blank);
        if spaced || ends_in_comma(source) || self.line(source, Scope::Packed).is_none() {
            return None;
        }
        let mut lines: Vec<String> = Vec::new();
        for segment in segments {
            let text = self.flat(segment, Scope::Packed)?;
            match lines.last_mut() {
                Some(line) if indent + width(line) + 1 + width(&text) <= WIDTH => {
                    line.push(' ');
                    line.push_str(&text);
                }
                _ => lines.push(text),
            }
        }
        Some(lines)
    }

    /// One item, statement or entry. Where it is broken, every brace of it is.
    fn segment(&self, segment: &[Tree], scope: Scope, indent: usize) -> String {
        let flat = self.flat(segment, scope);
        if let Some(flat) = flat.filter(|flat| indent + width(flat) <= WIDTH) {
            return flat;
        }
        let is_body = |at: &usize| segment[*at].is_curly() && !is_choice(segment, *at);
        let first = (0..segment.len()).find(is_body);
        let head = first.unwrap_or(segment.len());
        let run = Run::new(segment, 0..head, scope);
        let after = if first.is_some() { 2 } else { 0 };
        let mut text = self.run(run, Room { indent, after });
        for (at, tree) in segment.iter().enumerate().skip(head) {
            if blank_before(segment, at) {
                text.push(' ');
            }
            text.push_str(&match &tree.kind {
                TreeKind::Group(Bracket::Curly, source) => {
                    self.broken(source, scope.inside(segment), Bracket::Curly, indent)
                }
                _ => self.tree(segment, at, indent),
            });
        }
        text
    }

    /// Trees without braces among them.
    fn run(&self, run: Run, room: Room) -> String {
        let flat = self.flat_run(&run, Scope::Value);
        if let Some(flat) = flat.filter(|flat| room.holds(flat)) {
            return flat;
        }
        let pieces = run.pieces();
        if pieces.len() > 1 {
            return self.filled(&pieces, room);
        }
        self.burst(&run, room)
    }

    /// A run that is not broken at its operators: its widest group is, or those that its author broke.
    fn burst(&self, run: &Run, room: Room) -> String {
        let widest = self.widest_group(run);
        let mut text = String::new();
        for at in run.range.clone() {
            if run.blank_before(at) {
                text.push(' ');
            }
            text.push_str(&match &run.segment[at].kind {
                TreeKind::Group(bracket, source) if widest == Some(at) => {
                    let scope = group_scope(run.segment, at, *bracket, Scope::Value);
                    self.broken(source, scope, *bracket, room.indent)
                }
                _ => self.tree(run.segment, at, room.indent),
            });
        }
        text
    }

    /// The first line of a run that is burst.
    fn opening(&self, run: &Run) -> String {
        let widest = self.widest_group(run);
        let mut text = String::new();
        for at in run.range.clone() {
            if run.blank_before(at) {
                text.push(' ');
            }
            match (
                self.flat_tree(run.segment, at, Scope::Value),
                &run.segment[at].kind,
            ) {
                (Some(flat), _) if widest != Some(at) => text.push_str(&flat),
                (_, TreeKind::Group(bracket, _)) => {
                    text.push(bracket.signs().0);
                    return text;
                }
                _ => {}
            }
        }
        text
    }

    /// As many pieces on a line as fit; the lines after the first are indented. What is too wide for any line is broken
    /// where it stands.
    fn filled(&self, pieces: &[Run], room: Room) -> String {
        let mut text = String::new();
        for (number, piece) in pieces.iter().enumerate() {
            let after = if number + 1 == pieces.len() { room.after } else { 0 };
            if number == 0 {
                text = self.run(piece.clone(), Room { after, ..room });
                continue;
            }
            let indent = room.indent + Page::STEP;
            let beside = Room {
                indent: Layout::column(&text, room.indent) + 1,
                after,
            };
            let below = Room { indent, after };
            let new_line = format!("\n{:indent$}", "");
            let (gap, written) = match self.flat_run(piece, Scope::Value) {
                Some(flat) if beside.holds(&flat) => (" ", flat),
                Some(flat) if below.holds(&flat) => (new_line.as_str(), flat),
                _ if beside.holds(&self.opening(piece)) => (" ", self.burst(piece, Room { after, ..room })),
                _ => (new_line.as_str(), self.burst(piece, below)),
            };
            text.push_str(gap);
            text.push_str(&written);
        }
        text
    }

    /// Where a text ends that begins at `indent`.
    fn column(text: &str, indent: usize) -> usize {
        match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => indent + text.chars().count(),
        }
    }

    fn tree(&self, segment: &[Tree], at: usize, indent: usize) -> String {
        let flat = self.flat_tree(segment, at, Scope::Value);
        match &segment[at].kind {
            TreeKind::Group(bracket, source) => flat.unwrap_or_else(|| {
                let scope = group_scope(segment, at, *bracket, Scope::Value);
                self.broken(source, scope, *bracket, indent)
            }),
            _ => flat.unwrap_or_default(),
        }
    }

    /// A group with lines for each of its segments.
    fn broken(&self, source: &Source, scope: Scope, bracket: Bracket, indent: usize) -> String {
        let (open, close) = bracket.signs();
        let mut page = Page::within_brackets(indent + Page::STEP);
        self.lines(source, scope, &mut page);
        let inside = page.finish();
        match inside.is_empty() {
            true => format!("{open}{close}"),
            false => format!("{open}{inside}\n{:indent$}{close}", ""),
        }
    }

    fn flat(&self, segment: &[Tree], scope: Scope) -> Option<String> {
        let run = Run::new(segment, 0..segment.len(), scope);
        self.flat_run(&run, scope.inside(segment))
    }

    fn flat_run(&self, run: &Run, curly: Scope) -> Option<String> {
        let mut text = String::new();
        for at in run.range.clone() {
            let tree = &run.segment[at];
            if at > 0 && !tree.gap.comments.is_empty() {
                return None;
            }
            if run.blank_before(at) {
                text.push(' ');
            }
            text.push_str(&self.flat_tree(run.segment, at, curly)?);
        }
        Some(text)
    }

    fn flat_tree(&self, segment: &[Tree], at: usize, curly: Scope) -> Option<String> {
        let (bracket, source) = match &segment[at].kind {
            TreeKind::Word(text) | TreeKind::Literal(text) | TreeKind::Mark(text) => {
                return Some((*text).to_owned());
            }
            TreeKind::Group(bracket, source) => (*bracket, source),
        };
        let (open, close) = bracket.signs();
        let scope = group_scope(segment, at, bracket, curly);
        if wants_lines(bracket, scope, source) {
            return None;
        }
        let inside = self.line(source, scope)?;
        Some(match bracket {
            Bracket::Curly if !inside.is_empty() && !is_choice(segment, at) => {
                format!("{open} {inside} {close}")
            }
            _ => format!("{open}{inside}{close}"),
        })
    }

    /// The group of a run to be broken, where none is broken by its author.
    fn widest_group(&self, run: &Run) -> Option<usize> {
        self.flat_run(run, Scope::Value)?;
        let flat_width = |at: usize| {
            let flat = self.flat_tree(run.segment, at, Scope::Value);
            flat.map_or(0, |flat| width(&flat))
        };
        run.range
            .clone()
            .filter(
                |at| matches!(&run.segment[*at].kind, TreeKind::Group(_, source) if !source.trees.is_empty()),
            )
            .max_by_key(|at| flat_width(*at))
    }
}

impl<'s, 't> Run<'s, 't> {
    fn new(segment: &'s [Tree<'t>], range: Range<usize>, scope: Scope) -> Run<'s, 't> {
        Run {
            segment,
            range,
            index: scope == Scope::Index,
        }
    }

    /// Whether a blank stands before a tree, which it does not before the first.
    fn blank_before(&self, at: usize) -> bool {
        let sliced = self.index && at > 0 && self.segment[at - 1].is_mark(":");
        at > self.range.start && !sliced && blank_before(self.segment, at)
    }

    /// What stands between the places where a line may be broken.
    fn pieces(&self) -> Vec<Run<'s, 't>> {
        let breaks = (self.range.start + 1..self.range.end).filter(|at| can_break_before(self.segment, *at));
        let mut pieces = Vec::new();
        let mut start = self.range.start;
        for end in breaks.chain([self.range.end]) {
            pieces.push(Run {
                range: start..end,
                ..self.clone()
            });
            start = end;
        }
        pieces
    }
}

/// What stands in a group.
fn group_scope(segment: &[Tree], at: usize, bracket: Bracket, curly: Scope) -> Scope {
    match bracket {
        Bracket::Curly if is_choice(segment, at) => Scope::Entries,
        Bracket::Curly => curly,
        Bracket::Square if is_call(segment, at) => Scope::Index,
        _ => Scope::Entries,
    }
}

/// Whether the author broke a group: bodies after their brace, lists by a comma at their end.
fn wants_lines(bracket: Bracket, scope: Scope, source: &Source) -> bool {
    let several = source.trees.iter().filter(|tree| tree.is_mark(",")).count() > 1;
    match (bracket, scope) {
        (Bracket::Curly, Scope::Items | Scope::Value) => {
            source.trees.first().is_some_and(|first| first.gap.newline)
        }
        (Bracket::Curly, _) => ends_in_comma(source),
        // `(x,)` is a tuple of one.
        _ => ends_in_comma(source) && several,
    }
}

fn ends_in_comma(source: &Source) -> bool {
    source.trees.last().is_some_and(|last| last.is_mark(","))
}

/// Columns of a text, up to the end of its first line.
fn width(text: &str) -> usize {
    text.lines().next().unwrap_or_default().chars().count()
}
