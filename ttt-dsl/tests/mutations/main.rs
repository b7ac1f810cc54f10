//! Mistakes made mechanically, at every place of every source where they can be made: the checker finds at least 99 in a
//! hundred, says each once, and points at it. `survivors.txt` lists the rest with the reason why each is legal.
//!
//! A sample runs by default. `.ci/run mutations` makes every one and compares them with the list; with `UPDATE_SURVIVORS=1` it
//! writes the list anew, new ones under `unexplained`.
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

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mutant::{Kind, kinds};
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
#[ignore = "takes minutes unoptimised: run it in release, or `.ci/run mutations`"]
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

/// The score, and what the checker found no mistake in. What to read of the others is printed.
fn mutate(stride: usize) -> (Score, Vec<String>) {
    let sources = source::all();
    sources.iter().for_each(Source::is_sound);
    let jobs: Vec<Job> = sources
        .iter()
        .enumerate()
        .flat_map(|(nth, source)| {
            let first = (nth * 7) % stride;
            kinds().map(move |kind| Job { source, kind, first })
        })
        .collect();
    let mut score = Score::default();
    let mut survivors = Vec::new();
    for done in in_parallel(&jobs, |job| job.run(stride)) {
        score.add(&done.score);
        survivors.extend(done.survivors);
        done.shown.iter().for_each(|shown| println!("{shown}"));
    }
    survivors.sort();
    survivors.dedup();
    (score, survivors)
}

/// One kind of mistake in one source.
struct Job<'a> {
    source: &'a Source,
    kind: &'static Kind,
    first: usize,
}

/// What a job found.
#[derive(Default)]
struct Done {
    score: Score,
    survivors: Vec<String>,
    shown: Vec<String>,
}

impl Job<'_> {
    fn run(&self, stride: usize) -> Done {
        let Job { source, kind, first } = self;
        let mut done = Done::default();
        let mutants = (kind.mutants)(&source.spec);
        for mutant in mutants.iter().skip(*first).step_by(stride) {
            for verdict in judge(source, mutant) {
                done.score.count(kind.name, source.name, &verdict);
                if verdict.is_legal() {
                    let survivor = format!("{} | {} | {}", source.name, kind.name, verdict.change);
                    done.survivors.push(survivor);
                }
                done.shown.extend(verdict.shown(source.name, kind.name));
            }
        }
        done
    }
}

/// What each job gives, in their order, on as many threads as the machine has.
fn in_parallel<J: Sync, D: Send>(jobs: &[J], run: impl Fn(&J) -> D + Sync) -> Vec<D> {
    let next = AtomicUsize::new(0);
    let work = || {
        let nths = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let mine = nths.map_while(|nth| Some((nth, run(jobs.get(nth)?))));
        mine.collect::<Vec<_>>()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, D)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join().unwrap());
        results.flatten().collect()
    });
    done.sort_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, done)| done).collect()
}
