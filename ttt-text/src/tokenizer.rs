//! The tokenizer.

use std::path::Path;
use std::sync::Arc;

use tokenizers::tokenizer::{OffsetType, PreTokenizedString, truncate_encodings};
use tokenizers::{AddedVocabulary, Model as _, PostProcessor as _, PreTokenizer as _};
use ttt_adapters::error::{Error, Problem, codes};
use ttt_adapters::gguf;

use crate::batch::{Batch, Padding, Strategy, Truncation};
use crate::chat::ChatTemplate;
use crate::decode::{Scheme, Stream};
use crate::encoding::Encoding;
use crate::error::guarded;
use crate::source::{self, Source};
use crate::special::Special;

/// Turns text into ids and back. Cloning shares everything.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    core: tokenizers::Tokenizer,
    /// The added vocabulary, blind to special tokens in a text.
    verbatim: AddedVocabulary,
    vocab_size: usize,
    scheme: Scheme,
    special: Special,
    template: Option<ChatTemplate>,
    source: Source,
}

impl Tokenizer {
    /// Opens a directory, one of its files, or a GGUF file.
    ///
    /// A directory is read as Hugging Face writes it: `tokenizer.json`, or else `vocab.txt`, or else `vocab.json` with
    /// `merges.txt`, or else `encoder.json` with `vocab.bpe`; beside them `tokenizer_config.json`,
    /// `special_tokens_map.json`, `added_tokens.json` and `chat_template.jinja`.
    pub fn open(path: &Path) -> Result<Tokenizer, Error> {
        source::open(path)
    }

    /// The tokenizer in the metadata of a GGUF file.
    pub fn from_gguf(file: &gguf::File) -> Result<Tokenizer, Error> {
        source::gguf::read(file)
    }

    /// Completes what a source gave: finds out which special tokens are added, and how decoding goes.
    pub(crate) fn new(
        core: tokenizers::Tokenizer,
        mut special: Special,
        mut template: Option<ChatTemplate>,
        source: Source,
    ) -> Result<Tokenizer, Error> {
        let mut verbatim = core.get_added_vocabulary().clone();
        verbatim.set_encode_special_tokens(true);
        let nothing = guarded(codes::TOKENIZER, "the tokenizer does not work", || {
            core.encode("", true)
        })?;
        special.adds_bos = special.bos.is_some() && nothing.get_ids().first().copied() == special.bos;
        special.adds_eos = special.eos.is_some()
            && nothing.get_ids().len() > usize::from(special.adds_bos)
            && nothing.get_ids().last().copied() == special.eos;
        if let Some(template) = &mut template {
            for (role, id) in special.roles() {
                template.set_token(format!("{role}_token"), core.id_to_token(id).unwrap_or_default());
            }
        }
        let highest = core.get_vocab(true).into_values().max();
        let vocab_size = highest.map_or(0, |id| id as usize + 1);
        let scheme = Scheme::of(core.get_decoder());
        let inner = Inner {
            core,
            verbatim,
            vocab_size,
            scheme,
            special,
            template,
            source,
        };
        Ok(Tokenizer {
            inner: Arc::new(inner),
        })
    }

    /// A text as ids. Special tokens that stand in the text are taken as such. `add_special` adds those that the model
    /// expects around a text.
    pub fn encode(&self, text: &str, add_special: bool) -> Result<Encoding, Error> {
        let encoding = self.pieces(text, 0, self.inner.core.get_added_vocabulary())?;
        let encoding = self.post_process(encoding, None, add_special)?;
        Ok(Encoding::new(&encoding, &[text]))
    }

    /// A text as ids, where special tokens in the text are plain text: for text that comes from strangers. None are
    /// added.
    pub fn encode_verbatim(&self, text: &str) -> Result<Encoding, Error> {
        let encoding = self.pieces(text, 0, &self.inner.verbatim)?;
        let encoding = self.post_process(encoding, None, false)?;
        Ok(Encoding::new(&encoding, &[text]))
    }

    /// Two texts as the ids of one row, with the special tokens that the model expects.
    pub fn encode_pair(
        &self,
        first: &str,
        second: &str,
        truncation: Option<Truncation>,
    ) -> Result<Encoding, Error> {
        let windows = self.rows(first, Some(second), truncation)?;
        Ok(windows.into_iter().next().unwrap_or_default())
    }

    /// A question with each window of a text that is too long for one row. Windows share `stride` tokens.
    pub fn encode_windows(
        &self,
        question: &str,
        text: &str,
        max_length: usize,
        stride: usize,
    ) -> Result<Vec<Encoding>, Error> {
        let truncation = Truncation {
            stride,
            strategy: Strategy::OnlySecond,
            ..Truncation::to(max_length)
        };
        self.rows(question, Some(text), Some(truncation))
    }

    /// Texts as rows of equal length, with the special tokens that the model expects.
    pub fn encode_batch(
        &self,
        texts: &[&str],
        padding: Padding,
        truncation: Option<Truncation>,
    ) -> Result<Batch, Error> {
        let rows = texts.iter().map(|text| self.row(text, None, truncation));
        self.pad(rows.collect::<Result<_, Error>>()?, padding)
    }

