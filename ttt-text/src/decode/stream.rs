//! Decoding one token at a time.

use ttt_adapters::error::{Error, codes};

use super::scheme::Scheme;
use crate::error::guarded;
use crate::tokenizer::Tokenizer;
use tokenizers::Decoder as _;

/// Turns ids into text as they come. It gives whole characters only: the bytes of one that is not complete are kept until
/// it is, and only bytes that can never become a character are given as U+FFFD. All pieces together are the text that
/// [`Tokenizer::decode`] gives.
#[derive(Clone, Debug)]
pub struct Stream {
    tokenizer: Tokenizer,
    skip_special: bool,
    pending: Vec<u8>,
    /// Spaces that are still to be stripped from the beginning.
    stripping: usize,
    first: bool,
    /// Tokens that a scheme needs all of.
    whole: Vec<String>,
}

impl Stream {
    pub(crate) fn new(tokenizer: Tokenizer, skip_special: bool) -> Stream {
        let stripping = match tokenizer.scheme() {
            Scheme::SentencePiece { stripped } => *stripped,
            _ => 0,
        };
        Stream {
            tokenizer,
            skip_special,
            pending: Vec::new(),
            stripping,
            first: true,
            whole: Vec::new(),
        }
    }

    /// Special tokens become text too.
    pub fn with_special(mut self) -> Stream {
        self.skip_special = false;
        self
    }

    /// Takes the next id and gives the text that is complete with it; `None` when none is. An id that the vocabulary does
    /// not have is an error, and changes nothing.
    pub fn push(&mut self, id: u32) -> Result<Option<String>, Error> {
        let token = self.tokenizer.piece(id)?;
        if self.skip_special && self.tokenizer.is_special(id) {
            return Ok(None);
        }
        if let Scheme::Whole(_) = self.tokenizer.scheme() {
            self.whole.push(token);
            return Ok(None);
        }
        let first = std::mem::replace(&mut self.first, false);
        let scheme = self.tokenizer.scheme();
        let bytes = guarded(codes::TOKEN_ID, "a token cannot be decoded", || {
            scheme.bytes(token, first)
        })?;
        self.pending.extend(bytes);
        while self.stripping > 0 && !self.pending.is_empty() {
            self.stripping = if self.pending[0] == b' ' {
                self.stripping - 1
            } else {
                0
            };
            if self.pending[0] == b' ' {
                self.pending.remove(0);
            }
        }
        let text = complete(&mut self.pending);
        Ok((!text.is_empty()).then_some(text))
    }

    /// What remains. Bytes that are not a whole character become U+FFFD.
    pub fn finish(mut self) -> Result<String, Error> {
        if let Scheme::Whole(decoder) = self.tokenizer.scheme() {
            let tokens = std::mem::take(&mut self.whole);
            return guarded(codes::TOKEN_ID, "the tokens cannot be decoded", || {
                decoder.decode(tokens)
            });
        }
        Ok(String::from_utf8_lossy(&self.pending).into_owned())
    }
}

/// Takes the characters that are complete from the bytes.
fn complete(pending: &mut Vec<u8>) -> String {
    let mut text = String::new();
    let mut taken = 0;
    for chunk in pending.utf8_chunks() {
        text.push_str(chunk.valid());
        taken += chunk.valid().len();
        let invalid = chunk.invalid();
        let unfinished = taken + invalid.len() == pending.len()
            && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
        if !invalid.is_empty() && !unfinished {
            text.push(char::REPLACEMENT_CHARACTER);
            taken += invalid.len();
        }
    }
    pending.drain(..taken);
    text
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn a_character_waits_for_its_last_byte() {
        let mut pending = vec![b'a', 0xE2, 0x82];
        assert_eq!(complete(&mut pending), "a");
        pending.push(0xAC);
        assert_eq!(complete(&mut pending), "€");
        pending.extend([0xE2, 0x82, b'b']);
        assert_eq!(complete(&mut pending), "\u{FFFD}b");
        assert!(pending.is_empty());
    }
}
