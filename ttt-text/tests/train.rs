//! Training: every kind says its text, in the same way each time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ttt_text::Tokenizer;
use ttt_text::train::{Kind, Options, train, train_files};

const TEXT: &str = "The cat sat on the mat. The cats sat on the mats, and the mats were flat.\nÉ — 猫!\n";

fn tokens(tokenizer: &Tokenizer, text: &str) -> String {
    tokenizer.encode(text, true).unwrap().tokens.join("|")
}

#[test]
fn every_kind_learns_words_and_says_its_text() {
    for (kind, size, expected, decoded) in [
        (Kind::Bpe, 300, "The|Ġcat|Ġsat|.", "The cat sat."),
        (Kind::WordPiece, 80, "[CLS]|the|cat|sat|.|[SEP]", "the cat sat."),
        (Kind::Unigram, 60, "▁|T|h|e|▁cat|▁|s|at.", "The cat sat."),
        (Kind::Char, 60, "T|h|e| |c|a|t| |s|a|t|.", "The cat sat."),
    ] {
        let tokenizer = train(&[TEXT], &Options::new(kind, size)).unwrap();
        let again = train(&[TEXT], &Options::new(kind, size)).unwrap();
        assert_eq!(tokens(&tokenizer, "The cat sat."), expected, "{kind:?}");
        assert_eq!(tokens(&again, "The cat sat."), expected, "{kind:?}");
        assert!(
            tokenizer.vocab_size() <= size,
            "{kind:?}: {}",
            tokenizer.vocab_size()
        );
        let ids = tokenizer.encode("The cat sat.", true).unwrap().ids;
        assert_eq!(tokenizer.decode(&ids, true).unwrap(), decoded, "{kind:?}");
    }
}

#[test]
fn special_tokens_have_their_roles_after_saving() {
    let tokenizer = train(&[TEXT], &Options::new(Kind::WordPiece, 80)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    tokenizer.save(directory.path()).unwrap();
    let again = Tokenizer::open(directory.path()).unwrap();
    assert_eq!(again.special(), tokenizer.special());
    assert_eq!(again.special().pad, Some(0));
    assert_eq!(tokens(&again, "cat"), "[CLS]|cat|[SEP]");
}

#[test]
fn characters_are_one_token_each_and_others_are_unknown() {
    let tokenizer = train(&[TEXT], &Options::new(Kind::Char, 60)).unwrap();
    assert_eq!(tokens(&tokenizer, "a猫\nß"), "a|猫|\n|<unk>");
}

#[test]
fn info_says_what_was_made() {
    let tokenizer = train(&[TEXT], &Options::new(Kind::Bpe, 300)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&tokenizer.info()).unwrap(), @r#"
    {
      "kind": "BPE",
      "vocab_size": 271,
      "special": {
        "bos": 0,
        "eos": 0,
        "unk": null,
        "pad": null,
        "cls": null,
        "sep": null,
        "mask": null,
        "turn_ends": [],
        "adds_bos": false,
        "adds_eos": false
      },
      "special_tokens": {
        "bos": "<|endoftext|>",
        "eos": "<|endoftext|>"
      },
      "added_tokens": 1,
      "normalizer": [],
      "pre_tokenizer": [
        "ByteLevel"
      ],
      "chat_templates": [],
      "source": {
        "format": "trained",
        "files": [],
        "notes": []
      }
    }
    "#);
}

#[test]
fn what_cannot_be_trained_is_an_error() {
    let bad_role = Options {
        special: vec![("<x>".into(), vec!["end".into()])],
        ..Options::new(Kind::Bpe, 300)
    };
    for (texts, options) in [
        (&[" \n"][..], Options::new(Kind::Bpe, 300)),
        (&[TEXT], Options::new(Kind::Bpe, 100)),
        (&[TEXT], Options::new(Kind::WordPiece, 9)),
        (&[TEXT], Options::new(Kind::Unigram, 2)),
        (&[TEXT], Options::new(Kind::Char, 1)),
        (
            &[TEXT],
            Options {
                special: vec![],
                ..Options::new(Kind::Char, 60)
            },
        ),
        (&[TEXT], bad_role),
    ] {
        let error = train(texts, &options).unwrap_err();
        assert_eq!(error.problems[0].code.id, "A910", "{options:?}: {error}");
    }
    let missing = train_files(&["no-such-file.txt".into()], &Options::new(Kind::Bpe, 300)).unwrap_err();
    assert_eq!(missing.problems[0].code.id, "A001");
}
