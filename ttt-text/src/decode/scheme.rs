//! How the tokens of a tokenizer become text, one after another.

use tokenizers::{Decoder as _, DecoderWrapper};

use super::bytes;

/// How tokens become bytes of text.
#[derive(Clone, Debug)]
pub enum Scheme {
    /// Each token spells bytes, in GPT-2's alphabet.
    ByteLevel,
    /// Each token is text with `▁` for a space, or one byte; `stripped` spaces at the beginning of the text go.
    SentencePiece {
        /// How many.
        stripped: usize,
    },
    /// Each token becomes text by itself; only whether it is the first matters.
    Alone(Option<Box<DecoderWrapper>>),
    /// What a token becomes may depend on all others.
    Whole(Box<DecoderWrapper>),
}

impl Scheme {
    /// The scheme of a tokenizer's decoder. Tokenizers without one join their tokens with spaces.
    pub fn of(decoder: Option<&DecoderWrapper>) -> Scheme {
        match decoder {
            None => Scheme::Alone(None),
            Some(DecoderWrapper::ByteLevel(_)) => Scheme::ByteLevel,
            Some(decoder) => {
                if let Some(stripped) = sentence_piece(decoder) {
                    Scheme::SentencePiece { stripped }
                } else if is_alone(decoder) {
                    Scheme::Alone(Some(Box::new(decoder.clone())))
                } else {
                    Scheme::Whole(Box::new(decoder.clone()))
                }
            }
        }
    }

    /// The bytes of a token. `Whole` has none before the end.
    pub fn bytes(&self, token: String, first: bool) -> tokenizers::Result<Vec<u8>> {
        match self {
            Scheme::ByteLevel => Ok(bytes::byte_level(&token)),
            Scheme::SentencePiece { .. } => Ok(match bytes::fallback_byte(&token) {
                Some(byte) => vec![byte],
                None => token.replace('▁', " ").into_bytes(),
            }),
            Scheme::Alone(None) if first => Ok(token.into_bytes()),
            Scheme::Alone(None) => Ok(format!(" {token}").into_bytes()),
            Scheme::Alone(Some(decoder)) if first => {
                Ok(decoder.decode_chain(vec![token])?.concat().into_bytes())
            }
            Scheme::Alone(Some(decoder)) => {
                let mut pieces = decoder.decode_chain(vec![String::new(), token])?;
                Ok(pieces.pop().unwrap_or_default().into_bytes())
            }
            Scheme::Whole(_) => Ok(Vec::new()),
        }
    }
}

/// The spaces that LLaMA's decoder strips: `Replace ▁`, `ByteFallback`, `Fuse`, and maybe `Strip`.
fn sentence_piece(decoder: &DecoderWrapper) -> Option<usize> {
    let DecoderWrapper::Sequence(sequence) = decoder else {
        return None;
    };
    let (replace, stripped) = match sequence.get_decoders() {
        [
            DecoderWrapper::Replace(replace),
            DecoderWrapper::ByteFallback(_),
            DecoderWrapper::Fuse(_),
        ] => (replace, 0),
        [
            DecoderWrapper::Replace(replace),
            DecoderWrapper::ByteFallback(_),
            DecoderWrapper::Fuse(_),
            DecoderWrapper::Strip(strip),
        ] if strip.content == ' ' && strip.stop == 0 => (replace, strip.start),
        _ => return None,
    };
    let probe = replace.decode_chain(vec!["▁a▁▁".into()]).ok()?;
    (probe == [" a  "]).then_some(stripped)
}

/// Whether every token becomes text by itself. Joining them at the very end changes nothing.
fn is_alone(decoder: &DecoderWrapper) -> bool {
    match decoder {
        DecoderWrapper::WordPiece(_) | DecoderWrapper::Metaspace(_) | DecoderWrapper::Replace(_) => true,
        DecoderWrapper::Fuse(_) => true,
        DecoderWrapper::Sequence(sequence) => match sequence.get_decoders() {
            [] => true,
            [first @ .., last] => {
                is_alone(last)
                    && first
                        .iter()
                        .all(|decoder| is_alone(decoder) && !matches!(decoder, DecoderWrapper::Fuse(_)))
            }
        },
        _ => false,
    }
}
