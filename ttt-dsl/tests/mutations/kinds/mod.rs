//! The kinds of mistakes, a file for each piece of the language.

pub mod arguments;
pub mod configs;
pub mod dimensions;
pub mod expression;
pub mod forwards;
pub mod heads;
pub mod items;
pub mod names;
pub mod parts;
pub mod presets;
pub mod signatures;
pub mod statics;
pub mod weights;

/// A list without one of its items, once for each of them, each with that item.
pub fn without_each<T: Clone>(items: &[T]) -> Vec<(Vec<T>, T)> {
    let without = |nth: usize| {
        let mut rest = items.to_vec();
        let item = rest.remove(nth);
        (rest, item)
    };
    (0..items.len()).map(without).collect()
}

/// A list with one of its items twice, once for each of them.
pub fn with_each_twice<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let twice = |nth: usize| {
        let mut all = items.to_vec();
        all.insert(nth, items[nth].clone());
        all
    };
    (0..items.len()).map(twice).collect()
}

/// A list with two of its items in each other's place, once for each pair.
pub fn with_each_pair_swapped<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let pairs =
        (0..items.len()).flat_map(|first| (first + 1..items.len()).map(move |second| (first, second)));
    let swapped = |(first, second)| {
        let mut all = items.to_vec();
        all.swap(first, second);
        all
    };
    pairs.map(swapped).collect()
}

/// A list with one of its items changed, once for each change of each of them.
pub fn with_each_changed<T: Clone>(items: &[T], changes: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let mut lists = Vec::new();
    for (nth, item) in items.iter().enumerate() {
        for changed in changes(item) {
            let mut all = items.to_vec();
            all[nth] = changed;
            lists.push(all);
        }
    }
    lists
}
