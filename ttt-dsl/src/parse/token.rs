//! Single tokens, and what to say about the wrong one.

use proc_macro2::{Delimiter, Spacing, TokenTree};
use syn::buffer::Cursor;
use syn::parse::ParseStream;

use super::{Parse, Parser};
use crate::diagnostic::{Code, Diagnostic, closest, codes};
use crate::place::Place;

/// The next token's text, when it is a word, a keyword of Rust or not.
pub(crate) fn word(input: ParseStream) -> Option<String> {
    input.cursor().ident().map(|(ident, _)| ident.to_string())
}

/// Whether the next token is this word.
pub(crate) fn at_word(input: ParseStream, expected: &str) -> bool {
    input.cursor().ident().is_some_and(|(ident, _)| ident == expected)
}

/// Whether the next token is this mark, and not a part of a longer one.
pub(crate) fn at(input: ParseStream, expected: &str) -> bool {
    mark(input.cursor()).is_some_and(|(found, _)| found == expected)
}

/// Whether a word and a colon come next, as at the start of a part or of a named argument.
pub(crate) fn at_label(input: ParseStream) -> bool {
    let after = input.cursor().ident().and_then(|(_, rest)| mark(rest));
    after.is_some_and(|(found, _)| found == ":")
}

/// Whether what follows the next word can follow a keyword. After a name in an expression it cannot.
pub(crate) fn opens(input: ParseStream) -> bool {
    input.peek2(syn::Ident)
        || input.peek2(syn::Lit)
        || input.peek2(syn::token::Paren)
        || input.peek2(syn::token::Brace)
}

/// The marks that are written with two signs.
pub(crate) const LONG_MARKS: [&str; 11] = ["==", "!=", "<=", ">=", "=>", "->", "&&", "||", "..", "::", "**"];

/// The mark at the cursor, as long as it can be, and what follows it.
fn mark(cursor: Cursor) -> Option<(String, Cursor)> {
    let (first, rest) = cursor.punct()?;
    if first.spacing() == Spacing::Joint
        && let Some((second, after)) = rest.punct()
    {
        let both = format!("{}{}", first.as_char(), second.as_char());
        if LONG_MARKS.contains(&both.as_str()) {
            return Some((both, after));
        }
    }
    Some((first.as_char().to_string(), rest))
}

/// What is expected where everything is read.
const NOTHING: &str = "nothing more";

impl Parser {
    /// The place of the next token, or of the end.
    pub(crate) fn here(&mut self, input: ParseStream) -> Place {
        self.place(input.span())
    }

    /// Takes the next token when it is this word.
    pub(crate) fn take_word(&mut self, input: ParseStream, expected: &str) -> Option<Place> {
        if !at_word(input, expected) {
            return None;
        }
        let place = self.here(input);
        skip_one(input);
        Some(place)
    }

    /// Takes the next token when it is this mark.
    pub(crate) fn take(&mut self, input: ParseStream, expected: &str) -> Option<Place> {
        if !at(input, expected) {
            return None;
        }
        let place = self.here(input);
        for _ in expected.chars() {
            skip_one(input);
        }
        Some(place)
    }

    /// Takes this mark or says that it is not there.
    pub(crate) fn expect(&mut self, input: ParseStream, expected: &str) -> Parse<Place> {
        match self.take(input, expected) {
            Some(place) => Ok(place),
            None => Err(self.unexpected(input, &format!("`{expected}`"))),
        }
    }

    /// Takes this word or says that it is not there.
    pub(crate) fn expect_word(&mut self, input: ParseStream, expected: &str) -> Parse<Place> {
        match self.take_word(input, expected) {
            Some(place) => Ok(place),
            None => Err(self.unexpected(input, &format!("`{expected}`"))),
        }
    }

    /// Takes the next token when it is this word, or a misspelling of it, which is recorded. For places where no other
    /// word may stand.
    pub(crate) fn take_meant(&mut self, input: ParseStream, expected: &str) -> Option<Place> {
        let found = word(input).filter(|_| !at_label(input))?;
        if found != expected {
            closest(&found, [expected])?;
            let mut fault = self.unexpected(input, &format!("`{expected}`"));
            fault.suggest(expected);
            self.record(fault);
        }
        let place = self.here(input);
        skip_one(input);
        Some(place)
    }

