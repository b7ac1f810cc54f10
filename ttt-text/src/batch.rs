//! Several texts as rows of equal length.

use ttt_adapters::error::{Error, Problem, codes};

use crate::encoding::Encoding;

/// An end of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The beginning.
    Left,
    /// The end.
    #[default]
    Right,
}

/// How long rows become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// As long as the longest.
    Longest,
    /// This many tokens. A row that is longer is an error.
    Exactly(usize),
}

/// How rows are made equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// How long they become.
    pub length: Length,
    /// Where the filler goes: right for encoders, left for generating, so that all rows end together.
    pub side: Side,
}

impl Padding {
    /// To the longest row, with the filler at the end.
    pub const RIGHT: Padding = Padding {
        length: Length::Longest,
        side: Side::Right,
    };
    /// To the longest row, with the filler at the beginning.
    pub const LEFT: Padding = Padding {
        length: Length::Longest,
        side: Side::Left,
    };
}

/// Which text of a pair is cut. A single text is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// The longer one, down to the length of the shorter one, then both.
    #[default]
    LongestFirst,
    /// The first.
    OnlyFirst,
    /// The second, as when questions are answered from windows of a long text.
    OnlySecond,
}

/// How long texts are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    /// How many tokens remain at most, the added ones included.
    pub max_length: usize,
    /// How many tokens consecutive windows share.
    pub stride: usize,
    /// Which text of a pair is cut.
    pub strategy: Strategy,
    /// Which end is cut off.
    pub side: Side,
}

impl Truncation {
    /// The end is cut off, of the longer text first.
    pub fn to(max_length: usize) -> Truncation {
        Truncation {
            max_length,
            stride: 0,
            strategy: Strategy::default(),
            side: Side::default(),
        }
    }

    /// What remains for the texts when `added` tokens are added.
    pub(crate) fn parameters(self, added: usize) -> Result<tokenizers::TruncationParams, Error> {
        let max_length = self
            .max_length
            .checked_sub(added)
            .filter(|&length| length > self.stride);
        let max_length = max_length.ok_or_else(|| {
            Problem::new(codes::TRUNCATION, "a text cannot be cut so short")
                .found(format!(
                    "{} tokens, with a stride of {}",
                    self.max_length, self.stride
                ))
                .expected(format!(
                    "more than the stride and the {added} special tokens together"
                ))
        })?;
        Ok(tokenizers::TruncationParams {
            direction: match self.side {
                Side::Left => tokenizers::TruncationDirection::Left,
                Side::Right => tokenizers::TruncationDirection::Right,
            },
            max_length,
            strategy: match self.strategy {
                Strategy::LongestFirst => tokenizers::TruncationStrategy::LongestFirst,
                Strategy::OnlyFirst => tokenizers::TruncationStrategy::OnlyFirst,
                Strategy::OnlySecond => tokenizers::TruncationStrategy::OnlySecond,
            },
            stride: self.stride,
        })
    }
}

/// Rows of equal length, one after another in each list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// How many rows.
    pub rows: usize,
    /// How many tokens a row has.
    pub length: usize,
    /// `rows * length` ids.
    pub ids: Vec<u32>,
    /// 1 for tokens of the text, 0 for filler.
    pub attention_mask: Vec<u32>,
    /// 0 for the first text of a pair and for filler, 1 for the second.
    pub type_ids: Vec<u32>,
    /// What each row holds, without the filler.
    pub encodings: Vec<Encoding>,
}

impl Batch {
    /// Fills the rows up with `filler`.
    pub fn new(encodings: Vec<Encoding>, padding: Padding, filler: Option<u32>) -> Result<Batch, Error> {
        let longest = encodings.iter().map(Encoding::len).max().unwrap_or(0);
        let length = match padding.length {
            Length::Longest => longest,
            Length::Exactly(length) => length,
        };
        if longest > length {
            return Err(Problem::new(codes::PADDING, "a text is longer than its row")
                .found(format!("{longest} tokens"))
                .expected(format!("at most {length}"))
                .help("truncate to the same length")
                .into());
        }
        let mut batch = Batch {
            rows: encodings.len(),
            length,
            ..Batch::default()
        };
        for encoding in &encodings {
            let missing = length - encoding.len();
            let filler = match filler {
                Some(filler) => filler,
                None if missing == 0 => 0,
                None => return Err(no_filler()),
            };
            extend(&mut batch.ids, &encoding.ids, missing, filler, padding.side);
            extend(&mut batch.type_ids, &encoding.type_ids, missing, 0, padding.side);
            extend(
                &mut batch.attention_mask,
                &vec![1; encoding.len()],
                missing,
                0,
                padding.side,
            );
        }
        batch.encodings = encodings;
        Ok(batch)
    }
}

fn extend(list: &mut Vec<u32>, values: &[u32], missing: usize, filler: u32, side: Side) {
    let filler = std::iter::repeat_n(filler, missing);
    match side {
        Side::Left => {
            list.extend(filler);
            list.extend(values);
        }
        Side::Right => {
            list.extend(values);
            list.extend(filler);
        }
    }
}

fn no_filler() -> Error {
    Problem::new(codes::PADDING, "the tokenizer has no token to fill rows with")
        .expected("a `pad`, `eos` or `unk` token")
        .help("name a `pad_token` in tokenizer_config.json, or encode the texts one by one")
        .into()
}
