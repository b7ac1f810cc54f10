//! Reading a pickle's bytes.

use super::{Refusal, Span};
use crate::error::{Location, Problem, codes};

/// A place in a part of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    pub file: &'a [u8],
    pub position: usize,
    /// Where the part ends.
    pub end: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte.
    pub fn byte(&mut self) -> Result<u8, Refusal> {
        Ok(self.array::<1>()?[0])
    }

    /// The next bytes, as many as the caller's array has.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let span = self.span(N as u64)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(span.bytes(self.file));
        Ok(bytes)
    }

    /// The next `length` bytes, which are there.
    pub fn span(&mut self, length: u64) -> Result<Span, Refusal> {
        let rest = self.end.saturating_sub(self.position);
        match usize::try_from(length) {
            Ok(length) if length <= rest => {
                let span = Span {
                    start: self.position,
                    length,
                };
                self.position += length;
                Ok(span)
            }
            _ => Err(self.cut_off(length, rest)),
        }
    }

    /// The next bytes as UTF-8.
    pub fn text(&mut self, length: u64) -> Result<Span, Refusal> {
        let span = self.span(length)?;
        match std::str::from_utf8(span.bytes(self.file)) {
            Ok(_) => Ok(span),
            Err(_) => Err(damaged(span.start, "a text is not UTF-8")),
        }
    }

    /// The text up to the end of the line, without it.
    pub fn line(&mut self) -> Result<&'a str, Refusal> {
        const LONGEST: usize = 1024;
        let file: &'a [u8] = self.file;
        let rest = &file[self.position.min(self.end)..self.end];
        let length = rest.iter().take(LONGEST).position(|byte| *byte == b'\n');
        let Some(length) = length else {
            return Err(damaged(self.position, "a name does not end"));
        };
        let span = self.text(length as u64)?;
        self.position += 1;
        Ok(span.text(file))
    }

    fn cut_off(&self, wanted: u64, rest: usize) -> Refusal {
        Problem::new(codes::PICKLE_DAMAGED, "the pickle is cut off")
            .at(Location::Byte(self.position as u64))
            .found(format!("{rest} bytes"))
            .expected(format!("{wanted} more bytes"))
            .help("the file is damaged: download it again")
            .into()
    }
}

/// The error for a pickle that no pickler writes.
pub(super) fn damaged(at: usize, what: &str) -> Refusal {
    Problem::new(codes::PICKLE_DAMAGED, format!("the pickle is damaged: {what}"))
        .at(Location::Byte(at as u64))
        .help("download the file again")
        .into()
}