    /// Takes the word that an item of `scope` begins with. A misspelling is recorded and read as the word that was meant.
    pub(crate) fn keyword(
        &mut self,
        input: ParseStream,
        scope: &str,
        words: &[&'static str],
    ) -> Parse<(&'static str, Place)> {
        if input.peek(syn::token::Paren) && words.contains(&"forward") {
            let mut fault = self.unexpected(input, "`forward`");
            fault.help("what computes is written `forward(x: […]) -> […]`");
            let place = fault.place;
            self.record(fault);
            return Ok(("forward", place));
        }
        let found = word(input).unwrap_or_default();
        let known = match words.iter().find(|word| **word == found) {
            Some(known) => known,
            None => {
                let fault = self.unknown_item(input, scope, words);
                let Some(meant) = closest(&found, words.iter().copied()).filter(|_| opens(input)) else {
                    return Err(fault);
                };
                self.record(fault);
                meant
            }
        };
        let place = self.here(input);
        skip_one(input);
        Ok((known, place))
    }

    /// Takes one of these words, or a misspelling, which is recorded, and gives its index in the list.
    pub(crate) fn choice(&mut self, input: ParseStream, what: &str, words: &[&str]) -> Parse<usize> {
        let Some(found) = word(input) else {
            return Err(self.unexpected(input, &one_of(words)));
        };
        if let Some(index) = words.iter().position(|word| *word == found) {
            skip_one(input);
            return Ok(index);
        }
        let place = self.here(input);
        let mut fault = fault(codes::UNEXPECTED, place, format!("unknown {what} `{found}`"));
        let meant = words.iter().position(|word| closest(&found, [*word]).is_some());
        let Some(meant) = meant else {
            fault.help(format!("expected {}", one_of(words)));
            return Err(fault);
        };
        fault.suggest(words[meant]);
        self.record(fault);
        skip_one(input);
        Ok(meant)
    }

    /// Reads what stands between round, square or curly brackets to its end.
    pub(crate) fn group<T>(
        &mut self,
        input: ParseStream,
        delimiter: Delimiter,
        expected: &str,
        read: impl FnOnce(&mut Parser, ParseStream) -> T,
    ) -> Parse<(T, Place)> {
        let opened = match delimiter {
            Delimiter::Brace => enter_braces(input),
            Delimiter::Bracket => enter_brackets(input),
            Delimiter::Parenthesis | Delimiter::None => enter_parentheses(input),
        };
        let Ok((span, content)) = opened else {
            return Err(self.unexpected(input, expected));
        };
        let (open, close) = (self.place(span.open()), self.place(span.close()));
        let value = read(self, &content);
        skip_all(&content);
        Ok((value, self.join(open, close)))
    }

    /// Reads one thing and nothing after it.
    pub(crate) fn whole<T>(
        &mut self,
        input: ParseStream,
        read: impl FnOnce(&mut Parser, ParseStream) -> Parse<T>,
    ) -> Parse<T> {
        let value = read(self, input)?;
        self.end(input);
        Ok(value)
    }

    /// Records what is left where nothing may be left.
    pub(crate) fn end(&mut self, input: ParseStream) {
        if !input.is_empty() {
            let fault = self.unexpected(input, NOTHING);
            self.record(fault);
            skip_all(input);
        }
    }

    /// Records what is said twice.
    pub(crate) fn said_twice(&mut self, place: Place, what: &str) {
        let mut fault = fault(codes::REPEATED, place, format!("a second `{what}`"));
        fault.help("keep one of them");
        self.record(fault);
    }

    /// The wrong token, or the end, stands here.
    pub(crate) fn unexpected(&mut self, input: ParseStream, expected: &str) -> Box<Diagnostic> {
        let place = self.here(input);
        let Some(found) = found(input.cursor()) else {
            let message = format!("expected {expected}, but nothing more stands here");
            let mut fault = fault(codes::MISSING, place, message);
            fault.help(format!("write {expected}, or take out what it belongs to"));
            return fault;
        };
        let message = format!("expected {expected}, found `{found}`");
        let mut fault = fault(codes::UNEXPECTED, place, message);
        fault.help(match expected {
            NOTHING => format!("take `{found}` out"),
            _ => format!("write {expected} before `{found}`, or take `{found}` out"),
        });
        fault
    }

    /// A word that begins nothing stands here.
    fn unknown_item(&mut self, input: ParseStream, scope: &str, words: &[&str]) -> Box<Diagnostic> {
        let place = self.here(input);
        let Some(found) = found(input.cursor()) else {
            return self.unexpected(input, &one_of(words));
        };
        let mut fault = fault(
            codes::UNKNOWN_ITEM,
            place,
            format!("`{found}` begins nothing that stands in {scope}"),
        );
        match closest(&found, words.iter().copied()) {
            Some(candidate) => fault.suggest(candidate),
            None => fault.help(format!("expected {}", one_of(words))),
        };
        fault
    }
}

/// A mistake at a place.
pub(crate) fn fault(code: Code, place: Place, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(code, place, message))
}

/// Passes over one token or bracketed group.
pub(crate) fn skip_one(input: ParseStream) {
    // At the end there is nothing to pass over.
    let _ = input.parse::<TokenTree>();
}

/// Passes over the rest.
pub(crate) fn skip_all(input: ParseStream) {
    while !input.is_empty() {
        skip_one(input);
    }
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The next token as its writer sees it.
fn found(cursor: Cursor) -> Option<String> {
    if let Some((found, _)) = mark(cursor) {
        return Some(found);
    }
    let (tree, _) = cursor.token_tree()?;
    Some(match tree {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Brace => "{".to_owned(),
            Delimiter::Bracket => "[".to_owned(),
            Delimiter::Parenthesis => "(".to_owned(),
            Delimiter::None => group.to_string(),
        },
        other => other.to_string(),
    })
}

type Entered<'a> = syn::Result<(proc_macro2::extra::DelimSpan, syn::parse::ParseBuffer<'a>)>;

fn enter_braces<'a>(input: ParseStream<'a>) -> Entered<'a> {
    let content;
    let braces = syn::braced!(content in input);
    Ok((braces.span, content))
}

fn enter_brackets<'a>(input: ParseStream<'a>) -> Entered<'a> {
    let content;
    let brackets = syn::bracketed!(content in input);
    Ok((brackets.span, content))
}

fn enter_parentheses<'a>(input: ParseStream<'a>) -> Entered<'a> {
    let content;
    let parentheses = syn::parenthesized!(content in input);
    Ok((parentheses.span, content))
}
