//! Mistakes made mechanically, at every place of every source where they can be made: the checker finds at least 99 in a
//! hundred, says each once, and points at it. `survivors.txt` lists the rest with the reason why each is legal.
//!
//! A sample runs by default. `cargo test --release -p ttt-dsl --test mutations -- --ignored --nocapture` makes every one and
//! compares them with the list; with `UPDATE_SURVIVORS=1` it writes the list anew, new ones under `unexplained`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod kinds;
mod mutant;
mod nodes;
mod pairs;
mod score;
mod source;
mod survivors;
mod verdict;

use mutant::kinds;
use pairs::Pairs;
use score::Score;
use source::Source;
use survivors::Survivors;
use verdict::judge;

/// One in so many mutants is made where not all are.
const SAMPLE: usize = 23;

/// Of ten thousand mutants, so many are found, told once and pointed at. It may rise.
const RECORDED: usize = 9900;

/// Pairs of mistakes that are made of each source.
const PAIRS: usize = 20;

/// Of a hundred pairs in different pieces of a schema, both mistakes are told of so many. It may rise.
const PAIRS_RECORDED: usize = 96;

#[test]
fn a_sample_of_mistakes_is_found() {
    let (score, _) = mutate(SAMPLE);
    println!("{score}");
    assert!(score.right_in_ten_thousand() >= RECORDED, "{score}");
}

#[test]
#[ignore = "takes minutes: run it in release"]
fn every_mistake_is_found_or_explained() {
    let (score, found) = mutate(1);
    println!("{score}");
    let listed = Survivors::read();
    if std::env::var_os("UPDATE_SURVIVORS").is_some() {
        listed.updated(&found).write();
    }
    let listed = Survivors::read();
    assert_eq!(listed.unexplained(), Vec::<&str>::new());
    assert_eq!(listed.differences(&found), Vec::<String>::new());
    assert!(score.right_in_ten_thousand() >= RECORDED, "{score}");
}

#[test]
fn two_mistakes_are_both_told() {
    let mut pairs = Pairs::default();
    for source in &source::all() {
        pairs.make(source, PAIRS);
    }
    println!("{pairs}");
    assert!(pairs.made >= 100, "{pairs}");
    assert!(100 * pairs.told >= PAIRS_RECORDED * pairs.made, "{pairs}");
}

/// The score, and what the checker found no mistake in.
fn mutate(stride: usize) -> (Score, Vec<String>) {
    let mut score = Score::default();
    let mut survivors = Vec::new();
    for (nth, source) in source::all().iter().enumerate() {
        source.is_sound();
        for kind in kinds() {
            let mutants = (kind.mutants)(&source.spec);
            for mutant in mutants.iter().skip((nth * 7) % stride).step_by(stride) {
                one(source, kind.name, mutant, &mut score, &mut survivors);
            }
        }
    }
    survivors.sort();
    survivors.dedup();
    (score, survivors)
}

fn one(
    source: &Source,
    kind: &'static str,
    mutant: &mutant::Mutant,
    score: &mut Score,
    survivors: &mut Vec<String>,
) {
    for verdict in judge(source, mutant) {
        score.count(kind, source.name, &verdict);
        if verdict.is_legal() {
            survivors.push(format!("{} | {kind} | {}", source.name, verdict.change));
        }
        if let Some(shown) = verdict.shown(source.name, kind) {
            println!("{shown}");
        }
    }
}
