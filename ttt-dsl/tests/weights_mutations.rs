//! Every line of GPT-2's weights table dropped, doubled and misspelt: each gives exactly one error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{codes, family, shown};

fn lines(text: &str) -> Vec<&str> {
    let start = text.find("weights hf").unwrap();
    let table: Vec<&str> = text[start..]
        .lines()
        .skip(1)
        .take_while(|line| line.contains("=>"))
        .collect();
    assert!(table.iter().any(|line| line.contains("lm.logits")));
    table
}

fn is_of_head(line: &str) -> bool {
    let target = line.split_once("=> ").unwrap().1;
    [
        "lm.",
        "double_heads.",
        "sequence_classification.",
        "token_classification.",
        "question_answering.",
    ]
    .iter()
    .any(|head| target.starts_with(head))
}

fn one_error(text: &str, line: &str) {
    assert_eq!(codes(text).len(), 1, "{line}\n{}", shown(text));
}

#[test]
fn a_dropped_line_is_one_error() {
    let text = family("gpt2");
    for line in lines(&text) {
        let dropped = text.replace(line, "");
        match line.contains("skip") {
            // What may be there and is not used is not missed here; a checkpoint that has it says so when it is loaded.
            true => assert!(codes(&dropped).is_empty()),
            false => one_error(&dropped, line),
        }
    }
}

#[test]
fn a_doubled_line_is_one_error() {
    let text = family("gpt2");
    for line in lines(&text) {
        one_error(&text.replace(line, &format!("{line}\n{line}")), line);
    }
}

#[test]
fn a_misspelt_target_is_one_error() {
    let text = family("gpt2");
    for line in lines(&text).into_iter().filter(|line| !line.contains("skip")) {
        let (source, target) = line.split_once("=>").unwrap();
        for (right, wrong) in [
            ("wte", "wtf"),
            ("h[i]", "hh[i]"),
            ("ln_", "lm_"),
            ("attn.", "atn."),
            ("mlp.", "zzz."),
            (".q,", ".qq,"),
            ("logits", "logit"),
            ("h[i]", "h"),
        ] {
            if target.contains(right) {
                let misspelt = format!("{source}=>{}", target.replacen(right, wrong, 1));
                one_error(&text.replace(line, &misspelt), &misspelt);
            }
        }
    }
}

#[test]
fn a_source_of_another_line_is_one_error() {
    let text = family("gpt2");
    let lines = lines(&text);
    for pair in lines
        .windows(2)
        .filter(|pair| pair[0].contains("{i}") == pair[1].contains("{i}"))
    {
        let (source, _) = pair[0].split_once("=>").unwrap();
        let (_, target) = pair[1].split_once("=>").unwrap();
        // The checkpoints of two heads may have tensors of one name.
        if pair[1].contains("skip") || pair.iter().all(|line| is_of_head(line)) {
            continue;
        }
        let swapped = format!("{source}=>{target}");
        one_error(&text.replace(pair[1], &swapped), &swapped);
    }
}
