//! Laws of decoding, for every kind of tokenizer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod models;

use std::sync::LazyLock;

use proptest::prelude::*;
use ttt_text::Tokenizer;
use ttt_text::train::{Kind, Options, train};

const TEXT: &str = "It's 2024: the cat — le chat, die Katze, кошка, 猫 😀 — sat on 100 mats.\n\nThe mats were flat,\tflat as mats are. \
                    Is that all? That's all! The cat sat. The cats sat on the mats; they sat and sat.\n";

fn trained(kind: Kind, size: usize) -> Tokenizer {
    train(&[TEXT], &Options::new(kind, size)).unwrap()
}

static BPE: LazyLock<Tokenizer> = LazyLock::new(|| trained(Kind::Bpe, 300));
static WORD_PIECE: LazyLock<Tokenizer> = LazyLock::new(|| trained(Kind::WordPiece, 120));
static UNIGRAM: LazyLock<Tokenizer> = LazyLock::new(|| trained(Kind::Unigram, 120));
static CHAR: LazyLock<Tokenizer> = LazyLock::new(|| trained(Kind::Char, 120));
static LLAMA: LazyLock<Option<Tokenizer>> = LazyLock::new(|| {
    let directory = models::find("llama-cpp-vocabs")?;
    Some(Tokenizer::open(&directory.join("ggml-vocab-llama-spm.gguf")).unwrap())
});

fn streamed(tokenizer: &Tokenizer, ids: &[u32]) -> String {
    let mut stream = tokenizer.stream();
    let pieces = ids
        .iter()
        .filter_map(|&id| stream.push(id).unwrap())
        .collect::<Vec<_>>();
    assert!(pieces.iter().all(|piece| !piece.is_empty()));
    pieces.concat() + &stream.finish().unwrap()
}

/// Random ids, of a tokenizer with this many.
fn ids(size: usize) -> impl proptest::strategy::Strategy<Value = Vec<u32>> {
    proptest::collection::vec(0..u32::try_from(size).unwrap(), 0..40)
}

proptest! {
    #[test]
    fn bytes_come_back(text in "\\PC{0,40}|[\\s\\PC]{0,20}") {
        let encoding = BPE.encode_verbatim(&text).unwrap();
        prop_assert_eq!(BPE.decode(&encoding.ids, false).unwrap(), text.clone());
        for &(from, to) in &encoding.offsets {
            prop_assert!(text.get(from..to).is_some());
        }
        if let Some(llama) = &*LLAMA {
            let encoding = llama.encode_verbatim(&text).unwrap();
            prop_assert_eq!(llama.decode(&encoding.ids, false).unwrap(), text.clone());
            for &(from, to) in &encoding.offsets {
                prop_assert!(text.get(from..to).is_some());
            }
        }
    }

    #[test]
    fn decoding_is_that_of_tokenizers_where_bytes_are_characters(text in "[ A-Za-z0-9,.é—猫😀\n]{0,40}") {
        for tokenizer in [&*BPE, &*WORD_PIECE, &*UNIGRAM, &*CHAR].into_iter().chain(&*LLAMA) {
            let ids = tokenizer.encode(&text, true).unwrap().ids;
            prop_assert_eq!(tokenizer.decode(&ids, true).unwrap(), tokenizer.core().decode(&ids, true).unwrap());
        }
    }

    #[test]
    fn pieces_are_the_whole_byte_level(ids in ids(BPE.vocab_size())) {
        // The `tokenizers` crate decodes all bytes at once, which is the reference here.
        prop_assert_eq!(streamed(&BPE, &ids), BPE.core().decode(&ids, true).unwrap());
    }

    #[test]
    fn pieces_are_the_whole_word_piece(ids in ids(WORD_PIECE.vocab_size())) {
        prop_assert_eq!(streamed(&WORD_PIECE, &ids), WORD_PIECE.core().decode(&ids, true).unwrap());
    }

    #[test]
    fn pieces_are_the_whole_unigram(ids in ids(UNIGRAM.vocab_size())) {
        prop_assert_eq!(streamed(&UNIGRAM, &ids), UNIGRAM.core().decode(&ids, true).unwrap());
    }

    #[test]
    fn pieces_are_the_whole_char(ids in ids(CHAR.vocab_size())) {
        prop_assert_eq!(streamed(&CHAR, &ids), CHAR.core().decode(&ids, true).unwrap());
    }

    #[test]
    fn pieces_are_the_whole_sentence_piece(ids in ids(600)) {
        // Ids 3 to 258 are bytes, most of which make no character.
        if let Some(llama) = &*LLAMA {
            prop_assert_eq!(streamed(llama, &ids), llama.decode(&ids, true).unwrap());
        }
    }
}

#[test]
fn a_character_of_several_tokens_comes_as_one_piece() {
    let ids = BPE.encode("a😀b", false).unwrap().ids;
    let mut stream = BPE.stream();
    let pieces: Vec<Option<String>> = ids.iter().map(|&id| stream.push(id).unwrap()).collect();
    let given: Vec<String> = pieces.into_iter().flatten().collect();
    assert!(ids.len() > 3, "{ids:?}");
    assert_eq!(given, ["a", "😀", "b"]);
}

#[test]
fn tokens_of_one_character_have_offsets_of_the_whole_character() {
    let encoding = BPE.encode("a😀b", false).unwrap();
    let offsets: Vec<&str> = encoding
        .offsets
        .iter()
        .map(|&(from, to)| &"a😀b"[from..to])
        .collect();
    assert_eq!(offsets.first(), Some(&"a"));
    assert!(
        offsets[1..offsets.len() - 1].iter().all(|&text| text == "😀"),
        "{offsets:?}"
    );
}
