//! SentencePiece's merging by score, against the algorithm itself.
//!
//! A GGUF vocabulary has scores and no merges; ttt-text derives merges from them, so that the tokenizer can be saved as
//! `tokenizer.json`. The two break ties differently, which must not show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod models;

use std::collections::HashMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use ttt_adapters::gguf;
use ttt_text::Tokenizer;

struct Reference {
    scores: HashMap<String, (f32, u32)>,
    tokenizer: Tokenizer,
}

static REFERENCE: LazyLock<Option<Reference>> = LazyLock::new(|| {
    let file =
        gguf::File::open(&models::find("llama-cpp-vocabs")?.join("ggml-vocab-llama-spm.gguf")).unwrap();
    let tokens = file.metadata()["tokenizer.ggml.tokens"].as_strings().unwrap();
    let scores = file.metadata()["tokenizer.ggml.scores"].as_floats().unwrap();
    let scores = tokens
        .iter()
        .zip(scores)
        .zip(0..)
        .map(|((token, score), id)| (token.clone(), (*score, id)));
    Some(Reference {
        scores: scores.collect(),
        tokenizer: Tokenizer::from_gguf(&file).unwrap(),
    })
});

impl Reference {
    /// The neighbours whose joint token has the best score are merged, the leftmost of equals, until none is left
    /// (`llm_tokenizer_spm_session` of llama.cpp). What is no token becomes its bytes.
    fn encode(&self, text: &str) -> Vec<u32> {
        if text.is_empty() {
            return Vec::new();
        }
        let text = format!("▁{}", text.replace(' ', "▁"));
        let mut symbols: Vec<String> = text.chars().map(String::from).collect();
        loop {
            let pairs = symbols.windows(2).enumerate();
            let candidates = pairs.filter_map(|(at, pair)| Some((at, self.scores.get(&pair.concat())?.0)));
            let best = candidates.reduce(|best, next| if next.1 > best.1 { next } else { best });
            let Some((at, _)) = best else { break };
            let right = symbols.remove(at + 1);
            symbols[at] += &right;
        }
        let byte = |byte: u8| self.scores[&format!("<0x{byte:02X}>")].1;
        let ids = symbols.iter().flat_map(|symbol| match self.scores.get(symbol) {
            Some(&(_, id)) => vec![id],
            None => symbol.bytes().map(byte).collect(),
        });
        ids.collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn derived_merges_are_merging_by_score(
        text in prop_oneof![
            "[a-z ]{0,60}",
            "(the |ing|tion| and |er|[a-zA-Z]{1,4}| {1,9}|\n|[0-9]{1,5}){0,20}",
            "[aA_=*#-]{0,40}",
            "(a|aa| |  |--|==|__|\\*\\*|oo|ll|ss|000){0,30}",
            "\\PC{0,30}",
        ],
    ) {
        if let Some(reference) = &*REFERENCE {
            prop_assert_eq!(reference.tokenizer.encode_verbatim(&text).unwrap().ids, reference.encode(&text));
        }
    }
}
