//! How alike two pieces are.

use std::collections::HashMap;

use super::Item;
use super::words::pieces;

/// Pieces less alike than this are two, not one with another name.
pub(super) const ALIKE: f64 = 0.6;

/// A piece of so many words is judged by them alone.
const MANY: usize = 12;

/// Between 0, nothing in common, and 1, the same but for the name. Short pieces that are not the same are judged by
/// their names as well, and what says nothing beside its name by that alone.
pub(super) fn likeness(left: &Item, right: &Item) -> f64 {
    let (of_left, of_right) = (words(left), words(right));
    let by_name = || strsim::normalized_damerau_levenshtein(&left.name, &right.name);
    match of_left.len().min(of_right.len()) {
        0 => by_name(),
        _ if of_left == of_right => 1.0,
        MANY.. => share(&of_left, &of_right),
        _ => (share(&of_left, &of_right) + by_name()) / 2.0,
    }
}

/// The share of words that both have.
fn share(of_left: &[String], of_right: &[String]) -> f64 {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in of_left {
        *counts.entry(word).or_default() += 1;
    }
    let common = of_right
        .iter()
        .filter(|word| match counts.get_mut(word.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        });
    2.0 * common.count() as f64 / (of_left.len() + of_right.len()) as f64
}

fn words(item: &Item) -> Vec<String> {
    let own = pieces(&item.text)
        .into_iter()
        .filter(|piece| !piece.trim().is_empty());
    let mut words: Vec<String> = own.map(str::to_owned).collect();
    for inner in &item.inner {
        words.push(inner.name.clone());
        words.extend(self::words(inner));
    }
    words
}
