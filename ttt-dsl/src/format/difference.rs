//! What formatting would change, line by line.

use std::fmt::Write;

/// The lines that differ: `-` before, `+` after, under the number of the first. Nothing for equal texts.
pub fn difference(before: &str, after: &str) -> String {
    let (old, new) = (lines(before), lines(after));
    let mut shown = String::new();
    let (mut at, mut to) = (0, 0);
    while at < old.len() || to < new.len() {
        if old.get(at) == new.get(to) {
            at += 1;
            to += 1;
            continue;
        }
        let (removed, added) = until_equal(&old[at..], &new[to..]);
        // A `String` takes all that is written to it.
        let _ = writeln!(shown, "@@ line {}", at + 1);
        for line in &old[at..at + removed] {
            let _ = write!(shown, "-{line}");
        }
        for line in &new[to..to + added] {
            let _ = write!(shown, "+{line}");
        }
        at += removed;
        to += added;
    }
    shown
}

/// Lines with their ends; the last is given one.
fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n')
        .map(|line| match line.ends_with('\n') {
            true => line.to_owned(),
            false => format!("{line}\n\\ no line end\n"),
        })
        .collect()
}

/// How many lines of each to pass over to come to equal ones, as few as possible.
fn until_equal(old: &[String], new: &[String]) -> (usize, usize) {
    for passed in 1..old.len() + new.len() {
        for removed in passed.saturating_sub(new.len())..=passed.min(old.len()) {
            let (left, right) = (old.get(removed), new.get(passed - removed));
            let telling = left.is_some_and(|line| line.trim().len() > 1);
            if telling && left == right {
                return (removed, passed - removed);
            }
        }
    }
    (old.len(), new.len())
}
