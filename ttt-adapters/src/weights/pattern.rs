//! Names with indices: `h.{i}.attn.c_attn` of a source, `h[i].attn.q` of a schema.

use ttt_dsl::instance::{EvaluateError, Values, evaluate_size};
use ttt_dsl::spec::{Path, SegmentIndex};

/// A name with holes for indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Index(String),
}

/// The indices that a pattern bound, by name.
pub(crate) type Indices = Vec<(String, usize)>;

impl Pattern {
    /// The pattern of a source's text, in which `{i}` stands for an index.
    pub fn of_source(text: &str) -> Pattern {
        let mut pattern = Pattern { pieces: Vec::new() };
        let mut rest = text;
        while let Some((before, opened)) = rest.split_once('{')
            && let Some((name, after)) = opened.split_once('}')
        {
            pattern.push_text(before);
            pattern.pieces.push(Piece::Index(name.to_string()));
            rest = after;
        }
        pattern.push_text(rest);
        pattern
    }

    /// The pattern of a target's path. Indices written as expressions are evaluated.
    pub fn of_path(path: &Path, values: &Values) -> Result<Pattern, EvaluateError> {
        let mut pattern = Pattern { pieces: Vec::new() };
        for (position, segment) in path.segments.iter().enumerate() {
            if position > 0 {
                pattern.push_text(".");
            }
            pattern.push_text(segment.name.as_str());
            match &segment.index {
                None => {}
                Some(SegmentIndex::Name(name)) => {
                    pattern.push_text(".");
                    pattern.pieces.push(Piece::Index(name.text.clone()));
                }
                Some(SegmentIndex::Expr(expr)) => {
                    pattern.push_text(&format!(".{}", evaluate_size(expr, values)?));
                }
            }
        }
        Ok(pattern)
    }

    /// Matches the whole of `name`, or its front up to a dot. Gives the indices and what follows, dot included.
    pub fn match_front<'a>(&self, name: &'a str) -> Option<(Indices, &'a str)> {
        let mut indices = Indices::new();
        let mut rest = name;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Index(name) => {
                    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                    let (digits, after) = rest.split_at(end);
                    if digits.len() > 1 && digits.starts_with('0') {
                        return None;
                    }
                    let index: usize = digits.parse().ok()?;
                    match indices.iter().find(|(known, _)| known == name) {
                        Some((_, known)) if *known != index => return None,
                        Some(_) => {}
                        None => indices.push((name.clone(), index)),
                    }
                    rest = after;
                }
            }
        }
        (rest.is_empty() || rest.starts_with('.')).then_some((indices, rest))
    }

    /// The name with these indices. An index that is not among them stays a hole.
    pub fn render(&self, indices: &Indices) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Index(name) => match indices.iter().find(|(known, _)| known == name) {
                Some((_, index)) => index.to_string(),
                None => format!("{{{name}}}"),
            },
        });
        pieces.collect()
    }

    fn push_text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Piece::Text(text.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_ends_at_a_dot() {
        let pattern = Pattern::of_source("h.{i}.ln_1");
        let (indices, rest) = pattern.match_front("h.11.ln_1.weight").unwrap_or_default();
        assert_eq!((indices, rest), (vec![("i".to_string(), 11)], ".weight"));
        assert_eq!(pattern.match_front("h.11.ln_10.weight"), None);
        assert_eq!(pattern.match_front("h.011.ln_1.weight"), None);
        assert_eq!(pattern.render(&vec![("i".to_string(), 3)]), "h.3.ln_1");
    }
}