    /// Pairs of texts as rows of equal length, with the special tokens that the model expects.
    pub fn encode_pair_batch(
        &self,
        pairs: &[(&str, &str)],
        padding: Padding,
        truncation: Option<Truncation>,
    ) -> Result<Batch, Error> {
        let rows = pairs
            .iter()
            .map(|(first, second)| self.row(first, Some(second), truncation));
        self.pad(rows.collect::<Result<_, Error>>()?, padding)
    }

    /// Rows of any length as rows of equal length.
    pub fn pad(&self, encodings: Vec<Encoding>, padding: Padding) -> Result<Batch, Error> {
        Batch::new(encodings, padding, self.inner.special.filler())
    }

    /// The text of ids. An id that the vocabulary does not have is an error.
    pub fn decode(&self, ids: &[u32], skip_special: bool) -> Result<String, Error> {
        let mut stream = Stream::new(self.clone(), skip_special);
        let mut text = String::new();
        for &id in ids {
            if let Some(piece) = stream.push(id)? {
                text += &piece;
            }
        }
        text += &stream.finish()?;
        Ok(text)
    }

    /// A decoder for ids that come one at a time. It leaves special tokens out.
    pub fn stream(&self) -> Stream {
        Stream::new(self.clone(), true)
    }

    /// The special tokens by role.
    pub fn special(&self) -> &Special {
        &self.inner.special
    }

    /// One more than the highest id.
    pub fn vocab_size(&self) -> usize {
        self.inner.vocab_size
    }

    /// The id of a token as the vocabulary spells it.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.core.token_to_id(token)
    }

    /// The token with this id, as the vocabulary spells it.
    pub fn token(&self, id: u32) -> Option<String> {
        self.inner.core.id_to_token(id)
    }

    /// Whether this is the id of a special token: one that plain text never becomes.
    pub fn is_special(&self, id: u32) -> bool {
        let added = self.inner.core.get_added_vocabulary().get_added_tokens_decoder();
        added.get(&id).is_some_and(|token| token.special)
    }

    /// How the model wants a conversation as text.
    pub fn chat_template(&self) -> Option<&ChatTemplate> {
        self.inner.template.as_ref()
    }

    /// Where it came from.
    pub fn source(&self) -> &Source {
        &self.inner.source
    }

    /// The tokenizer of the `tokenizers` crate, for what is not here.
    pub fn core(&self) -> &tokenizers::Tokenizer {
        &self.inner.core
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.inner.scheme
    }

    /// The token with this id, as decoding needs it.
    pub(crate) fn piece(&self, id: u32) -> Result<String, Error> {
        let core = &self.inner.core;
        let piece = core.get_added_vocabulary().simple_id_to_token(id);
        piece.or_else(|| core.get_model().id_to_token(id)).ok_or_else(|| {
            Problem::new(codes::TOKEN_ID, "an id has no token")
                .found(id)
                .expected(format!("one below {}", self.vocab_size()))
                .help("is this the tokenizer that belongs to the model?")
                .into()
        })
    }

    fn row(
        &self,
        first: &str,
        second: Option<&str>,
        truncation: Option<Truncation>,
    ) -> Result<Encoding, Error> {
        let rows = self.rows(first, second, truncation)?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// The row, and when it was cut the rows that the rest makes.
    fn rows(
        &self,
        first: &str,
        second: Option<&str>,
        truncation: Option<Truncation>,
    ) -> Result<Vec<Encoding>, Error> {
        let added = self.inner.core.get_added_vocabulary();
        let mut encodings = (self.pieces(first, 0, added)?, None);
        if let Some(second) = second {
            encodings.1 = Some(self.pieces(second, 1, added)?);
        }
        if let Some(truncation) = truncation {
            let processor = self.inner.core.get_post_processor();
            let around = processor.map_or(0, |processor| processor.added_tokens(second.is_some()));
            let parameters = truncation.parameters(around)?;
            encodings = guarded(codes::TRUNCATION, "the texts cannot be cut", || {
                truncate_encodings(encodings.0, encodings.1, &parameters)
            })?;
        }
        let row = self.post_process(encodings.0, encodings.1, true)?;
        let texts: Vec<&str> = [Some(first), second].into_iter().flatten().collect();
        let mut rows = vec![Encoding::new(&row, &texts)];
        rows.extend(
            row.get_overflowing()
                .iter()
                .map(|rest| Encoding::new(rest, &texts)),
        );
        Ok(rows)
    }

    /// A text as tokens, with nothing added. `tokenizers` does this and post-processing in one, but truncation goes in
    /// between.
    fn pieces(
        &self,
        text: &str,
        type_id: u32,
        added: &AddedVocabulary,
    ) -> Result<tokenizers::Encoding, Error> {
        let core = &self.inner.core;
        guarded(codes::TEXT, "the text cannot be encoded", || {
            let mut pieces: PreTokenizedString = added.extract_and_normalize(core.get_normalizer(), text);
            if let Some(pre_tokenizer) = core.get_pre_tokenizer() {
                pre_tokenizer.pre_tokenize(&mut pieces)?;
            }
            core.get_model().tokenize_in_pretokenized(&mut pieces, None)?;
            pieces.into_encoding(None, type_id, OffsetType::Byte)
        })
    }

    fn post_process(
        &self,
        first: tokenizers::Encoding,
        second: Option<tokenizers::Encoding>,
        add_special: bool,
    ) -> Result<tokenizers::Encoding, Error> {
        guarded(codes::TEXT, "special tokens cannot be added", || {
            self.inner.core.post_process(first, second, add_special)
        })
    }
}
