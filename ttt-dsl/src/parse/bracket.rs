//! Brackets without partners, found in a text that cannot be cut into tokens, and brackets that stand too deep.

use proc_macro2::{Span, TokenStream, TokenTree};

/// How deep brackets may stand in brackets. Who reads them calls itself for each.
const DEPTH_LIMIT: usize = 64;

/// The first bracket that stands too deep.
pub(crate) fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut open = vec![tokens.clone().into_iter()];
    while let Some(level) = open.last_mut() {
        match level.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) if open.len() > DEPTH_LIMIT => return Some(group.span_open()),
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
            Some(_) => {}
        }
    }
    None
}

/// The first bracket of a text that has no partner, and what to say about it.
pub(crate) fn unpaired(text: &str) -> Option<(usize, String)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut marks = Marks {
        rest: text,
        offset: 0,
    };
    while let Some((offset, mark)) = marks.next_bracket() {
        let partner = match mark {
            '(' | '[' | '{' => {
                open.push((offset, mark));
                continue;
            }
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        match open.pop() {
            Some((_, last)) if last == partner => {}
            Some((start, last)) => return Some((start, format!("this `{last}` is closed by `{mark}`"))),
            None => return Some((offset, format!("this `{mark}` closes nothing"))),
        }
    }
    open.pop()
        .map(|(offset, mark)| (offset, format!("this `{mark}` is never closed")))
}

/// The brackets of a text, outside of comments and quotes.
struct Marks<'a> {
    rest: &'a str,
    offset: usize,
}

impl Marks<'_> {
    fn next_bracket(&mut self) -> Option<(usize, char)> {
        loop {
            let mark = self.rest.chars().next()?;
            let (offset, length) = (self.offset, self.token_length(mark));
            self.offset += length;
            self.rest = self.rest.get(length..)?;
            if "()[]{}".contains(mark) {
                return Some((offset, mark));
            }
        }
    }

    fn token_length(&self, mark: char) -> usize {
        if self.rest.starts_with("//") {
            return self.rest.find('\n').unwrap_or(self.rest.len());
        }
        if mark != '"' {
            return mark.len_utf8();
        }
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, next)| {
            let ends = *next == '"' && !escaped;
            escaped = *next == '\\' && !escaped;
            ends
        });
        end.map_or(self.rest.len(), |(index, _)| index + 1)
    }
}
