//! A text, or a pair of texts, as ids.

/// A text, or a pair of texts, as ids. Every list has one entry per token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoding {
    /// The tokens' ids.
    pub ids: Vec<u32>,
    /// 0 for the first text and its special tokens, 1 for the second, as `token_type_ids` of BERT.
    pub type_ids: Vec<u32>,
    /// Where each token stands in its text, in bytes, from and to. They lie on the borders of characters, so that
    /// `&text[from..to]` is the token's text. A token that is part of a character spans all of it, and one that was
    /// added is `(0, 0)`.
    pub offsets: Vec<(usize, usize)>,
    /// Whether a token was added, rather than being in the text.
    pub special_mask: Vec<bool>,
    /// Which word of its text a token belongs to, counted from 0; `None` for added tokens.
    pub word_ids: Vec<Option<u32>>,
    /// 0 for tokens of the first text, 1 for those of the second, `None` for added tokens.
    pub sequence_ids: Vec<Option<usize>>,
    /// The tokens as the vocabulary spells them.
    pub tokens: Vec<String>,
    /// Whether the text was longer than it was allowed to be, and its rest was cut off.
    pub is_cut: bool,
}

impl Encoding {
    /// How many tokens.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Reads what the `tokenizers` crate made of these texts.
    pub(crate) fn new(encoding: &tokenizers::Encoding, texts: &[&str]) -> Encoding {
        let special_mask: Vec<bool> = encoding
            .get_special_tokens_mask()
            .iter()
            .map(|&special| special != 0)
            .collect();
        let sequence_ids: Vec<Option<usize>> = encoding
            .get_sequence_ids()
            .into_iter()
            .zip(&special_mask)
            .map(|(sequence, special)| sequence.filter(|_| !special))
            .collect();
        let offsets = encoding
            .get_offsets()
            .iter()
            .zip(&sequence_ids)
            .map(|(&offsets, sequence)| {
                let text = sequence.and_then(|sequence| texts.get(sequence));
                text.map_or((0, 0), |text| whole_characters(text, offsets))
            })
            .collect();
        Encoding {
            ids: encoding.get_ids().to_vec(),
            type_ids: encoding.get_type_ids().to_vec(),
            offsets,
            special_mask,
            word_ids: encoding.get_word_ids().to_vec(),
            sequence_ids,
            tokens: encoding.get_tokens().to_vec(),
            is_cut: !encoding.get_overflowing().is_empty(),
        }
    }
}

/// The smallest span of whole characters around a span of bytes.
fn whole_characters(text: &str, (from, to): (usize, usize)) -> (usize, usize) {
    let from = text.floor_char_boundary(from);
    (from, text.ceil_char_boundary(to).max(from))
}
